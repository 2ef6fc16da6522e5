"""A PIN is kept as argon2id over its HMAC with the installation's pepper, never as it was typed.

Four to eight digits can be guessed by whoever holds the database alone; the pepper, which is not in the database,
is what makes them worth nothing. The cost is OWASP's smallest argon2id profile (19 MiB, two passes, one lane): some
tens of milliseconds, and never more than one such buffer at a time in a process.
"""

import hashlib
import hmac
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.config import Settings
from app.language import _
from app.refusal import Refused

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_ONE_AT_A_TIME = Lock()


def hash_pin(settings: Settings, pin: str) -> str:
    """What is stored for ``pin``. Errors: ``Refused`` ``pin_malformed`` unless it is four to eight digits."""
    if not (4 <= len(pin) <= 8 and pin.isascii() and pin.isdigit()):
        raise Refused("pin_malformed", _("A PIN is four to eight digits. Choose another one."))
    with _ONE_AT_A_TIME:
        return _HASHER.hash(_peppered(settings, pin))


def check_pin(settings: Settings, pin_hash: str | None, pin: str) -> bool:
    """Whether ``pin`` is the one that was stored. Without a stored one it is no, after the same time as a wrong PIN."""
    with _ONE_AT_A_TIME:
        try:
            _HASHER.verify(pin_hash or _nobodys_hash(), _peppered(settings, pin))
        except (VerificationError, InvalidHashError):
            return False
    return pin_hash is not None


def _peppered(settings: Settings, pin: str) -> bytes:
    return hmac.new(settings.pepper.encode(), pin.encode(), hashlib.sha256).digest()


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(b"nobody")

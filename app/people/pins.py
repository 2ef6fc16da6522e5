"""A PIN, or a password, is kept as argon2id over its HMAC with the installation's pepper, never as it was typed.

Four to eight digits can be guessed by whoever holds the database alone; the pepper, which is not in the database,
is what makes them worth nothing. The cost is OWASP's smallest argon2id profile (19 MiB, two passes, one lane): some
tens of milliseconds, and never more than one such buffer at a time in a process.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.config import Settings
from app.language import _
from app.people.common import is_common_pin, without_common
from app.refusal import Refused

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_ONE_AT_A_TIME = Lock()
SHORTEST_PASSWORD, LONGEST_PASSWORD = 15, 200
FEWEST_LETTERS = 5


def hash_pin(settings: Settings, pin: str, *, badge: str) -> str:
    """What is stored for the ``pin`` of whoever carries ``badge``.

    Errors: ``Refused`` ``pin_malformed`` unless it is four to eight digits; ``pin_common`` for one that is guessed
    first, or that stands on the badge.
    """
    if not (4 <= len(pin) <= 8 and pin.isascii() and pin.isdigit()):
        raise Refused("pin_malformed", _("A PIN is four to eight digits. Choose another one."))
    if pin == re.sub(r"\D", "", badge):
        raise Refused("pin_common", _("This PIN stands on the badge. Choose another one."))
    if is_common_pin(pin):
        raise Refused("pin_common", _("This PIN is one of the first that anybody tries. Choose another one."))
    return hash_secret(settings, pin)


def hash_password(settings: Settings, password: str, *, names: Iterable[str] = ()) -> str:
    """What is stored for a password. Errors: ``Refused`` ``password_weak``: 15 to 200 characters, not few and the same
    again and again, and not one of ``names``, or what everybody takes, with something around it (ASVS 5.0, 6.2)."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused("password_weak", _("A password has 15 to 200 characters. A sentence is easy to keep in mind."))
    rest = password.casefold()
    for name in names:
        rest = rest.replace(name.casefold(), "")
    rest = without_common(rest)
    if len(rest) < SHORTEST_PASSWORD // 2 or len(set(rest)) < FEWEST_LETTERS:
        raise Refused("password_weak", _("This password is guessed soon. Take a sentence without your name."))
    return hash_secret(settings, password)


def hash_secret(settings: Settings, secret: str) -> str:
    """What is stored for a secret, whatever its form."""
    with _ONE_AT_A_TIME:
        return _HASHER.hash(_peppered(settings, secret))


def check_pin(settings: Settings, pin_hash: str | None, pin: str) -> bool:
    """Whether ``pin`` (or a password) is the one that was stored.

    Without a stored one it is no, after the same time as a wrong one.
    """
    with _ONE_AT_A_TIME:
        try:
            _HASHER.verify(pin_hash or _nobodys_hash(), _peppered(settings, pin))
        except (VerificationError, InvalidHashError):
            return False
    return pin_hash is not None


def _peppered(settings: Settings, pin: str) -> bytes:
    return hmac.new(settings.pepper.encode(), pin.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(b"nobody")

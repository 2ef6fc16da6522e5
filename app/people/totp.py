"""One-time codes by the clock: RFC 6238 (TOTP) over RFC 4226 (HOTP), with what every authenticator knows: SHA-1,
six digits, half a minute each.

The secret is kept nowhere: it is derived from the installation's pepper and a random nonce of the person, so that the
database alone makes no code.
"""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

from app.config import Settings

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
DRIFT = 1
"""Half minutes by which a telephone's clock may be wrong (RFC 6238, 5.2 and 6)."""


def new_nonce() -> str:
    """What makes a person's secret a new one."""
    return secrets.token_urlsafe(16)


def secret_of(settings: Settings, operator_id: int, nonce: str) -> bytes:
    """The secret that a person's telephone shares with us."""
    text = f"totp {operator_id} {nonce}"
    return hmac.new(settings.pepper.encode(), text.encode(), hashlib.sha256).digest()[:SECRET_BYTES]


def code_at(secret: bytes, step: int) -> str:
    """The code of one half minute (RFC 4226, 5.3)."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(moment: datetime) -> int:
    """The half minute since 1970 that a moment lies in."""
    return int(moment.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, moment: datetime) -> int | None:
    """The half minute, now or one beside it, that ``code`` belongs to; None where it belongs to none."""
    now = step_at(moment)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode("utf-8", "surrogatepass")):
            found = step
    return found


def as_text(secret: bytes) -> str:
    """The secret as it is typed into a telephone without a camera."""
    return base64.b32encode(secret).decode()


def address(secret: bytes, *, name: str) -> str:
    """What the QR code says, as authenticators read it (otpauth)."""
    query = {"secret": as_text(secret), "issuer": "Trueshelf", "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/Trueshelf:{quote(name)}?{urlencode(query)}"

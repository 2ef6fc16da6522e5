"""The codes on our own labels: places, totes, badges, action cards, documents.

A printed code is ``<letter>.<code>.<check>``, for example ``L.A-01.`` and two characters. A scanner that reads only
half of a label must never name another place, so:

- the letter says of what kind the thing is: a badge is never taken for a bin;
- the point before the check is the second and last of two points, because a point inside the code is written ``%2E``
  (as is every character but letters, digits and ``- _ / +``, by its UTF-8 bytes). Every beginning of a printed code
  lacks that point or a check character, every end lacks the letter: neither is ever read as a code, by its form alone
  and not by luck;
- the check is ISO/IEC 7064 MOD 1271-36 (two characters of 0-9A-Z) over letter and printed code, each character by its
  place in printable ASCII (0-94). 36 and 35 have no common factor with 1271 and 94 is less, so that **every** change
  of one character (upper against lower case included) and every swap of two neighbours is seen; a lost or doubled
  character in the middle is missed once in 1271. (One MOD 37,36 character would miss changes outside 0-9A-Z, and would
  take one truncated code in 36 for another one.)
"""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote

from app.barcode.refusals import refused

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MODULUS = 1271
# What stands for itself beside letters, digits and "_". Everything else is escaped: "." and "%" have a meaning here,
# and a scanner may be set up to send "|", "~" or "{GS}" for a separator.
_SAFE = "-/+"


class InternalKind(StrEnum):
    """What a printed letter stands for."""

    LOCATION = "L"
    CONTAINER = "C"
    BADGE = "B"
    ACTION = "A"
    DOCUMENT = "D"
    ITEM = "I"  # an item without a GTIN
    PRINTER = "P"


_KINDS = {kind.value: kind for kind in InternalKind}


@dataclass(frozen=True, slots=True)
class Internal:
    """One of our codes, as it was before it was printed."""

    kind: InternalKind
    code: str


def encode(kind: InternalKind, code: str) -> str:
    """What to print for ``code``. Errors: ``internal_code`` for an empty code or one that is not text."""
    try:
        printed = _escape(code)
    except UnicodeEncodeError:
        raise refused("internal_code") from None
    if not printed:
        raise refused("internal_code")
    return f"{kind.value}.{printed}.{_check(kind.value + printed)}"


def decode(text: str) -> Internal | None:
    """The code behind a printed one, or None where the text does not begin with one of our letters and a point.

    Errors: ``internal_check`` where it does, and the rest or its check is not as it was printed.
    """
    if text[1:2] != "." or text[0] not in _KINDS:
        return None
    printed, point, check = text[2:].partition(".")
    if not point or not printed or not printed.isascii() or check != _check(text[0] + printed):
        raise refused("internal_check")
    code = unquote(printed, errors="replace")
    if _escape(code) != printed:  # two spellings would be one label that can turn into another
        raise refused("internal_check")
    return Internal(_KINDS[text[0]], code)


def _escape(code: str) -> str:
    return quote(code, safe=_SAFE).replace(".", "%2E").replace("~", "%7E")  # the two that quote() never escapes


def _check(text: str) -> str:
    remainder = 0
    for character in text.encode():
        remainder = (remainder + character - 0x20) * 36 % _MODULUS
    value = (1 - remainder * 36) % _MODULUS
    return _DIGITS[value // 36] + _DIGITS[value % 36]

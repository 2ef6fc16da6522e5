"""GS1 element strings as labels are written: ``[01]09506000134352[17]270331[10]AB-1``.

Square brackets, because round ones may stand in a lot number. Sources: GS1 General Specifications 7.8.5 (predefined
lengths), 7.9 (check digit), 7.11 (character set 82).
"""

import re
from dataclasses import dataclass

from app.language import _
from app.refusal import Refused

_ELEMENT = re.compile(r"\[([0-9]{2,4})\]([!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,90})")
_SEPARATOR = "\x1d"
_KEYS_WITH_CHECK_DIGIT = ("00", "01", "02", "03", "410", "411", "412", "413", "414", "415", "416", "417")


def _predefined_lengths() -> dict[str, int]:
    """Characters of the value, by the first two digits of the AI; these need no separator after them."""
    total = {"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16}
    total |= {str(ai): 8 for ai in range(11, 20)} | {str(ai): 10 for ai in range(31, 37)}
    return {ai: length - (4 if ai[0] == "3" else 3 if ai == "41" else 2) for ai, length in total.items()}


_PREDEFINED = _predefined_lengths()


@dataclass(frozen=True)
class Elements:
    """``string`` is what a reader answers (0x1D after a variable length); ``bracketed`` is how it was written."""

    string: str
    bracketed: str


def gs1_elements(bracketed: str) -> Elements:
    """Read ``[AI]value`` pairs; Refused (``label_content_invalid``) where a length or a check digit is wrong."""
    pairs = _ELEMENT.findall(bracketed)
    if not pairs or "".join(f"[{ai}]{value}" for ai, value in pairs) != bracketed:
        raise _refused(bracketed, _("GS1 content is written [01]09506000134352[10]AB-1"))
    string = ""
    for number, (ai, value) in enumerate(pairs, start=1):
        length = _PREDEFINED.get(ai[:2])
        if length is not None and not re.fullmatch(rf"[0-9]{{{length}}}", value):
            raise _refused(bracketed, _("(%(ai)s) needs exactly %(length)s digits", ai=ai, length=length))
        if ai in _KEYS_WITH_CHECK_DIGIT and (check := check_digit(value[:-1])) != value[-1]:
            raise _refused(bracketed, _("the check digit of (%(ai)s) should be %(check)s", ai=ai, check=check))
        string += ai + value + (_SEPARATOR if length is None and number < len(pairs) else "")
    return Elements(string, bracketed)


def check_digit(digits: str) -> str:
    """The modulo-10 check digit of every GS1 key, weights 3 and 1 from the right."""
    return str(-sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))) % 10)


def _refused(content: str, why: str) -> Refused:
    return Refused(
        "label_content_invalid",
        _("“%(content)s” cannot be printed: %(why)s. Correct it and print again.", content=content, why=why),
        content=content,
    )

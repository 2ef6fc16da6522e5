"""ZPL from a person is let through to a printer where every command of it draws a label.

ZPL also changes a printer's settings for good (``^JUS``), restarts it (``~JR``), deletes its fonts (``^ID``) or feeds a
whole roll (``^PQ99999``). A program that the house gave a token may send whatever its carrier makes; what a person
uploads is read first, command by command, against the list of those that draw. Unknown ones are refused by name.

Source: Zebra, Programming Guide for ZPL II, P1099958 (the commands and their parameters).
"""

import re
from collections.abc import Iterator

from app.language import _
from app.refusal import Refused

MOST_LABELS = 100
"""Labels that one carrier's label may print in all: a shipment of many parcels, never a roll."""
# Fields, fonts and shapes; barcodes (^B?) and fonts (^A?) are told by their first letter.
_FIELDS = "FB FC FD FE FH FL FM FN FO FP FR FS FT FV FW FX CF CI CV CW GB GC GD GE GF GS IM PA SF SN TB TO XG"
# How a label lies on its paper, and how this one is printed: all of it gone with the next label or power-off.
_LABEL = "XA XZ LF LH LL LR LS LT MD MM MN MT MU PF PH PM PO PP PR PQ PW SP JM JZ"
_CARET = frozenset(f"{_FIELDS} {_LABEL}".split())
_DEFAULTS = {"CC": "^", "CT": "~", "CD": ","}
"""Which character begins a command: a driver's preamble sets it to what it is anyway."""
_IN_MEMORY = {"DG", "ID"}
"""A picture is put into the printer's memory, and taken out again: in ``R:``, which power-off empties."""
_BINARY = re.compile(rb"B,(\d+),\1,\d+,", re.IGNORECASE)
"""``^GFB``: the bytes that are sent, and those of the picture, which are as many where nothing is packed."""


def require_draws_only(data: bytes) -> None:
    """Errors: ``carrier_label_command`` for a command that does more than draw; ``carrier_label_copies``."""
    labels, copies = 0, 1
    for name, given in _commands(data):
        if not _draws(name, given):
            raise Refused(
                "carrier_label_command",
                _("This label changes the printer (%(command)s). Send it by the carrier's program, or ask for a "
                  "label that only prints.", command=name),
                command=name,
            )  # fmt: skip
        if name == "^XA":
            copies = 1
        elif name == "^PQ":
            copies = _number(given)
        elif name == "^XZ":
            labels += max(1, copies)
        if labels > MOST_LABELS:
            raise Refused(
                "carrier_label_copies",
                _("This would print more than %(n)s labels. Send it in parts.", n=MOST_LABELS),
            )


def _draws(name: str, given: bytes) -> bool:
    kind, word = name[0], name[1:]
    if word in _DEFAULTS:
        return given[:1] == _DEFAULTS[word].encode()
    if word in _IN_MEMORY and kind == ("~" if word == "DG" else "^"):
        return given[:2].upper() == b"R:"
    if kind == "~":
        return False
    return word in _CARET or word[0] in "AB"


def _commands(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Each command with what was given to it (its first 32 bytes): a prefix, a name of two characters, the rest."""
    at = 0
    while (at := _next_prefix(data, at)) < len(data):
        kind, name = chr(data[at]), data[at + 1 : at + 3].decode("latin-1").upper()
        if name[:1] in ("^", "~", ""):  # nothing between two prefixes
            at += 1
            continue
        if name[:1] == "A" and kind == "^":
            name = "A@" if name[1:2] == "@" else "A0"  # its second character is the font's own name
        if not re.fullmatch(r"[A-Z][A-Z0-9@]", name):
            name = name.encode("unicode_escape").decode()
        given = data[at + 3 : at + 35]
        yield f"{kind}{name}", given
        at += 3 + (1 if name in _DEFAULTS else _binary_bytes(name, given))


def _next_prefix(data: bytes, at: int) -> int:
    found = [place for prefix in (b"^", b"~") if (place := data.find(prefix, at)) >= 0]
    return min(found, default=len(data))


def _binary_bytes(name: str, given: bytes) -> int:
    """The bytes of a picture that stand in a ``^GFB`` as they are: a prefix among them is none."""
    found = _BINARY.match(given) if name == "GF" else None
    return found.end() + min(int(found[1]), 4 * 1024 * 1024) if found else 0


def _number(given: bytes) -> int:
    digits = re.match(rb"\s*(\d{1,9})", given)
    return int(digits[1]) if digits else 1

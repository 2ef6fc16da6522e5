"""Element strings: application identifiers and values in a row, as a GS1 symbol carries them.

Source: GS1 General Specifications 7.8 (element strings, FNC1 as separator, which a scanner sends as 0x1D), 4.13
(which parts belong together) and 4.14 (which exclude each other). Some scanners lose the separator; where a lot
number seems to have swallowed a date, that is said as a warning, because it cannot be known.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.barcode.ai import LENGTHS, TABLE, ApplicationIdentifier
from app.barcode.dates import is_date
from app.barcode.gtin import has_valid_check_digit
from app.barcode.refusals import refused

GS = "\x1d"
_BRACKETED = re.compile(r"\(([0-9]{2,4})\)")
_DATES = frozenset(("11", "12", "13", "15", "16", "17"))
_FOLLOWERS = frozenset(("10", "21", "30", "37"))

Pairs = list[tuple[ApplicationIdentifier, str]]


class Reading(NamedTuple):
    """What a message says: values by word, in the order of the label, and what is odd about it."""

    elements: dict[str, str]
    warnings: tuple[str, ...]


def read(text: str, this_year: int) -> Reading:
    """Take an element string apart and check every part.

    Errors: ``unknown_ai``, ``ai_conflict``, ``duplicate_conflict``, and those of ``ApplicationIdentifier.read``.
    """
    has_separator = GS in text
    pairs = take_apart(text)
    elements, warnings = interpret(pairs, this_year)
    if has_separator:
        if text[0] == GS:
            warnings = ("leading_separator", *warnings)
    elif _may_hide_an_element(pairs):
        warnings = (*warnings, "possible_missing_separator")
    return Reading(elements, warnings)


def read_bracketed(text: str, this_year: int) -> Reading:
    """The same for the text under a symbol: ``(01)09506000134352(10)AB``; errors as ``read``."""
    return Reading(*interpret(take_brackets_apart(text), this_year))


def take_apart(text: str) -> Pairs:
    """Identifiers and their raw values. Errors: ``unknown_ai``, ``bad_length``, ``empty_value``, ``empty``."""
    pairs: Pairs = []
    at, end = 0, len(text)
    while at < end:
        digits = LENGTHS.get(text[at : at + 2])
        if digits is None:
            if text[at] == GS:
                at += 1
                continue
            raise refused("unknown_ai")
        start = at + digits
        ai = TABLE.get(text[at:start])
        if ai is None:
            raise refused("unknown_ai", ai=text[at:start].partition(GS)[0])
        if ai.is_predefined:
            at = start + ai.longest
            value = text[start:at]
            if GS in value:
                raise refused("bad_length", ai=ai.ai)
        else:
            at = text.find(GS, start)
            if at < 0:
                at = end
            value = text[start:at]
        pairs.append((ai, value))
    if not pairs:
        raise refused("empty")
    return pairs


def take_brackets_apart(text: str) -> Pairs:
    """As ``take_apart``, for identifiers in parentheses, which stand for themselves and need no separator."""
    before, *parts = _BRACKETED.split(text.replace(GS, ""))
    if before or not parts:
        raise refused("unknown_ai")
    pairs: Pairs = []
    for number, value in zip(parts[::2], parts[1::2], strict=True):
        ai = TABLE.get(number)
        if ai is None:
            raise refused("unknown_ai", ai=number)
        pairs.append((ai, value))
    return pairs


def interpret(pairs: Pairs, this_year: int) -> tuple[dict[str, str], tuple[str, ...]]:
    """Check values and their company. Errors: ``ai_conflict``, ``duplicate_conflict``, and those of the values."""
    elements: dict[str, str] = {}
    raw: dict[str, str] = {}
    for ai, value in pairs:
        said = ai.read(value, this_year)
        if ai.word in elements:
            if ai.ai not in raw:  # net weight with two and again with three decimals
                raise refused("ai_conflict")
            if raw[ai.ai] != value:
                raise refused("duplicate_conflict", ai=ai.ai)
        raw[ai.ai] = value
        elements[ai.word] = said
    is_partner_missing = False
    found = raw.keys()
    for ai, _value in pairs:
        if ai.excluded and not ai.excluded.isdisjoint(found):
            raise refused("ai_conflict")
        for group in ai.partners:
            if group.isdisjoint(found):
                is_partner_missing = True
    return elements, ("missing_partner",) if is_partner_missing else ()


def join(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """What two symbols of one label say together, by word. Errors: ``duplicate_conflict``."""
    if any(other.get(word, value) != value for word, value in one.items()):
        raise refused("duplicate_conflict")
    return {**one, **other}


def build(pairs: Iterable[tuple[str, str]]) -> str:
    """The element string of identifiers and raw values, with 0x1D exactly where it must stand.

    Errors: those of ``read``, for a label that we could not read back is not printed.
    """
    parts: list[str] = []
    needs_separator = False
    for number, value in pairs:
        ai = TABLE.get(number)
        if ai is None:
            raise refused("unknown_ai", ai=number)
        if needs_separator:
            parts.append(GS)
        parts += (number, value)
        needs_separator = not ai.is_predefined
    text = "".join(parts)
    read(text, 2000)
    return text


def bracketed(pairs: Iterable[tuple[str, str]]) -> str:
    """The text under the symbol: ``(01)09506000134352(10)AB``."""
    return "".join(f"({number}){value}" for number, value in pairs)


def _may_hide_an_element(pairs: Pairs) -> bool:
    """Whether the last value, which ran to the end, seems to hold a date or a GTIN of its own."""
    ai, value = pairs[-1]
    if ai.is_predefined or ai.characters == "N" or len(value) < 9:
        return False
    present = {found.ai for found, _value in pairs}
    for at in range(1, len(value) - 7):
        number = value[at : at + 2]
        if number in present:
            continue
        if number in _DATES and is_date(value[at + 2 : at + 8]):
            rest = value[at + 8 : at + 10]
        elif number == "01" and _is_gtin(value[at + 2 : at + 16]):
            rest = value[at + 16 : at + 18]
        else:
            continue
        if not rest or rest in _FOLLOWERS or rest in _DATES:
            return True
    return False


def _is_gtin(digits: str) -> bool:
    return len(digits) == 14 and digits.isdigit() and has_valid_check_digit(digits)

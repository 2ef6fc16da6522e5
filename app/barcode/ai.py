"""Application identifiers: what two to four digits before a value say about it.

The table itself is ``ai_table``, what a checked value means is in ``values``. Sources: GS1 General Specifications 3
(formats), 7.8.5 (predefined lengths by the first two digits), 7.11 (character sets 82, 39, 64).
"""

import string
from dataclasses import dataclass

from app.barcode import ai_table
from app.barcode.gtin import has_valid_check_digit
from app.barcode.refusals import refused
from app.barcode.values import MEANINGS, Meaning

_LETTERS = string.ascii_letters + string.digits
CHARACTERS = {
    "N": frozenset(string.digits),
    "X": frozenset(_LETTERS + "!\"%&'()*+,-./_:;<=>?"),  # set 82
    "Y": frozenset(string.ascii_uppercase + string.digits + "#-/"),  # set 39
    "Z": frozenset(_LETTERS + "-_="),  # set 64, file-safe
}


@dataclass(frozen=True, slots=True)
class ApplicationIdentifier:
    """One identifier. Lengths in characters, without the identifier; ``lead`` so many of them must be digits."""

    ai: str
    title: str
    word: str
    characters: str
    lead: int
    shortest: int
    longest: int
    is_predefined: bool
    has_check_digit: bool  # the last of the ``lead`` digits
    meaning: Meaning | None
    partners: tuple[frozenset[str], ...] = ()
    excluded: frozenset[str] = frozenset()

    def read(self, value: str, this_year: int) -> str:
        """The value as it is said (dates in ISO 8601, decimals with their point), once it is found to be right.

        Errors: ``empty_value``, ``bad_length``, ``bad_charset``, ``bad_check_digit``, ``bad_date``, ``bad_time``,
        ``zero_gtin``, ``zero_sscc``, each with ``ai``.
        """
        length = len(value)
        if not length:
            raise refused("empty_value", ai=self.ai)
        if length < self.shortest or length > self.longest:
            raise refused("bad_length", ai=self.ai)
        if self.characters == "N":
            if not (value.isdigit() and value.isascii()):
                raise refused("bad_charset", ai=self.ai)
        elif not CHARACTERS[self.characters].issuperset(value) or not (self.lead == 0 or value[: self.lead].isdigit()):
            raise refused("bad_charset", ai=self.ai)
        if self.has_check_digit and not has_valid_check_digit(value[: self.lead]):
            raise refused("bad_check_digit", ai=self.ai)
        return value if self.meaning is None else self.meaning(value, self.ai, this_year)


# How many digits the identifier has, by its first two.
LENGTHS: dict[str, int] = {
    f"{n:02}": digits
    for numbers, digits in (
        ((*range(23), 30, 37, *range(90, 100)), 2),
        ((23, 24, 25, 40, 41, 42, 71), 3),
        ((31, 32, 33, 34, 35, 36, 39, 43, 70, 72, 80, 81, 82), 4),
    )
    for n in numbers
}
# What needs no separator behind it, whatever the table says (GS1 General Specifications 7.8.5-2).
PREDEFINED = frozenset(["00", "01", "02", "03", "04", *map(str, range(11, 21)), *map(str, range(31, 37)), "41"])


def _lengths(part: str) -> tuple[int, int]:
    low, dots, high = part[1:].partition("..")
    return (int(low or 1), int(high)) if dots else (int(low), int(low))


def _load() -> dict[str, ApplicationIdentifier]:
    rows = [line.split("|") for line in ai_table.TABLE.strip().splitlines()]
    spans = [(row, *row[0].partition("-")[::2]) for row in rows]
    named = [(f"{n:0{len(low)}}", row) for row, low, high in spans for n in range(int(low), int(high or low) + 1)]
    excluded: dict[str, set[str]] = {}
    for line in ai_table.EXCLUDED.strip().splitlines():
        one, other = line.split()
        excluded.setdefault(one, set()).add(other)
        excluded.setdefault(other, set()).add(one)

    def group(words: str) -> frozenset[str]:
        wanted = words.split(",")
        return frozenset(ai for ai, _row in named if ai in wanted or f"{ai[:2]}*" in wanted)

    table: dict[str, ApplicationIdentifier] = {}
    for ai, (_span, shape, word, title, partners) in named:
        form, _colon, meaning = shape.partition(":")
        parts = form.split("+")
        low, high = zip(*map(_lengths, parts), strict=True)
        letters = "".join(part[0] for part in parts)
        table[ai] = ApplicationIdentifier(
            ai=ai,
            title=title.replace("#", ai[-1]) if title.count("#") < 2 else f"{title[:-1]}{ai[-1]}",
            word=word.replace("#", ai[-1]),
            characters=letters[-1],
            lead=low[0] if letters[0] == "N" else 0,
            shortest=sum(low),
            longest=sum(high),
            is_predefined=ai[:2] in PREDEFINED,
            has_check_digit=meaning in ("key", "gtin", "sscc"),
            meaning=None if meaning in ("", "key") else MEANINGS[meaning],
            partners=tuple(group(words) for words in partners.split()),
            excluded=frozenset(excluded.get(ai, ())),
        )
    return table


TABLE: dict[str, ApplicationIdentifier] = _load()

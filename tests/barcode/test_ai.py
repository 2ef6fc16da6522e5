"""The table of application identifiers, with biip's as a second opinion."""

import re

import pytest
from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS as BIIP  # its only whole list

from app.barcode.ai import LENGTHS, PREDEFINED, TABLE

# Where biip's format says less than the General Specifications: its lengths are of the pattern, not of the value.
BIIP_IS_WRONG = {
    "7040": "three single characters, written X3",
    "7258": "N1+X1+N1 is the pattern digit, slash, digit",
    "8010": "Y..30; biip's pattern wants five",
    "8043": "N18+[N1..N2] is not in the notation of the other lines",
    "4330": "[-] is one character",
    "4331": "[-] is one character",
    "4332": "[-] is one character",
    "4333": "[-] is one character",
}


def _lengths(notation: str) -> tuple[int, int]:
    """Shortest and longest value of a format such as ``N4+N6[+N6]``."""
    body = notation.partition("+")[2] or notation.partition("[")[2]
    shortest = longest = 0
    for is_optional, part in re.findall(
        r"(\[\+?)?[NXYZ](\.\.\d+|\d+)", notation[notation.index("+") :] if body else ""
    ):
        number = int(part.strip("."))
        longest += number
        if not is_optional:
            shortest += 1 if part.startswith("..") else number
    return shortest, longest


def test_the_same_identifiers_exist() -> None:
    assert set(TABLE) == set(BIIP)


@pytest.mark.parametrize("ai", sorted(TABLE))
def test_the_second_opinion_agrees_on_separator_and_length(ai: str) -> None:
    ours, theirs = TABLE[ai], BIIP[ai]
    assert ours.is_predefined is not theirs.separator_required
    if ai not in BIIP_IS_WRONG:
        if ai in ("423", "425"):  # N3+N..12 means one to five countries
            assert (ours.shortest, ours.longest) == (1, 15)
        else:
            assert (ours.shortest, ours.longest) == _lengths(theirs.format)


def test_no_identifier_begins_another_and_its_first_two_digits_give_its_length() -> None:
    for ai in TABLE:
        assert len(ai) == LENGTHS[ai[:2]]


def test_what_needs_no_separator_has_one_length() -> None:
    for ai, found in TABLE.items():
        assert found.is_predefined == (ai[:2] in PREDEFINED)
        if found.is_predefined:
            assert found.shortest == found.longest


def test_every_partner_and_every_exclusion_is_an_identifier() -> None:
    for found in TABLE.values():
        assert all(group and group <= TABLE.keys() for group in found.partners)
        assert found.excluded <= TABLE.keys()


def test_one_word_means_one_thing() -> None:
    by_word: dict[str, set[str]] = {}
    for ai, found in TABLE.items():
        by_word.setdefault(found.word, set()).add(ai)
    for word, identifiers in by_word.items():  # only a measure with more or fewer decimals shares its word
        assert len({ai[:3] for ai in identifiers}) == 1, word
        assert word.isidentifier()
        assert word == word.lower()


def test_a_title_names_its_number() -> None:
    assert TABLE["7033"].title == "PROCESSOR # 3"
    assert TABLE["7239"].title == "CERT # 9"
    assert TABLE["7239"].word == "certification_9"

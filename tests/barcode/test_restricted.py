"""Numbers that mean something in one shop only, and never are a global GTIN."""

from datetime import date

import pytest

from app.barcode import Kind, Profile, RestrictedPattern, parse
from app.barcode.gtin import with_check_digit
from app.config import Settings, SettingsError
from app.refusal import Refused

TODAY = date(2026, 6, 15)
WEIGHED = Profile(restricted=(RestrictedPattern("21IIIIIMMMMMC"), RestrictedPattern("28IIIIVMMMMMC")))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("211234501234", {"item": "12345", "measure": "01234"}),
        ("281234901234", {"item": "1234", "measure": "01234"}),
        ("221234501234", {"item": "221234501234"}),
    ],
)
def test_the_first_pattern_that_fits_says_what_the_digits_are(body: str, words: dict[str, str]) -> None:
    found = parse(with_check_digit(body), profile=WEIGHED, today=TODAY)
    assert (found.kind, found.elements, found.gtin) == (Kind.RESTRICTED, words, None)


@pytest.mark.parametrize("prefix", ["02", *map(str, range(20, 30))])
def test_no_restricted_prefix_gives_a_gtin(prefix: str) -> None:
    number = with_check_digit(prefix + "1234500001")
    for code in (number, "]E0" + number, "0" + number):
        found = parse(code, today=TODAY)
        assert (found.kind, found.item, found.gtin) == (Kind.RESTRICTED, "12345", None)


def test_a_upca_with_system_two_and_an_ean8_with_two_are_restricted() -> None:
    upca = with_check_digit("21234500123")
    assert parse(upca, today=TODAY).item == "12345"
    ean8 = with_check_digit("2123456")
    for code in (ean8, "]E4" + ean8):
        assert parse(code, today=TODAY).elements == {"item": "2123456"}


def test_a_pack_of_fourteen_digits_with_an_indicator_is_a_gtin() -> None:
    assert parse(with_check_digit("1211234501234"), today=TODAY).kind is Kind.GTIN


@pytest.mark.parametrize("layout", ["", "21IIIIIMMMMM", "21IIIIIMMMMMX"])
def test_a_layout_that_is_none_is_refused(layout: str) -> None:
    with pytest.raises(Refused) as refusal:
        RestrictedPattern(layout)
    assert refusal.value.code == "bad_layout"


@pytest.mark.parametrize(
    ("body", "generic"),
    [("211234501234", "211234500000"), ("281234901234", "281234000000"), ("221234501234", "")],
)
def test_an_item_by_measure_is_known_by_its_number_at_zero(body: str, generic: str) -> None:
    number = with_check_digit(body)
    wanted = with_check_digit(generic) if generic else ""
    for code in (number, "]E0" + number, "0" + number):
        assert parse(code, profile=WEIGHED, today=TODAY).generic == wanted


def test_a_layout_is_checked_when_the_settings_are_read() -> None:
    def layouts(text: str) -> tuple[str, ...]:
        return Settings.from_environment({"TRUESHELF_RESTRICTED_LAYOUTS": text}).restricted_layouts

    assert layouts("21IIIIIMMMMMC, 28IIIIVMMMMMC") == ("21IIIIIMMMMMC", "28IIIIVMMMMMC")
    for wrong in ("21IIIIIMMMMM", "21IIIIIMMMMMX"):
        with pytest.raises(SettingsError, match="RESTRICTED_LAYOUTS"):
            layouts(wrong)


def test_without_a_layout_of_the_house_no_number_is_known_by_another() -> None:
    assert parse(with_check_digit("211234501234"), today=TODAY).generic == ""
    assert parse(with_check_digit("2123456"), profile=WEIGHED, today=TODAY).generic == ""

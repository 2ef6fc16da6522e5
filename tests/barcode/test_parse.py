"""The order in which a scan is read, what devices add, and that nothing but a refusal ever comes out."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.barcode import Barcode, Kind, Profile, interpretation, parse, to_words
from app.barcode.refusals import _SENTENCES
from app.refusal import Refused

TODAY = date(2026, 6, 15)
GS = "\x1d"
LABEL = f"]C101095060001343521725123110ABC123{GS}2112345"


def _refusal(code: str | bytes, profile: Profile = Profile()) -> Refused:  # noqa: B008 - frozen
    with pytest.raises(Refused) as refusal:
        parse(code, profile=profile, today=TODAY)
    return refusal.value


def test_a_label_answers_several_questions_at_once() -> None:
    found = parse(LABEL, today=TODAY)
    assert found.gtin == "09506000134352"
    assert found.lot == "ABC123"
    assert found.serial == "12345"
    assert found.expiry == date(2025, 12, 31)
    assert (found.level, found.base, found.count, found.sscc, found.addon) == (None, None, None, None, None)
    assert (found.symbology, found.raw, found.text) == ("]C1", LABEL, LABEL[3:])


def test_values_come_in_their_types() -> None:
    found = parse(f"]C10109506000134352310300125039221299{GS}3012{GS}1125010215250203", today=TODAY)
    assert (found.net_weight_kg, found.price, found.count) == (Decimal("1.250"), Decimal("12.99"), 12)
    assert (found.production, found.best_before) == (date(2025, 1, 2), date(2025, 2, 3))
    assert parse("]C1010950600013435270032512312359", today=TODAY).expiry == date(2025, 12, 31)
    assert parse("]C14149501101020917", today=TODAY).gln == "9501101020917"


def test_a_pack_names_its_level_and_its_base() -> None:
    found = parse("]C10110614141543219", today=TODAY)
    assert (found.level, found.base) == (1, "00614141543212")


def test_a_barcode_cannot_be_changed_and_two_equal_ones_are_one() -> None:
    found = parse(LABEL, today=TODAY)
    with pytest.raises(AttributeError):
        found.kind = Kind.PLAIN  # type: ignore[misc]
    with pytest.raises(TypeError):
        found.elements["lot"] = "X"  # type: ignore[index]
    assert {found, parse(LABEL, today=TODAY)} == {found}


@pytest.mark.parametrize("around", ["%s\r", "%s\n", "%s\r\n", "%s\t", "\0%s\0", " %s "])
def test_what_a_scanner_adds_is_taken_away(around: str) -> None:
    assert parse(around % LABEL, today=TODAY).elements == parse(LABEL, today=TODAY).elements


def test_a_separator_at_the_end_is_no_white_space() -> None:
    assert parse(f"A{GS}", today=TODAY).text == f"A{GS}"


def test_a_profile_says_what_a_device_sends() -> None:
    profile = Profile(prefix="~", suffix="#", separators=("|",))
    found = parse("~" + LABEL.replace(GS, "|") + "#\r", profile=profile, today=TODAY)
    assert found.elements == parse(LABEL, today=TODAY).elements


@pytest.mark.parametrize("separator", ["{GS}", "<GS>"])
def test_a_separator_in_words_is_a_separator(separator: str) -> None:
    assert parse(LABEL.replace(GS, separator), today=TODAY).elements == parse(LABEL, today=TODAY).elements


def test_without_an_identifier_a_separator_or_a_valid_key_shows_a_gs1_label() -> None:
    for code in (LABEL[3:], GS + LABEL[3:], "010950600013435217251231"):
        found = parse(code, today=TODAY)
        assert (found.kind, found.expiry) == (Kind.ELEMENTS, date(2025, 12, 31))


@pytest.mark.parametrize(
    "code",
    [
        "010950600013435117251231",  # the check digit is wrong: not a key
        "010950600013435217251331",  # the date is wrong: not a label, some other number
        "10ABC",
        "[)>\x1e06\x1d1PABC\x1e\x04",  # ISO/IEC 15434, data identifiers: not GS1
        "(555) 0100",
        "123",
        "4006381333932",
        "]F0A123B",
        "]L2plain",
        "]C04006381333931",
        "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",  # digits, but not these
    ],
)
def test_what_does_not_show_what_it_is_is_plain(code: str) -> None:
    assert parse(code, today=TODAY).kind is Kind.PLAIN


def test_the_same_lot_without_its_separator_is_doubted_but_not_with_it() -> None:
    swallowed = "]C1010950600013435210ABC12317251231"
    assert parse(swallowed, today=TODAY).warnings == ("possible_missing_separator",)
    assert parse(swallowed + "21X", today=TODAY).warnings == ("possible_missing_separator",)
    assert parse(swallowed + GS, today=TODAY).warnings == ()
    assert parse("]C1010950600013435210ABC12317259931", today=TODAY).warnings == ()
    assert parse("]C101095060001343521725123110ABC17251231", today=TODAY).warnings == ()
    assert parse("]C110ABC0109506000134352", today=TODAY).warnings == ("missing_partner", "possible_missing_separator")


@pytest.mark.parametrize(
    ("code", "refused", "ai"),
    [
        ("", "empty", None),
        ("\r\n", "empty", None),
        ("]C1" + GS, "empty", None),
        ("A" * 4097, "too_long", None),
        (b"A" * 20000, "too_long", None),
        (b"\xff", "bad_encoding", None),
        ("]C", "unknown_aim", None),
        ("]E212345", "addon_alone", None),
        ("]E0400638133393X", "bad_charset", None),
        ("]E040063813339", "bad_length", None),
        ("]E34006381333931123", "bad_length", None),
        ("]C100000000000000000000", "zero_sscc", "00"),
        ("000000000000000000", "zero_sscc", None),
        ("00000000", "zero_gtin", None),
        ("]C10100000000000000", "zero_gtin", "01"),
        ("]C1AB", "unknown_ai", None),
        ("]C1310", "unknown_ai", "310"),
        ("]C1(01)09506000134352(9)A", "bad_length", "01"),
        ("]C1(9999)1", "unknown_ai", "9999"),
        ("]C131020012503103001250", "ai_conflict", None),
        (f"]C101095060001343527007250101{'2' * 3}", "bad_length", "7007"),
        ("]C101095060001343527006250100", "bad_date", "7006"),
        ("]C1010950600013435280082501012460", "bad_time", "8008"),
        ("]C1010950600013435280082501010730" + "60", "bad_time", "8008"),
        ("]C1423" + "12345", "bad_length", "423"),
        ("]C1421AB1X", "bad_charset", "421"),
        ("]C130\u0663", "bad_charset", "30"),
        ("]C14331001234X", "bad_charset", "4331"),
        ("]C14301%FF", "bad_charset", "4301"),
    ],
)
def test_what_cannot_be_right_is_refused_by_name(code: str | bytes, refused: str, ai: str | None) -> None:
    found = _refusal(code)
    assert (found.code, found.details.get("ai")) == (refused, ai)


@pytest.mark.parametrize(
    ("part", "word", "said"),
    [
        ("4331001234-", "max_temperature_c", "-12.34"),
        ("4331002000", "max_temperature_c", "20.00"),
        ("4301J%C3%B6rg+M", "ship_to_name", "J\u00f6rg M"),
        ("43242512319999", "not_before", "2025-12-31"),
        ("43242512310730", "not_before", "2025-12-31T07:30"),
        ("39329781299", "price_with_currency", "978 12.99"),
        ("39031", "amount", "0.001"),
        ("7007250101250131", "harvested", "2025-01-01/2025-01-31"),
        ("800825010107", "production_time", "2025-01-01T07:00"),
        ("80082501010730", "production_time", "2025-01-01T07:30"),
        ("8008250101073015", "production_time", "2025-01-01T07:30:15"),
        ("725019800229", "born", "1980-02-29"),
        ("7251198002291230", "born_time", "1980-02-29T12:30"),
        ("7011250101", "test_by", "2025-01-01"),
        ("3000", "variable_count", "0"),
    ],
)
def test_every_meaning_is_said_in_plain_words(part: str, word: str, said: str) -> None:
    assert parse("]C1" + part, today=TODAY).elements[word] == said


@pytest.mark.parametrize(
    ("today", "expected"),
    [(date(2026, 1, 1), date(2076, 1, 1)), (date(2025, 1, 1), date(1976, 1, 1)), (date(1999, 1, 1), date(1976, 1, 1))],
)
def test_the_century_is_the_one_within_fifty_years(today: date, expected: date) -> None:
    assert parse("]C1010950600013435217760101", today=today).expiry == expected
    assert parse("]C1010950600013435217020101", today=date(1999, 1, 1)).expiry == date(2002, 1, 1)


def test_the_century_also_turns_forward() -> None:
    late = date(2099, 6, 15)
    assert parse("]C1010950600013435217500101", today=late).expiry == date(2050, 1, 1)
    assert parse("]C1010950600013435217490101", today=late).expiry == date(2149, 1, 1)


def test_digits_of_another_script_are_no_number() -> None:
    for last in range(10):
        assert parse("\u0661" * 12 + chr(0x660 + last), today=TODAY).kind is Kind.PLAIN


def test_a_refusal_is_an_answer_too() -> None:
    answer = interpretation("]C10109506000134351", today=TODAY)
    assert answer["kind"] == "refused"
    assert (answer["code"], answer["ai"]) == ("bad_check_digit", "01")


def test_every_sentence_says_what_to_do() -> None:
    asks = ("Scan", "Ask for a new label", "Change it", "Choose")
    assert [code for code, sentence in _SENTENCES.items() if not any(word in sentence for word in asks)] == []


def _parsed_or_refused(code: str | bytes) -> Barcode | Refused:
    try:
        return parse(code, today=TODAY)
    except Refused as refusal:
        return refusal


any_text = st.text(alphabet=st.characters(), max_size=4096)
hard_text = st.text(alphabet="]CEeQd01234789(){}GS<>%+/?&=.LABI\x1d\0\r \u00b2\u0663", max_size=200)
headed = st.builds(
    str.__add__,
    st.sampled_from(
        ["]C1", "]Q3", "]E0", "]E3", "]E4", "]I1", "]C0", "(01)", "01", "https://a/01/", "https://a/?", "L.", "]C17003"]
    ),
    hard_text,
)


@given(st.one_of(any_text, hard_text, headed, st.binary(max_size=4096)))
@example("]")
@example("L.\ud800.00")
@example("]C1\x1d")
@example("https://[/01/09506000134352")
@example("]C1" + "\x1d" * 4000)
@example("]C1" + "10A\x1d" * 1000)
@example("(01)" * 1000)
def test_no_text_at_all_brings_anything_but_an_answer_or_a_refusal(code: str | bytes) -> None:
    found = _parsed_or_refused(code)
    if isinstance(found, Refused):
        assert found.code in _SENTENCES
        return
    for word in ("gln", "expiry", "best_before", "production", "count", "level", "base", "price", "net_weight_kg"):
        getattr(found, word)
    assert to_words(found)["kind"] == found.kind


def test_an_addon_of_two_or_five_digits_stands_apart() -> None:
    assert parse("]E3400638133393112", today=TODAY).elements == {"gtin": "04006381333931", "addon": "12"}
    assert parse("]E3978073520044951299", today=TODAY).addon == "51299"

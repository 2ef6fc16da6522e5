"""Our own printed codes: a label read in part never names another thing."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.barcode import InternalKind, Kind, Profile, decode, encode, parse
from app.barcode.internal import Internal, _check
from app.refusal import Refused

TODAY = date(2026, 6, 15)
kinds = st.sampled_from(InternalKind)
# Codes as the floor has them, codes full of points, letters and percent signs, and codes of any text.
codes = st.one_of(
    st.from_regex(r"[A-Z]-[0-9]{2}(-[0-9]{2})?", fullmatch=True),
    st.text(alphabet="LCB.%2E-A ", min_size=1, max_size=12),
    st.text(min_size=1, max_size=12),
)
printable = string.printable[:95]


def _read(text: str) -> Internal | None:
    """The code, or None where there is none or it is refused."""
    try:
        return decode(text)
    except Refused:
        return None


@given(kinds, codes)
def test_what_was_printed_is_what_is_read(kind: InternalKind, code: str) -> None:
    printed = encode(kind, code)
    assert printed.isascii()
    assert decode(printed) == Internal(kind, code)
    assert parse(printed, today=TODAY).internal == Internal(kind, code)


@given(kinds, codes)
def test_no_beginning_and_no_end_of_a_printed_code_is_a_code(kind: InternalKind, code: str) -> None:
    printed = encode(kind, code)
    for at in range(1, len(printed)):
        assert _read(printed[:at]) is None
        assert _read(printed[at:]) is None


@given(kinds, codes, st.data())
def test_no_single_changed_character_gives_another_code(kind: InternalKind, code: str, data: st.DataObject) -> None:
    printed = encode(kind, code)
    at = data.draw(st.integers(0, len(printed) - 1))
    for other in printable:
        if other != printed[at]:
            assert _read(printed[:at] + other + printed[at + 1 :]) is None


@given(kinds, codes, st.data())
def test_no_two_swapped_neighbours_give_another_code(kind: InternalKind, code: str, data: st.DataObject) -> None:
    printed = encode(kind, code)
    at = data.draw(st.integers(0, len(printed) - 2))
    swapped = printed[:at] + printed[at + 1] + printed[at] + printed[at + 2 :]
    assert _read(swapped) in ((Internal(kind, code),) if swapped == printed else (None,))


def test_every_change_of_every_character_of_a_bin_label_is_seen() -> None:
    printed = encode(InternalKind.LOCATION, "A-01-02")
    for at in range(len(printed)):
        for other in printable:
            if other != printed[at]:
                assert _read(printed[:at] + other + printed[at + 1 :]) is None


def test_a_printed_bin_looks_like_this() -> None:
    assert encode(InternalKind.LOCATION, "A-01") == "L.A-01.TV"  # must never change: such labels hang on shelves
    assert encode(InternalKind.LOCATION, "A.01").startswith("L.A%2E01.")


@pytest.mark.parametrize(
    "code", ["{GS}", "<GS>", "A|1", "~", "A~.", "50%", "A 1", "B\u00fcro", "L.A-01.00", "]C1", "a/b_c+d"]
)
def test_a_code_of_signs_survives_every_scanner(code: str) -> None:
    profile = Profile(separators=("|", "~", "^"))
    found = parse(encode(InternalKind.LOCATION, code), profile=profile, today=TODAY)
    assert found.internal == Internal(InternalKind.LOCATION, code)


def test_the_same_code_of_another_kind_is_another_label() -> None:
    bin_label, badge = encode(InternalKind.LOCATION, "7"), encode(InternalKind.BADGE, "7")
    assert bin_label[1:] != badge[1:]
    assert _read("B" + bin_label[1:]) is None


def test_the_case_of_a_code_is_kept_and_counts() -> None:
    assert decode(encode(InternalKind.ITEM, "mug-Red")) == Internal(InternalKind.ITEM, "mug-Red")
    assert _read(encode(InternalKind.ITEM, "mug-Red").replace("mug", "Mug")) is None


@pytest.mark.parametrize("text", ["", "L", "PAL-7", "X.A-01.00", "l.A-01.00", "LA-01"])
def test_a_text_without_our_form_is_none_of_ours(text: str) -> None:
    assert decode(text) is None


@pytest.mark.parametrize(
    "text", ["L.", "L.A-01", "L.A-01.", "L..00", "L.A-01.0", "L.A-01.000", "L.A 01.00", "L.\u00c4.00"]
)
def test_a_label_that_was_not_read_whole_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(text, today=TODAY)
    assert refusal.value.code == "internal_check"
    assert "Scan it again" in refusal.value.message


@pytest.mark.parametrize("printed", ["%41", "%2e", "A~", "A B", "%FF"])
def test_a_code_spelt_otherwise_than_we_print_it_is_refused(printed: str) -> None:
    with pytest.raises(Refused) as refusal:
        decode(f"L.{printed}.{_check('L' + printed)}")
    assert refusal.value.code == "internal_check"


@pytest.mark.parametrize("code", ["", "\ud800"])
def test_what_is_no_text_is_not_printed(code: str) -> None:
    with pytest.raises(Refused) as refusal:
        encode(InternalKind.LOCATION, code)
    assert refusal.value.code == "internal_code"


@pytest.mark.parametrize("aim", ["", "]C0", "]Q1", "]d1"])
def test_our_label_is_known_in_every_symbol_that_may_carry_it(aim: str) -> None:
    found = parse(aim + encode(InternalKind.CONTAINER, "TOTE-7"), today=TODAY)
    assert (found.kind, found.symbology) == (Kind.INTERNAL, aim)
    assert found.internal == Internal(InternalKind.CONTAINER, "TOTE-7")

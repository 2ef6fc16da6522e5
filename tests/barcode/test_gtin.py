"""Trade item numbers: check digits, 14 digits, UPC-E, levels, SSCC."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.barcode import gtin
from app.refusal import Refused

digits = st.text(alphabet="0123456789", min_size=1, max_size=30)


@given(digits)
def test_a_number_with_its_check_digit_is_valid_and_with_any_other_is_not(body: str) -> None:
    right = gtin.check_digit(body)
    assert [d for d in "0123456789" if gtin.has_valid_check_digit(body + d)] == [right]


@given(digits, st.data())
def test_one_wrong_digit_is_always_seen(body: str, data: st.DataObject) -> None:
    number = gtin.with_check_digit(body)
    at = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[at]]))
    assert not gtin.has_valid_check_digit(number[:at] + other + number[at + 1 :])


@pytest.mark.parametrize(
    ("number", "gtin14"),
    [
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("10614141543219", "10614141543219"),
    ],
)
def test_every_length_becomes_fourteen_digits(number: str, gtin14: str) -> None:
    assert gtin.to_gtin14(number) == gtin14


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("4006381333932", "bad_check_digit"),
        ("400638133393", "bad_check_digit"),
        ("40063813339", "bad_length"),
        ("", "bad_charset"),
        ("400638133393X", "bad_charset"),
        ("\u0664006381333931", "bad_charset"),
        ("0000000000000", "zero_gtin"),
    ],
)
def test_what_is_no_gtin_is_refused(number: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        gtin.to_gtin14(number)
    assert refusal.value.code == code


def test_twelve_digits_become_an_ean13() -> None:
    assert gtin.ean13("400638133393") == "4006381333931"


@pytest.mark.parametrize(("body", "code"), [("40063813339", "bad_length"), ("40063813339X", "bad_charset")])
def test_an_ean13_of_anything_else_is_refused(body: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        gtin.ean13(body)
    assert refusal.value.code == code


def test_an_sscc_is_extension_prefix_serial_and_check_digit() -> None:
    assert gtin.sscc("1", "0614141", "234567890") == "106141412345678908"
    assert gtin.sscc("0", "4012345", "1")[:17] == "04012345000000001"


@pytest.mark.parametrize(
    ("extension", "prefix", "serial", "code"),
    [
        ("1", "0614141", "1234567890", "bad_length"),
        ("12", "0614141", "1", "bad_length"),
        ("1", "06X4141", "1", "bad_charset"),
    ],
)
def test_an_sscc_that_does_not_fit_is_refused(extension: str, prefix: str, serial: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        gtin.sscc(extension, prefix, serial)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("six", "eleven"),
    [
        ("425261", "04210000526"),
        ("123450", "01200000345"),
        ("123452", "01220000345"),
        ("123453", "01230000045"),
        ("123454", "01234000005"),
        ("123456", "01234500006"),
        ("123459", "01234500009"),
    ],
)
def test_the_sixth_digit_of_a_upce_says_where_the_zeros_were(six: str, eleven: str) -> None:
    full = gtin.with_check_digit(eleven)
    assert gtin.expand_upce(f"0{six}{full[-1]}") == full
    assert gtin.compress_upca(full) == f"0{six}{full[-1]}"


@given(st.sampled_from("01"), st.text(alphabet="0123456789", min_size=6, max_size=6))
def test_a_upce_of_every_form_survives_its_long_form(system: str, six: str) -> None:
    expanded = [full for d in "0123456789" if (full := gtin.expand_upce(system + six + d))]
    assert len(expanded) == 1  # exactly one check digit is right
    short = gtin.compress_upca(expanded[0])
    assert short is not None
    assert gtin.expand_upce(short) == expanded[0]


@pytest.mark.parametrize("number", ["042100005265", "442100005264", "036000291452", "0421000052"])
def test_what_has_no_short_form_has_none(number: str) -> None:
    assert gtin.compress_upca(number) is None


@pytest.mark.parametrize("number", ["24252614", "0425261", "04252615"])
def test_eight_digits_that_are_no_upce_have_no_long_form(number: str) -> None:
    assert gtin.expand_upce(number) is None


def test_the_indicator_is_the_level_and_the_base_has_its_own_check_digit() -> None:
    assert gtin.level("10614141543219") == 1
    assert gtin.base("10614141543219") == "00614141543212"
    assert gtin.level("00614141543212") is None
    assert gtin.level("90614141543215") is None  # variable measure is no pack

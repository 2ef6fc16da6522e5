"""What is printed is what is read, for every symbology and any content; what cannot be so is refused."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.barcode.gtin import with_check_digit
from app.labels.layout import Bars, Grid, Layout
from app.labels.parts import Barcode
from app.labels.proof import proved
from app.labels.symbols import Symbology, encode, fitting
from app.refusal import Refused
from tests.labels.readers import read_by_zbar, read_by_zxing

PRINTABLE = "".join(chr(number) for number in range(0x20, 0x7F))
SET_82 = string.ascii_letters + string.digits + "!\"%&'()*+,-./_:;<=>?"


def placed(
    symbology: Symbology, content: str, *, dpi: int = 203, module_mm: float = 0.5, width_mm: int = 290
) -> Layout:
    """A label with nothing but this symbol on it; the readers look at all of the paper, white or not."""
    box = Barcode(x=2, y=2, width=width_mm, height=20, symbology=symbology, value="", module_mm=module_mm)
    grid = Grid(label="test", dpi=dpi)
    return Layout("test", grid.dots(width_mm + 4), grid.dots(24), dpi, (grid.bars(box, content),))


@given(content=st.text(PRINTABLE, min_size=1, max_size=20), module_mm=st.sampled_from([0.25, 0.375, 0.5]))
def test_any_printable_text_is_read_back_from_code_128(content: str, module_mm: float) -> None:
    label = proved(placed("code128", content, module_mm=module_mm, width_mm=160))
    assert read_by_zxing(label) == {content.encode()} == read_by_zbar(label)


@given(rest=st.text("0123456789", max_size=12))
def test_a_leading_99_is_not_lost(rest: str) -> None:
    label = proved(placed("code128", "99" + rest, width_mm=120))
    assert read_by_zxing(label) == {b"99" + rest.encode()} == read_by_zbar(label)


@given(body=st.text("0123456789", min_size=13, max_size=13))
def test_every_retail_number_is_read_back_with_its_own_check_digit(body: str) -> None:
    kinds: list[tuple[Symbology, int]] = [("ean13", 12), ("ean8", 7), ("upca", 11), ("itf14", 13)]
    for symbology, digits in kinds:
        number = with_check_digit(body[:digits])
        label = proved(placed(symbology, number, width_mm=100))
        expected = number.zfill(13 if symbology == "upca" else 0).encode()
        assert expected in read_by_zbar(label)
        assert expected in {answer.zfill(len(expected)) for answer in read_by_zxing(label)}


@pytest.mark.parametrize("symbology", ["ean13", "ean8", "upca", "itf14"])
def test_a_wrong_check_digit_is_refused_and_not_corrected(symbology: Symbology) -> None:
    right = {"ean13": "4006381333931", "ean8": "73513537", "upca": "036000291452", "itf14": "15400141288763"}[symbology]
    encode(symbology, right)
    for wrong in range(1, 10):
        with pytest.raises(Refused) as refusal:
            encode(symbology, right[:-1] + str((int(right[-1]) + wrong) % 10))
        assert refusal.value.code == "label_content_invalid"
        assert right[-1] in refusal.value.message


@pytest.mark.parametrize(
    ("symbology", "content"),
    [
        ("ean13", "40063813339311"),
        ("ean13", "400638133393"),
        ("ean13", "40063813339٣١"),
        ("code128", ""),
        ("code128", "Größe"),
        ("code128", "ñ"),
        ("code39", "abc"),
        ("code39", "A$I"),
        ("qr", "日本"),
        ("datamatrix", "ü"),
        ("gs1_128", "0109506000134352"),
        ("gs1_128", "[01]09506000134351"),
        ("gs1_128", "[01]0950600013435"),
        ("gs1_128", "[05]1"),
        ("gs1_128", "[10]AB{1}"),
        ("gs1_128", "[01]09506000134352[10]12345678901234567890[21]12345678901234567890"),
        ("gs1_datamatrix", "[17]271331"),
    ],
)
def test_what_a_symbology_cannot_say_exactly_is_refused(symbology: Symbology, content: str) -> None:
    with pytest.raises(Refused) as refusal:
        encode(symbology, content)
    assert refusal.value.code == "label_content_invalid"


@given(
    body=st.text("0123456789", min_size=12, max_size=12).filter(lambda digits: digits.strip("0")),
    lot=st.text(SET_82, min_size=1, max_size=20),
    serial=st.text(SET_82, min_size=1, max_size=8),
)
def test_gs1_elements_are_read_back_with_their_separator(body: str, lot: str, serial: str) -> None:
    gtin = with_check_digit("0" + body)
    expected = f"01{gtin}10{lot}\x1d21{serial}".encode()
    content = f"[01]{gtin}[10]{lot}[21]{serial}"
    assert read_by_zxing(proved(placed("gs1_datamatrix", content, width_mm=60))) == {expected}
    if len(expected) <= 48:
        label = proved(placed("gs1_128", content))
        assert read_by_zxing(label) == {expected} == read_by_zbar(label)


@given(content=st.text(PRINTABLE, min_size=1, max_size=60))
def test_any_printable_text_is_read_back_from_a_matrix(content: str) -> None:
    assert read_by_zxing(proved(placed("datamatrix", content, width_mm=60))) == {content.encode()}
    assert read_by_zxing(proved(placed("qr", content, width_mm=60))) == {content.encode()}


@example(content="000000")  # six characters are also an Italian Code 32, which is another number
@given(content=st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ -.", min_size=1, max_size=12))
def test_code_39_is_read_back_without_an_added_check(content: str) -> None:
    assert read_by_zbar(proved(placed("code39", content, width_mm=160))) == {content.encode()}


def test_a_long_gs1_content_stays_square() -> None:
    symbol = encode("gs1_datamatrix", "[01]09506000134352[17]270331[10]ABCDEFGHIJ")
    assert len(symbol.rows) == len(symbol.rows[0])


@pytest.mark.parametrize(("dpi", "logistic", "retail"), [(203, 4, 3), (300, 6, 4)])
def test_modules_are_whole_dots_of_the_printer(dpi: int, logistic: int, retail: int) -> None:
    (wide,) = placed("gs1_128", "[00]340123450000000017", dpi=dpi).symbols
    (narrow,) = placed("ean13", "4006381333931", dpi=dpi, module_mm=0.33).symbols
    assert (wide.module, narrow.module) == (logistic, retail)


def test_an_sscc_at_half_a_millimetre_is_88_mm_wide() -> None:
    (bars,) = placed("gs1_128", "[00]340123450000000017").symbols
    assert round(bars.width / 203 * 25.4) == 88


def test_a_symbol_keeps_ten_modules_of_white_on_each_side() -> None:
    (bars,) = placed("code128", "A-01-03").symbols
    runs = list(bars.dark())
    assert isinstance(bars, Bars)
    assert runs[0].left - bars.left == 10 * bars.module
    assert bars.left + bars.width - (runs[-1].left + runs[-1].width) == 10 * bars.module


@pytest.mark.parametrize(
    ("code", "symbology"),
    [("4006381333931", "ean13"), ("4006381333930", "code128"), ("036000291452", "upca"), ("73513537", "ean8"),
     ("15400141288763", "itf14"), ("MUG-1", "code128"), ("٤٠٠٦٣٨١٣٣٣٩٣١", "code128")],
)  # fmt: skip
def test_a_code_of_unknown_kind_gets_its_retail_symbol_only_with_the_right_check_digit(
    code: str, symbology: Symbology
) -> None:
    assert fitting(code)[0] == symbology

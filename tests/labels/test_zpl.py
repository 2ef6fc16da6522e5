"""ZPL is data: the printed dots are the proved dots, and nothing that a label says can command a printer."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.labels import render_png, render_zpl, templates
from app.labels.template import template
from app.refusal import Refused
from tests.labels.readers import read_by_zbar, read_by_zxing
from tests.labels.zpl_reader import print_out

SHIPPED = [each.name for each in templates()]


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and one.convert("L").tobytes() == other.convert("L").tobytes()


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_printed_is_the_preview_bit_by_bit(name: str, dpi: int) -> None:
    example = template(name).example
    preview = Image.open(io.BytesIO(render_png(name, example, dpi=dpi)))
    (page,) = print_out(render_zpl(name, [example], dpi=dpi))
    assert same(page.image, preview)
    assert page.copies == 1


@pytest.mark.parametrize("packing", ["z64", "hex"])
def test_a_printed_carton_is_read_by_both_readers(packing: str) -> None:
    example = template("carton").example
    (page,) = print_out(render_zpl("carton", [example], packing=packing))  # type: ignore[arg-type]
    expected = f"00{example['sscc']}".encode()
    assert expected in read_by_zxing(page.image)
    assert read_by_zbar(page.image) == {expected}


def test_compression_saves_the_radio() -> None:
    example = template("carton").example
    compressed, plain = (len(render_zpl("carton", [example], packing=each)) for each in ("z64", "hex"))
    assert compressed * 10 < plain


@pytest.mark.parametrize(
    "name", ["X^XZ^XA^PQ500", "^XA~JA~HS^XZ", "A_5E_7E~", "~DGR:X.GRF,1,1,FF", "\\^FD\\_5E", "^CC#", "5\u00a0€ ^GB~ Ω"]
)
def test_a_name_cannot_command_a_printer(name: str) -> None:
    row = {**template("item").example, "name": name, "sku": name[:12]}
    stream = render_zpl("item", [row])
    (page,) = print_out(stream)
    assert page.copies == 1
    assert stream.count(b"^XA") == stream.count(b"^XZ") == stream.count(b"^PQ1^") == 1


@given(name=st.text(alphabet=st.sampled_from("^~_\\>XAZPQ0159 ,:;"), min_size=1, max_size=30))
def test_no_mixture_of_commands_leaves_its_dots(name: str) -> None:
    stream = render_zpl("item", [{"code": "X", "sku": "X", "name": name.strip() or "-"}])
    pages = print_out(stream)
    assert [page.copies for page in pages] == [1]
    assert {*pages[0].commands} == {"XA", "CI28", "PW", "LL", "LH0,0", "LS0", "FO", "GFA", "FS", "PQ", "XZ"}


def test_copies_and_labels_are_counted_by_us_alone() -> None:
    rows = [{"code": f"L.A-{number:02}.XX", "name": f"A-{number:02}"} for number in range(3)]
    assert [page.copies for page in print_out(render_zpl("bin", rows, copies=2))] == [2, 2, 2]


def test_a_large_label_is_sent_in_bands_that_a_printer_takes() -> None:
    stream = render_zpl("carton", [template("carton").example], dpi=600)
    assert stream.count(b"^GFA") > 1  # the reader refuses a field above 99,999 bytes
    (page,) = print_out(stream)
    assert page.image.size == (2400, 3600)


@pytest.mark.parametrize("copies", [0, -1, 1001])
def test_a_printer_is_never_told_to_print_without_end(copies: int) -> None:
    with pytest.raises(Refused) as refused:
        render_zpl("bin", [template("bin").example], copies=copies)
    assert refused.value.code == "bad_copies"

"""Every label that we ship, as PNG and as PDF, read by both readers."""

from datetime import date
from pathlib import Path

import pytest

from app.barcode import decode, parse
from app.labels import SheetSize, Template, fonts, render_pdf, render_png, templates
from app.labels.layout import Words, lay_out
from app.labels.template import template
from app.refusal import Refused
from tests.labels.readers import opened, rasterized, read_by_zbar, read_by_zxing

SHIPPED = templates()
MATRIX = b"010400638133393117270331" + b"10L2026-117"


def linear(label: Template) -> set[bytes]:
    """What stands in bars on a label of this template's example."""
    example = label.example
    if label.name == "item_gs1":
        return set()
    if "sscc" not in example:
        return {example["code"].encode()}
    content = {f"02{example['content']}37{example['count']}".encode()} if "content" in example else set()
    return {f"00{example['sscc']}".encode(), *content}


@pytest.fixture(params=SHIPPED, ids=lambda each: each.name)
def label(request: pytest.FixtureRequest) -> Template:
    chosen: Template = request.param
    return chosen


def test_the_floor_has_its_labels() -> None:
    names = {each.name for each in SHIPPED}
    assert names == {
        "action_card", "badge", "bin", "carton", "item", "item_gs1", "item_roll", "logistic", "logistic_a6", "lpn",
        "packing_slip", "pick_list", "printer", "receipt", "return", "tote",
    }  # fmt: skip


def test_the_preview_is_read_by_both_readers(label: Template) -> None:
    image = opened(render_png(label.name, label.example))
    assert linear(label) <= read_by_zxing(image)
    assert read_by_zbar(image) == linear(label)


def test_the_pdf_is_read_by_both_readers(label: Template, tmp_path: Path) -> None:
    pdf = render_pdf(label.name, [label.example, label.example])
    pages = rasterized(pdf, dpi=label.dpi, folder=tmp_path)
    assert len(pages) == 2
    for page in pages:
        assert linear(label) <= read_by_zxing(page)
        assert read_by_zbar(page) == linear(label)


def test_preview_and_pdf_have_the_size_of_the_label(label: Template, tmp_path: Path) -> None:
    (page,) = rasterized(render_pdf(label.name, [label.example]), dpi=label.dpi, folder=tmp_path)
    image = opened(render_png(label.name, label.example))
    width, height = label.size_mm
    assert image.size == (round(width * label.dpi / 25.4), round(height * label.dpi / 25.4))
    assert abs(page.width - image.width) <= 1
    assert abs(page.height - image.height) <= 1


def test_an_internal_code_of_an_example_is_a_real_one(label: Template) -> None:
    if "code" in label.example and not label.name.startswith("item"):
        assert decode(label.example["code"]) is not None


def test_the_receipt_answers_item_expiry_and_lot_in_one_scan() -> None:
    example = dict(template("receipt").example)
    assert MATRIX in read_by_zxing(opened(render_png("receipt", example)))
    assert parse("]d2" + MATRIX.decode(), today=date(2026, 3, 2)).elements["lot"] == "L2026-117"
    del example["gtin"]
    assert read_by_zxing(opened(render_png("receipt", example))) == {example["code"].encode()}


def test_a_code_too_long_for_bars_on_a_small_label_becomes_a_matrix() -> None:
    code = "I.WIDGET-LONG-2026-XL.DL"
    image = opened(render_png("item", {"code": code, "sku": "WIDGET-LONG-2026-XL", "name": "Widget"}))
    assert read_by_zxing(image) == {code.encode()}
    assert read_by_zbar(image) == set()


def test_a_lot_cannot_bring_an_element_of_its_own() -> None:
    with pytest.raises(Refused) as refusal:
        render_png("receipt", {**template("receipt").example, "lot": "A[21]7"})
    assert refusal.value.code == "label_content_invalid"


def test_the_carton_refuses_an_sscc_with_a_wrong_check_digit() -> None:
    with pytest.raises(Refused) as refusal:
        render_png("carton", {**template("carton").example, "sscc": "340123450000000018"})
    assert refusal.value.code == "label_content_invalid"


def test_the_cartons_bars_are_at_least_32_mm_high_and_its_modules_half_a_millimetre() -> None:
    image = opened(render_png("carton", template("carton").example)).convert("L")
    column = image.crop((95, 860, 96, 1219)).tobytes()  # the first bar of the start character
    assert column.count(0) * 25.4 / 203 >= 32


@pytest.mark.parametrize("name", ["logistic", "logistic_a6"])
def test_the_matrix_of_a_logistic_label_says_all_of_it(name: str) -> None:
    image = opened(render_png(name, template(name).example))
    assert b"003401234500000000170204006381333931" + b"1727033110L2026-117\x1d3748" in read_by_zxing(image)


@pytest.mark.parametrize("name", ["logistic", "logistic_a6"])
def test_a_logistic_label_is_to_the_standard(name: str) -> None:
    layout = lay_out(template(name), template(name).example)
    mm = 25.4 / layout.dpi
    content, sscc = (bars for bars in layout.symbols if not bars.symbol.is_matrix)
    words = {thing.text: thing for thing in layout.things if isinstance(thing, Words)}
    assert sscc.symbol.content.startswith("00")
    assert sscc.top > max(bars.top for bars in layout.symbols if bars != sscc)
    assert all(0.495 <= bars.module * mm <= 1.016 and bars.bar_height * mm >= 32 for bars in (content, sscc))
    for hri in ("(00)340123450000000017", "(02)04006381333931(37)48"):
        assert words[hri].size * fonts.CAP_HEIGHT * mm >= 3
    for data in ("04006381333931", "48", "2027-03-31", "L2026-117"):
        assert words[data].size * fonts.CAP_HEIGHT * mm >= 7


def test_a_logistic_label_with_the_longest_lot_and_count_is_still_read() -> None:
    row = {**template("logistic").example, "lot": "ABCDEFGHIJ0123456789", "count": "999999"}
    assert b"020400638133393137999999" in read_by_zbar(opened(render_png("logistic", row)))


def test_an_item_with_lot_expiry_and_serial_answers_in_one_scan() -> None:
    (text,) = read_by_zxing(opened(render_png("item_gs1", template("item_gs1").example)))
    found = parse("]d2" + text.decode(), today=date(2026, 3, 2))
    assert (found.gtin, found.lot, found.serial) == ("04006381333931", "L2026-117", "S-0001")
    assert found.expiry == date(2027, 3, 31)


@pytest.mark.parametrize("dpi", [300, 600])
def test_every_label_is_read_at_finer_resolutions_too(label: Template, dpi: int) -> None:
    image = opened(render_png(label.name, label.example, dpi=dpi))
    assert linear(label) <= read_by_zxing(image)


def test_names_in_many_scripts_are_drawn(tmp_path: Path) -> None:
    example = {**template("badge").example, "name": "Łukasz Ψαρρός Жуков"}
    (page,) = rasterized(render_pdf("badge", [example]), dpi=300, folder=tmp_path)
    assert read_by_zbar(page) == {example["code"].encode()}


def test_many_labels_on_a_sheet_are_all_read(tmp_path: Path) -> None:
    rows = [{"code": f"L.A-01-{number:02}.XX", "name": f"A-01-{number:02}"} for number in range(1, 13)]
    size = SheetSize(columns=2, rows=5, margin_left=3, margin_top=10, gap_across=3, gap_down=3)
    pages = rasterized(render_pdf("bin", rows, per_sheet=size), dpi=300, folder=tmp_path)
    assert [len(read_by_zxing(page)) for page in pages] == [10, 2]
    assert set().union(*map(read_by_zxing, pages)) == {row["code"].encode() for row in rows}


def test_a_sheet_that_is_too_small_is_refused() -> None:
    size = SheetSize(columns=3, rows=5, margin_left=3, margin_top=10)
    with pytest.raises(Refused) as refusal:
        render_pdf("bin", [template("bin").example], per_sheet=size)
    assert refusal.value.code == "labels_exceed_sheet"


def test_the_same_labels_are_the_same_bytes(label: Template) -> None:
    assert render_pdf(label.name, [label.example]) == render_pdf(label.name, [label.example])


def test_nothing_to_print_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        render_pdf("bin", [])
    assert refusal.value.code == "no_labels"

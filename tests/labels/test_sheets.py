"""Labels on bought sheets: each stands in its own field, is read there, and a used sheet is gone on with."""

from pathlib import Path

import pytest
import zxingcpp

from app.barcode.internal import InternalKind, encode
from app.labels import render_pdf
from app.labels.sheets import SHEETS, Sheet, fits, sheet_for, size_of
from app.labels.template import template
from app.refusal import Refused
from tests.labels.readers import rasterized

DPI = 300
PLAIN = sheet_for("plain", template("bin"))


def rows(count: int) -> list[dict[str, str]]:
    return [{"code": encode(InternalKind.LOCATION, f"A-{n:02}"), "name": f"A-{n:02}"} for n in range(1, count + 1)]


def where(pdf: bytes, sheet: Sheet, folder: Path) -> list[dict[str, tuple[int, int]]]:
    """On each page: what is read, and in which row and column."""
    pages = []
    for page in rasterized(pdf, dpi=DPI, folder=folder):
        found = {}
        for each in zxingcpp.read_barcodes(page.convert("L")):
            corners = each.position
            across = (corners.top_left.x + corners.bottom_right.x) / 2 * 25.4 / DPI - sheet.left
            down = (corners.top_left.y + corners.bottom_right.y) / 2 * 25.4 / DPI - sheet.top
            found[each.text] = (int(down // sheet.height), int(across // (sheet.width + sheet.gap_across)))
        pages.append(found)
    return pages


@pytest.mark.parametrize("sheet", [*SHEETS, PLAIN], ids=lambda sheet: sheet.name)
def test_every_label_of_a_full_sheet_is_read_in_its_own_field(sheet: Sheet, tmp_path: Path) -> None:
    label = template("bin" if fits(sheet, template("bin")) else "item")
    wanted = rows(sheet.fields)
    if label.name == "item":
        wanted = [{"code": row["code"], "sku": row["name"], "name": "x"} for row in wanted]
    pdf = render_pdf(label.name, wanted, per_sheet=size_of(sheet, label))
    (found,) = where(pdf, sheet, tmp_path)
    assert found == {row["code"]: divmod(number, sheet.columns) for number, row in enumerate(wanted)}


def test_a_used_sheet_is_begun_at_its_first_free_field(tmp_path: Path) -> None:
    sheet, label = sheet_for("a4-2x5", template("bin")), template("bin")
    wanted = rows(5)
    pdf = render_pdf("bin", wanted, per_sheet=size_of(sheet, label), used=7)
    first, second = where(pdf, sheet, tmp_path)
    assert list(first.values()) == [(3, 1), (4, 0), (4, 1)]
    assert set(first) == {row["code"] for row in wanted[:3]}
    assert second == {wanted[3]["code"]: (0, 0), wanted[4]["code"]: (0, 1)}


@pytest.mark.parametrize("used", [-1, 10])
def test_a_sheet_without_a_free_field_is_not_begun(used: int) -> None:
    label = template("bin")
    with pytest.raises(Refused) as refusal:
        render_pdf("bin", rows(1), per_sheet=size_of(sheet_for("a4-2x5", label), label), used=used)
    assert refusal.value.code == "bad_start"


def test_a_label_that_is_larger_than_a_field_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        sheet_for("a4-3x8", template("bin"))
    assert refusal.value.code == "label_exceeds_field"
    with pytest.raises(Refused) as unknown:
        sheet_for("letter", template("bin"))
    assert unknown.value.code == "unknown_sheet"


def test_one_wrong_label_stops_the_whole_sheet() -> None:
    label = template("bin")
    with pytest.raises(Refused):
        render_pdf("bin", [*rows(3), {"code": "x"}], per_sheet=size_of(PLAIN, label))

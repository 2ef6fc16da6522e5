"""The sheet to try the floor with: every code on it is read, one by one."""

from pathlib import Path

import pytest

from app.labels import demo_sheet
from app.refusal import Refused
from tests.labels.readers import rasterized, read_by_zbar, read_by_zxing

GS1 = "[01]09506000134352[17]270331[10]AB-1"
SECTIONS = [
    ("Bins", [(f"A-01-{number:02}", f"L.A-01-{number:02}.XX") for number in range(1, 15)]),
    ("Items", [("Stoneware mug, blue, 350 ml, in a box of its own", "4006381333931"), ("Case", "15400141288763")]),
    ("Lots", [("Tea, lot AB-1", GS1)]),
]


def test_every_code_is_read_from_the_printed_sheet(tmp_path: Path) -> None:
    pages = rasterized(demo_sheet(SECTIONS, "Demo", intro="Scan me."), dpi=300, folder=tmp_path)
    expected = {code.encode() for _heading, codes in SECTIONS for _caption, code in codes} - {GS1.encode()}
    expected |= {b"0109506000134352" + b"17270331" + b"10AB-1"}
    assert len(pages) > 1
    assert set().union(*map(read_by_zxing, pages)) == expected
    assert set().union(*map(read_by_zbar, pages)) == expected


def test_between_two_codes_there_is_a_hand_of_white(tmp_path: Path) -> None:
    page, *_others = rasterized(demo_sheet(SECTIONS, "Demo"), dpi=100, folder=tmp_path)
    inked = [any(dot < 128 for dot in page.crop((580, y, 740, y + 1)).tobytes()) for y in range(page.height)]
    gaps = "".join("x" if ink else " " for ink in inked).strip().split("x")
    white = [len(gap) * 25.4 / 100 for gap in gaps if len(gap) > 4]
    assert len(white) >= 6
    assert min(white) > 4  # a heading's rule stands between sections


def test_a_sheet_without_codes_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        demo_sheet([("Bins", [])], "Demo")
    assert refusal.value.code == "no_labels"

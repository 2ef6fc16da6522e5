"""A template's mistake is named with its file, element and reason; a field's content stays text."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.labels import bitmap, render_pdf, render_png, templates
from app.labels.layout import Words, lay_out
from app.labels.template import SHIPPED, template
from app.refusal import NotFound, Refused

HEAD = """
name = "tag"
title = "Tag"
size_mm = [60, 30]
dpi = 203
fields = ["code"]
example = { code = "A1" }
"""
TEXT = '[[elements]]\ntype = "text"\ntext = "{{ code }}"\nx = 2\ny = 2\nwidth = 50\nheight = 8\nsize_pt = 12\n'
BARS = (
    '[[elements]]\ntype = "barcode"\nsymbology = "code128"\nvalue = "{{ code }}"\n'
    "x = 0\ny = 12\nwidth = 60\nheight = 12\n"
)
Write = Callable[[str], tuple[Path, ...]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Put a template "tag" beside the shipped ones."""

    def writer(text: str) -> tuple[Path, ...]:
        (tmp_path / "tag.toml").write_text(text, encoding="utf-8")
        return (*SHIPPED, tmp_path)

    return writer


def words(folders: tuple[Path, ...], **given: str) -> list[str]:
    layout = lay_out(template("tag", folders=folders), given)
    return [thing.text for thing in layout.things if isinstance(thing, Words)]


@pytest.mark.parametrize("name", ["../../etc/passwd", "../bin", "bin.toml", "", "nothing", "BIN", "bin\n", "fonts/x"])
def test_an_unknown_name_is_refused_whatever_it_tries_to_be(name: str) -> None:
    with pytest.raises(NotFound) as refusal:
        render_png(name, {})
    assert refusal.value.code == "unknown_template"


def test_ones_own_template_joins_and_replaces_the_shipped_ones(write: Write, tmp_path: Path) -> None:
    folders = write(HEAD + TEXT)
    (tmp_path / "bin.toml").write_text(HEAD.replace("tag", "bin").replace("Tag", "Our bin") + TEXT, encoding="utf-8")
    assert "Tag" in {each.title for each in templates(folders=folders)}
    assert template("bin", folders=folders).title == "Our bin"
    assert template("bin").title == "Bin"


def test_an_edited_template_is_read_anew(write: Write, tmp_path: Path) -> None:
    folders = write(HEAD + TEXT)
    assert words(folders, code="A1") == ["A1"]
    write(HEAD + TEXT.replace("{{ code }}", "bin {{ code }}"))
    os.utime(tmp_path / "tag.toml", ns=(1, 1))
    assert words(folders, code="A1") == ["bin A1"]


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (HEAD + TEXT + "size_pt = [", "", ""),
        (HEAD, "head", "elements"),
        (HEAD.replace("dpi = 203", "dpi = 20") + TEXT, "head", "dpi"),
        (HEAD.replace("dpi = 203", "dpi = true") + TEXT, "head", "dpi"),
        (HEAD.replace("[60, 30]", "[60]") + TEXT, "head", "size_mm"),
        (HEAD.replace('"tag"', '"tags"') + TEXT, "head", "name"),
        (HEAD.replace('code = "A1"', 'coda = "A1"') + TEXT, "head", "example"),
        (HEAD.replace("title", "tittle") + TEXT, "head", "tittle"),
        (HEAD + TEXT.replace('"text"\n', '"words"\n', 1), "elements[1]", "type"),
        (HEAD + TEXT.replace("size_pt = 12", ""), "elements[1]", "size_pt is missing"),
        (HEAD + TEXT.replace("size_pt = 12", 'size_pt = "12"'), "elements[1]", "size_pt"),
        (HEAD + TEXT + 'overflow = "hide"', "elements[1]", "shrink"),
        (HEAD + TEXT.replace("width = 50", "width = 59"), "elements[1]", "leaves the label"),
        (HEAD + TEXT.replace("{{ code }}", "{{ sku }}"), "elements[1]", "sku"),
        (HEAD + TEXT.replace("{{ code }}", "{{ code"), "elements[1]", ""),
        (HEAD + TEXT + BARS.replace("code128", "code999"), "elements[2]", "gs1_datamatrix"),
        (HEAD + TEXT + BARS.replace("y = 12", "y = 9"), "elements[1]", "quiet zone"),
        (HEAD + '[[elements]]\ntype="image"\nfile="../x.png"\nx=1\ny=1\nwidth=5\nheight=5', "elements[1]", "image"),
    ],
)
def test_a_mistake_in_a_template_is_named(write: Write, text: str, where: str, why: str) -> None:
    folders = write(text)
    with pytest.raises(Refused) as refusal:
        template("tag", folders=folders)
    assert refusal.value.code == "label_template_invalid"
    assert refusal.value.details["file"] == "tag.toml"
    assert where in str(refusal.value.details["where"])
    assert why in str(refusal.value.details["why"])


def test_a_field_that_is_missing_unknown_or_not_text_is_refused() -> None:
    for given, code in [
        ({"name": "A-01"}, "label_field_missing"),
        ({"name": "A-01", "code": "  "}, "label_field_missing"),
        ({"name": "A-01", "code": "A", "colour": "red"}, "label_field_unknown"),
        ({"name": "A-01", "code": "A\x1dB"}, "label_field_invalid"),
        ({"name": "A" * 4001, "code": "A"}, "label_field_invalid"),
    ]:
        with pytest.raises(Refused) as refusal:
            render_pdf("bin", [given])
        assert refusal.value.code == code


def test_what_looks_like_jinja_in_a_field_is_printed_as_it_stands(write: Write) -> None:
    assert words(write(HEAD + TEXT), code="{{7*7}}") == ["{{7*7}}"]
    assert words(write(HEAD + TEXT), code="{% raw %}") == ["{% raw %}"]


@pytest.mark.parametrize(
    "source",
    [
        "{{ code.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ _.__globals__ }}",
        "{{ code.format.__self__ }}",
        "{% include 'bin.toml' %}",
    ],
)
def test_a_template_does_not_get_out_of_its_sandbox(write: Write, source: str) -> None:
    folders = write(HEAD + TEXT.replace("{{ code }}", source))
    with pytest.raises(Refused) as refusal:
        words(folders, code="A1")
    assert refusal.value.code == "label_template_invalid"


def test_a_text_that_is_too_long_is_refused_or_shrunk_or_cut_as_the_template_says(write: Write) -> None:
    long = "SO-2026-0000001-WEST-WING-42-EXTRA"
    with pytest.raises(Refused) as refusal:
        words(write(HEAD + TEXT), code=long)
    assert refusal.value.code == "label_text_too_long"
    folders = write(HEAD + TEXT + 'overflow = "shrink"')
    assert words(folders, code=long) == [long]
    with pytest.raises(Refused) as refusal:
        words(folders, code=long * 3)
    assert refusal.value.code == "label_text_too_long"
    (cut,) = words(write(HEAD + TEXT + 'overflow = "cut"'), code=long * 3)
    assert cut.endswith("…")
    assert (long * 3).startswith(cut[:-1])


def test_no_ink_leaves_the_box_of_a_text(write: Write) -> None:
    folders = write(HEAD + TEXT + 'lines = 2\noverflow = "cut"\nmin_pt = 5')
    for name in ("WWWWWWWWWWWWWWWWWWWWWWWW", "gjpqy " * 30, "A " * 60, "Äußerst lange Bezeichnung " * 5):
        drawn = bitmap.draw(lay_out(template("tag", folders=folders), {"code": name})).convert("L")
        ink = drawn.point(lambda dot: 255 - dot).getbbox()
        assert ink is not None
        left, top, right, bottom = ink
        assert left >= 15
        assert right <= 416 + 1
        assert bottom <= 80 + 1
        assert top >= 10  # an accent may stand above the capitals


def test_a_code_that_is_too_long_for_its_box_is_refused(write: Write) -> None:
    with pytest.raises(Refused) as refusal:
        render_png("tag", {"code": "abcdefghij" * 4}, folders=write(HEAD + BARS))
    assert refusal.value.code == "label_symbol_too_wide"


def test_an_image_beside_the_template_is_drawn(write: Write, tmp_path: Path) -> None:
    Image.new("RGBA", (40, 40), (0, 0, 0, 255)).save(tmp_path / "logo.png")
    folders = write(HEAD + '[[elements]]\ntype="image"\nfile="logo.png"\nx=1\ny=1\nwidth=10\nheight=10\n' + BARS)
    drawn = bitmap.draw(lay_out(template("tag", folders=folders), {"code": "A1"}))
    assert drawn.getpixel((20, 20)) == 0
    assert render_pdf("tag", [{"code": "A1"}], folders=folders).startswith(b"%PDF")

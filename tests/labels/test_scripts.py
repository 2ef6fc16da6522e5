"""Writing of the world: from the right, joined, without spaces; and what no font here has is refused by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.labels import fonts, render_pdf, render_png
from app.labels.fitting import fit
from app.labels.layout import Words, lay_out
from app.labels.scripts import pieces, seen
from app.labels.template import template
from app.refusal import Refused
from tests.conftest import absent
from tests.labels.readers import opened, rasterized

CARTON = template("carton").example


def words(ship_to: str) -> list[Words]:
    layout = lay_out(template("carton"), {**CARTON, "ship_to": ship_to})
    bold = [thing for thing in layout.things if isinstance(thing, Words) and thing.is_bold and thing.size > 25]
    return [thing for thing in bold if 250 < thing.baseline < 560]


@pytest.fixture
def chinese() -> Iterator[Path]:
    """A folder with Debian's Droid fallback font (fonts-droid-fallback)."""
    folder = Path("/usr/share/fonts/truetype/droid")
    if not folder.is_dir():
        absent("no Chinese font here (Debian: apt-get install fonts-droid-fallback)")
    fonts.use_folder(folder)
    yield folder
    fonts.use_folder(None)


def test_hebrew_is_read_from_the_right_with_its_brackets_turned() -> None:
    assert seen("תל אביב (12)") == "(12) ביבא לת"


def test_arabic_letters_join() -> None:
    assert seen("سلام") == "\ufee1\ufefc\ufeb3"  # final meem, joined lam-alef, initial seen


def test_an_address_from_the_right_stands_at_the_right() -> None:
    (line,) = words("דוד כהן")
    assert line.align == "right"
    assert words("David")[0].align == "left"


def test_decomposed_letters_are_the_same_ink() -> None:
    assert seen("u\u0308") == "ü"


def test_marks_that_steer_have_no_ink() -> None:
    assert seen("a\u200eb\u200d\ufe0f") == "ab"


def test_a_letter_without_a_font_is_refused_by_name() -> None:
    with pytest.raises(Refused) as refusal:
        render_png("carton", {**CARTON, "ship_to": "王 Ming"})
    assert refusal.value.code == "label_glyph_missing"
    assert "王" in refusal.value.message


def test_a_script_that_we_would_garble_is_refused_even_with_a_font(chinese: Path) -> None:
    with pytest.raises(Refused) as refusal:
        render_png("carton", {**CARTON, "ship_to": "हिन्दी"})
    assert refusal.value.code == "label_glyph_missing"


def test_an_emoji_in_a_name_stops_no_parcel() -> None:
    assert [line.text for line in words("Anna 🎉👍🏽")] == ["Anna"]


def test_but_a_name_of_nothing_else_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        render_png("carton", {**CARTON, "ship_to": "🎉"})
    assert refusal.value.code == "label_glyph_missing"


def test_chinese_comes_from_the_folder_and_is_broken_without_spaces(chinese: Path, tmp_path: Path) -> None:
    address = "北京市朝阳区建国路88号现代城A座1203室，邮编100022，有很长的地址需要换行显示在标签上"
    lines = words(address)
    assert len(lines) > 1
    assert "".join(line.text for line in lines) == address
    assert not any(line.text[0] == "，" for line in lines)
    assert {face.file.parent for line in lines for face, _text in line.runs} > {chinese}
    row = {**CARTON, "ship_to": address}
    (page,) = rasterized(render_pdf("carton", [row]), dpi=203, folder=tmp_path)
    drawn = opened(render_png("carton", row)).convert("L").crop((0, 240, 812, 560))
    printed = page.convert("L").crop((0, 240, 812, 560))
    ink = [sum(1 for dot in picture.tobytes() if dot < 128) for picture in (drawn, printed)]
    assert abs(ink[0] - ink[1]) < 0.15 * ink[0]


def test_a_damaged_font_is_named_and_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    fonts.use_folder(tmp_path)
    try:
        assert fonts.unusable() == [tmp_path / "broken.ttf"]
        assert opened(render_png("carton", CARTON)).width
    finally:
        fonts.use_folder(None)


def test_pieces_keep_closing_marks_with_their_word() -> None:
    assert list(pieces("a 中国。b")) == [(" ", "a"), (" ", "中"), ("", "国。"), ("", "b")]


def test_a_text_is_measured_as_it_is_seen() -> None:
    joined = fit("سلام", width=1000, height=50, size=20, smallest=20, lines=1, is_bold=False, overflow="error")
    assert joined is not None
    assert fonts.width("سلام", size=20, is_bold=False) < sum(
        fonts.width(letter, size=20, is_bold=False) for letter in "سلام"
    )

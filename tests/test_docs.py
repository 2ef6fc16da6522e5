"""The documentation names what there is."""

from dataclasses import fields
from pathlib import Path

from app.config import Settings

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_every_setting_is_documented() -> None:
    text = (DOCS / "settings.md").read_text()
    missing = [field.name for field in fields(Settings) if f"`TRUESHELF_{field.name.upper()}`" not in text]
    assert not missing


def test_every_file_that_the_map_names_exists() -> None:
    text = (DOCS / "architecture.md").read_text()
    named = {word.strip("`") for word in text.replace(";", " ").replace(",", " ").split() if word.startswith("`app/")}
    assert named
    assert not [name for name in named if not (DOCS.parent / name).exists()]

"""The web's map is complete, and its pages are listed openly."""

import re
from pathlib import Path

from flask import Blueprint

import app.web

WEB = Path(app.web.__file__).parent


def test_the_map_names_every_folder() -> None:
    rooms = {path.stem for path in WEB.glob("*.py")} | {path.parent.name for path in WEB.glob("*/*.py")}
    rooms.remove("__init__")
    assert set(re.findall(r"^- ``(\w+)``", app.web.__doc__ or "", re.MULTILINE)) == rooms


def test_every_file_with_pages_is_on_the_list() -> None:
    """A blueprint that is not listed would be a page that nobody can open."""
    made = {
        path.relative_to(WEB).with_suffix("").as_posix().replace("/", ".")
        for path in WEB.rglob("*.py")
        if re.search(r"^\w+ = Blueprint\(", path.read_text(), re.MULTILINE)
    }
    listed = {pages.import_name.removeprefix("app.web.") for pages in app.web.PAGES if isinstance(pages, Blueprint)}
    assert listed == made

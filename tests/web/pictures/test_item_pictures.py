"""Pictures of items come from the house's own folder, and nothing else does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # files, no rows
Browse = Callable[[str], FlaskClient]


@pytest.fixture
def folder(shop: Flask) -> Path:
    data_dir: Path = shop.config["SETTINGS"].data_dir
    found = data_dir / "pictures"
    (found / "cups").mkdir(parents=True, exist_ok=True)
    (found / "cups" / "mug.PNG").write_bytes(b"\x89PNG\r\n\x1a\n and so on")
    (found / "trap.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    (found / "trap.png").write_text("<script>alert(1)</script>")
    (data_dir / "secret.png").write_text("not in the folder")
    return found


def test_a_picture_is_shown_and_asked_for_again_only_when_it_changed(folder: Path, browse: Browse) -> None:
    client = browse("picker")
    shown = client.get("/pictures/cups/mug.PNG")
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert shown.headers["Cache-Control"] == "private, max-age=3600"
    assert client.get("/pictures/cups/mug.PNG", headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "name",
    ["trap.svg", "none.png", "cups", "../secret.png", "%2e%2e/secret.png", "cups/%2e%2e/%2e%2e/secret.png"],
)
def test_nothing_else_comes_out_of_the_folder(folder: Path, browse: Browse, name: str) -> None:
    assert browse("picker").get(f"/pictures/{name}").status_code == 404


def test_what_is_no_picture_is_still_said_to_be_one(folder: Path, browse: Browse) -> None:
    answer = browse("picker").get("/pictures/trap.png")
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")


def test_nobody_sees_pictures_without_signing_in(folder: Path, shop: Flask) -> None:
    assert shop.test_client().get("/pictures/cups/mug.PNG", headers={"Accept": "image/png"}).status_code in (
        302,
        303,
        401,
    )

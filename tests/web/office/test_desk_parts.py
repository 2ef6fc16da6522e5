"""htmx is given the part of a page that it will replace; everybody else the whole page, from the same template."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

Browse = Callable[[str], "FlaskClient"]
TEMPLATES = Path(__file__).parents[3] / "templates"
LISTS = [
    "/office/orders?q=SO",
    "/office/purchase-orders",
    "/office/stock?only=out",
    "/office/balances?location=A-01",
    "/office/work?kind=pick",
    "/office/work/ended",
    "/office/returns",
    "/office/undecided",
    "/office/security-log",
    "/office/printers",
    "/office/pick-faces",
]
BOARDS = ["/office/", "/office/exceptions"]


def asked(part: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": part}


@pytest.mark.parametrize(("path", "part"), [*((path, "list") for path in LISTS), *((path, "board") for path in BOARDS)])
def test_a_part_is_its_pages_own_markup_and_nothing_around_it(browse: Browse, path: str, part: str) -> None:
    admin = browse("admin")
    fragment, page = admin.get(path, headers=asked(part)), admin.get(path)
    root = re.match(r"\s*<div id=\"(\w+)\"", fragment.text)
    assert root
    assert root[1] == part
    assert "<html" not in fragment.text
    assert "desk-bar" not in fragment.text
    assert fragment.text.strip() in page.text
    assert {"HX-Request", "HX-Target"} <= {*fragment.vary}
    assert {"HX-Request", "HX-Target"} <= {*page.vary}


@pytest.mark.parametrize("target", ["nothing", "<b>", "", "q"])
def test_an_element_that_the_page_does_not_know_gets_the_whole_page(browse: Browse, target: str) -> None:
    answer = browse("admin").get("/office/orders", headers=asked(target))
    assert answer.status_code == 200
    assert "<html" in answer.text


@pytest.mark.parametrize(
    "target", ["desk", "list", "board", "movements", "home", "heading", "title", "up", "tools", "nav"]
)
def test_no_page_breaks_whatever_element_is_named(browse: Browse, target: str) -> None:
    admin = browse("admin")
    for path in [
        *LISTS,
        *BOARDS,
        "/office/orders/1",
        "/office/items/MUG",
        "/",
        "/history",
        "/settings",
        "/scanner",
        "/help",
    ]:
        assert admin.get(path, headers=asked(target)).status_code in {200, 404}, path


def test_a_board_asks_below_the_address_that_the_site_has(shop: "Flask", browse: Browse) -> None:
    """Behind a proxy the site may stand below a path of another."""
    page = browse("admin").get("/office/?x=1", environ_overrides={"SCRIPT_NAME": "/wms"})
    assert 'hx-get="/wms/office/?x=1"' in page.text


def test_the_back_button_gets_the_whole_page(browse: Browse) -> None:
    restoring = {**asked("list"), "HX-History-Restore-Request": "true"}
    assert "<html" in browse("admin").get("/office/orders", headers=restoring).text


def test_a_form_is_answered_with_the_desks_part_its_title_and_the_menu(browse: Browse) -> None:
    answer = browse("admin").post("/office/people/1", data={"name": "Ada", "roles": "picker"}, headers=asked("desk"))
    shown = browse("admin").get(answer.headers["Location"], headers=asked("desk")).text
    assert "<title>Ada · Trueshelf</title>" in shown
    assert 'id="nav"' in shown
    assert "hx-swap-oob" in shown
    assert "<html" not in shown


def test_a_refused_form_is_422_to_htmx_and_leaves_the_address_alone(browse: Browse) -> None:
    """Whatever it is to others: htmx puts it in the form's place, with the reason beneath the field."""
    admin, filled = browse("admin"), {"name": "Twin", "badge": "picker", "pin": "7391", "roles": "picker"}
    plain, answer = (
        admin.post("/office/people", data=filled),
        admin.post("/office/people", data=filled, headers=asked("desk")),
    )
    assert (plain.status_code, answer.status_code) == (409, 422)
    assert answer.headers["HX-Push-Url"] == "false"
    for text in (plain.text, answer.text):
        assert re.search(r'name="badge" value="picker"[^>]*aria-invalid="true" aria-describedby="badge-wrong"', text)
        assert re.search(r'id="badge-wrong".*?The badge picker belongs to picker\.', text, re.DOTALL)
        assert 'name="name" value="Twin"' in text
    assert "7391" not in answer.text


def test_any_other_refusal_is_shown_where_the_page_says_such_things(browse: Browse) -> None:
    answer = browse("admin").post("/office/work/99/releases", headers=asked("list"))
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#said"
    assert answer.headers["HX-Reswap"] == "innerHTML"
    assert "data-answer" in answer.text


def test_a_session_that_is_over_gets_the_page_again_which_asks_to_sign_in(browse: Browse) -> None:
    answer = browse("").get("/office/orders", headers=asked("list"))
    assert answer.status_code == 401
    assert answer.headers["HX-Refresh"] == "true"


def test_htmx_from_a_foreign_page_changes_nothing(browse: Browse) -> None:
    answer = browse("admin").post(
        "/office/work/1/priorities",
        headers={**asked("list"), "Sec-Fetch-Site": "cross-site", "Origin": "https://x.org"},
    )
    assert answer.status_code == 403


def test_a_board_that_refreshes_itself_keeps_no_session_alive(
    browse: Browse, shop: "Flask", monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from app import clock

    admin, began = browse("admin"), clock.now()
    idle = shop.config["SETTINGS"].idle_minutes
    board = {**asked("board"), "X-Unattended": "yes"}
    for minute in range(0, idle + 1, 5):
        monkeypatch.setattr(clock, "now", lambda minute=minute: began + timedelta(minutes=minute))
        assert admin.get("/office/", headers=board).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=idle + 3))
    assert admin.get("/office/", headers=board).status_code == 401


def test_every_address_in_a_template_exists(app: "Flask") -> None:
    named = {
        (path.relative_to(TEMPLATES).as_posix(), name)
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"url_for\(['\"]([\w.]+\w)['\"]", path.read_text())
    }
    assert len(named) > 100
    assert not {where for where in named if where[1] not in app.view_functions}


def test_every_form_of_the_desk_works_without_script_too() -> None:
    """htmx takes over forms and links that have an address of their own; a button alone would do nothing."""
    for path in (TEMPLATES / "office").glob("*.html"):
        for tag in re.findall(r"<\w+[^<]*?hx-(?:get|post)=[^<]*?>", path.read_text()):
            is_form = tag.startswith("<form") and " action=" in tag
            assert is_form or "data-board" in tag, (path.name, tag)


def test_what_a_template_replaces_is_a_part_of_a_page() -> None:
    """Otherwise htmx would put the whole page into one of its elements."""
    texts = {path.name: path.read_text() for path in (TEMPLATES / "office").glob("*.html")}
    parts = {part for text in texts.values() for part in re.findall(r"{% block (\w+)", text)}
    for name, text in texts.items():
        for target in re.findall(r'hx-target="#(\w+)"', text):
            assert target in parts, name
            assert any(f'id="{target}"' in text for text in texts.values()), name


def test_a_reason_is_shown_whichever_field_it_is_about() -> None:
    """A refusal about a field that its form does not show is said above the form."""
    for path in (TEMPLATES / "office").glob("*.html"):
        text = path.read_text()
        shown = set(re.findall(r'why\(wrong, "(\w+)"\)', text)) | ({"pin"} if "new_pin(wrong" in text else set())
        for fields in re.findall(r"wrong_beside\(wrong, (?:\[\] if is_me else )?\[(.*?)\]\)", text):
            said = set(re.findall(r'"(\w+)"', fields)) - ({"roles"} if "roles_of(" in text else set())
            assert said <= shown, path.name

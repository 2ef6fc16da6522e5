"""Labels hold up no scan: copies are drawn once, many beside the server, of one person one request at a time."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.db import reading
from app.labels import layout, render, render_pdf
from app.people.actor import Actor
from app.people.models import Operator
from app.refusal import Refused
from app.web.labels import label_drawer

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BINS = [{"code": f"BIN-{number:02}", "name": f"A-{number:02}"} for number in range(1, 13)]


@pytest.fixture
def somebody(shop: "Flask", monkeypatch: pytest.MonkeyPatch) -> None:
    actor = Actor(operator_id=1, name="Mia", roles=frozenset({"picker"}))
    monkeypatch.setattr(label_drawer, "current_actor", lambda: actor)
    monkeypatch.setattr(label_drawer, "settings", lambda: shop.config["SETTINGS"])


def test_copies_are_laid_out_and_read_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 copies took 5.5 s of a web process."""
    drawn: list[object] = []
    lay_out = layout.lay_out

    def counted(*arguments: object, **named: object) -> object:
        drawn.append(arguments)
        return lay_out(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(render, "lay_out", counted)
    pages = render_pdf("bin", [BINS[0]] * 200 + [BINS[1]])
    assert len(drawn) == 2
    assert pages.count(b"/Type /Page\n") == 201
    assert len(pages) < 2 * len(render_pdf("bin", BINS[:1])) + 201 * 500


@ONE_ENGINE
def test_many_labels_are_drawn_apart_and_are_the_same_labels(somebody: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_drawer, "render_pdf", None)
    assert label_drawer.draw_pdf("bin", BINS) == render_pdf("bin", BINS)


@ONE_ENGINE
def test_what_is_refused_apart_is_refused_in_the_same_words(somebody: None) -> None:
    wrong = [*BINS, {"nonsense": "1"}]
    with pytest.raises(Refused) as here:
        render_pdf("bin", wrong)
    with pytest.raises(Refused) as apart:
        label_drawer.draw_pdf("bin", wrong)
    assert (apart.value.code, apart.value.message) == (here.value.code, here.value.message)


@ONE_ENGINE
def test_a_drawer_that_dies_is_a_refusal_and_makes_room(somebody: None) -> None:
    for _again in range(2):
        with pytest.raises(Refused) as refused:
            label_drawer.draw_pdf("bin", BINS, command=(sys.executable, "-c", "import os; os.abort()"))
        assert refused.value.code == "labels_failed"
    assert label_drawer.draw_pdf("bin", BINS[:1])


@ONE_ENGINE
def test_of_one_person_one_request_is_drawn_at_a_time(
    shop: "Flask", token: Callable[..., dict[str, str]], client: "FlaskClient"
) -> None:
    picker, packer = token("picker", "floor"), token("packer", "floor")
    body = {"template": "bin", "fields": BINS[0], "copies": 200}
    with shop.app_context(), reading() as session:
        own = session.execute(select(Operator.id).where(Operator.badge == "picker")).scalar_one()
    label_drawer._drawing_for.add(own)
    try:
        busy = client.post("/api/v1/labels", json=body, headers=picker)
        other = client.post("/api/v1/labels", json=body, headers=packer)
    finally:
        label_drawer._drawing_for.discard(own)
    assert (busy.status_code, busy.json["code"], busy.headers["Retry-After"]) == (503, "busy_drawing", "1")
    assert other.status_code == 200
    assert client.post("/api/v1/labels", json=body, headers=picker).status_code == 200

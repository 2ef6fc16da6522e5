"""A small warehouse with people in it, and browsers that behave as browsers do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import databases

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

FILES = {
    "items": "sku,name\nMUG,Blue mug\nCUP,{{7*7}} <b>cup</b>\n=cmd(),Formula\n",
    "barcodes": "sku,barcode\nMUG,4006381333931\n",
    "locations": (
        "warehouse,code,kind\nMAIN,A-01,bin\nMAIN,A-02,bin\nMAIN,DOCK,dock\nMAIN,PACK,pack\nMAIN,STAGE,stage\n"
        "MAIN,TOTE-7,tote\n"
    ),
    "stock": "warehouse,location,sku,quantity\nMAIN,A-01,MUG,10\nMAIN,A-02,CUP,4\nMAIN,A-02,=cmd(),1\n",
    "purchase-orders": "number,supplier,warehouse,line,sku,quantity\nPO-1,ACME,MAIN,1,MUG,24\n",
}
PEOPLE = {
    "picker": ["picker"],
    "packer": ["packer"],
    "receiver": ["receiver"],
    "inspector": ["inspector"],
    "counter": ["counter"],
    "supervisor": ["supervisor"],
    "office": ["office"],
    "admin": ["admin"],
    "auditor": ["auditor"],
    "nobody": [],
}
PIN = "2791"
OWN = {"Sec-Fetch-Site": "same-origin"}


def fill(app: "Flask") -> None:
    """Open MAIN with a few goods, one order of two mugs, and one person of each role, whose badge is the role."""
    from sqlalchemy.orm import Session

    from app import clock
    from app.db import transact
    from app.imports import run
    from app.orders.place import LineRequest, OrderRequest, place
    from app.people.models import Operator
    from app.people.pins import hash_pin
    from app.places.warehouses import open_warehouse

    settings = app.config["SETTINGS"]
    pin_hash = hash_pin(settings, PIN, badge="")

    def work(session: Session) -> None:
        open_warehouse(session, "MAIN", name="Main warehouse", time_zone="Europe/Berlin")
        for kind, data in FILES.items():
            result = run(session, settings, kind, data, dry_run=False)
            assert result.ok, result.errors
        for name, roles in PEOPLE.items():
            session.add(Operator(name=name, badge=name, pin_hash=pin_hash, roles=roles, created_at=clock.now()))
        place(
            session,
            OrderRequest(channel="web", order_ref="SO-1", lines=[LineRequest(line_ref="1", sku="MUG", quantity=2)]),
        )

    with app.app_context():
        transact(work)


# The shop is filled once on each engine, and copied for each test: 40 ms that several hundred tests need not spend.


def _filled(database_url: str, data_dir: Path) -> None:
    from app.config import Settings
    from tests import apps

    with apps.made_with(Settings(database_url=database_url, data_dir=data_dir, secret_key="only-for-tests")) as app:
        fill(app)


@pytest.fixture(scope="session")
def sqlite_shop(
    sqlite_template: databases.SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> databases.SqliteTemplate:
    folder = tmp_path_factory.mktemp("sqlite_shop")
    url = sqlite_template.copy(folder)
    _filled(url, folder)
    file = Path(url.removeprefix("sqlite:///"))
    assert [path for path in folder.glob("*.sqlite-*") if path.stat().st_size] == [], "it is still open"
    return databases.SqliteTemplate(file)


@pytest.fixture(scope="session")
def postgresql_shop(postgresql_template: databases.PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    name = postgresql_template.create()
    _filled(postgresql_template.url(name), tmp_path_factory.mktemp("postgresql_shop"))
    return name


def _is_of_the_shop(request: pytest.FixtureRequest) -> bool:
    return {"app", "shop"} <= set(request.fixturenames)


@pytest.fixture
def sqlite_contents(
    request: pytest.FixtureRequest, sqlite_contents: databases.SqliteTemplate
) -> databases.SqliteTemplate:
    return request.getfixturevalue("sqlite_shop") if _is_of_the_shop(request) else sqlite_contents


@pytest.fixture
def postgresql_contents(request: pytest.FixtureRequest, postgresql_contents: str) -> str:
    return request.getfixturevalue("postgresql_shop") if _is_of_the_shop(request) else postgresql_contents


@pytest.fixture
def shop(app: "Flask") -> "Flask":
    return app


@pytest.fixture
def browse(shop: "Flask") -> Iterator[Callable[[str], "FlaskClient"]]:
    """``browse("picker")``: a browser of its own in which that person is signed in; ``browse("")`` nobody."""

    def enter(badge: str) -> "FlaskClient":
        client = shop.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        if badge:
            answer = client.post("/sign-in", data={"badge": badge, "pin": PIN})
            assert answer.status_code == 303, answer.text
        return client

    return enter


@pytest.fixture
def token(shop: "Flask") -> Callable[..., dict[str, str]]:
    """``token("picker", "floor")``: the header of a program that works for that person."""

    def make(badge: str, *scopes: str) -> dict[str, str]:
        from sqlalchemy import select

        from app.db import transact
        from app.people.models import Operator
        from app.people.tokens import create_api_token

        with shop.app_context():
            text = transact(
                lambda session: create_api_token(
                    session,
                    name="robot",
                    scopes=scopes,
                    operator_id=session.execute(select(Operator.id).where(Operator.badge == badge)).scalar_one(),
                )
            )
        return {"Authorization": f"Bearer {text}"}

    return make

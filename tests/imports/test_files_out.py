"""What is exported comes back as it was, whatever its cells begin with, and changes nothing."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.catalog.models import Item
from app.imports import files_out
from app.supply.models import Supplier
from app.web.office.desk import csv_file
from tests.imports.test_kinds import house, load, rows_of_every_table, tally  # noqa: F401 - house is a fixture

CRAFTY = [
    "=cmd()",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=quoted",
    "＝cmd()",
    "＋1",
    "－1",
    "'＠SUM(A1)",
    "''=twice",
    "'plain",
    "''",
    '="a,b"',
    'Ring 12"',
    "a;b\tc",
    "=1\u00a0+1",
    "007",
    "1e5",
    "TRUE",
    "2031-01-31",
]


def exported(app: Flask, session: Session, kind: str) -> str:
    session.flush()
    with app.test_request_context():
        return csv_file(kind, files_out.header(kind), files_out.rows(session, kind)).get_data(as_text=True)


@pytest.mark.parametrize("kind", list(files_out.EXPORTS))
def test_an_export_imports_back_unchanged(app: Flask, house: Session, kind: str) -> None:  # noqa: F811
    file = exported(app, house, kind)
    before = rows_of_every_table(house)
    created, updated, unchanged = tally(load(house, kind, file))
    assert (created, updated) == (0, 0)
    assert unchanged == file.count("\r\n") - 1 >= 2
    assert rows_of_every_table(house) == before
    assert exported(app, house, kind) == file


def test_no_cell_is_a_formula_and_every_cell_comes_back(app: Flask, session: Session) -> None:
    crafty = [words.replace("\t", " ") for words in CRAFTY]
    for words in crafty:
        session.add(Item(sku=words, name=words, description=words, price=None))
        session.add(Supplier(code=words, name=words))
    session.flush()
    for kind in ("items", "suppliers"):
        file = exported(app, session, kind)
        cells = [cell for row in csv.reader(io.StringIO(file)) for cell in row]
        assert not [cell for cell in cells if cell[:1] in set("=+-@＝＋－＠")]
        assert tally(load(session, kind, file)) == (0, 0, len(crafty))


def test_what_was_deleted_meanwhile_is_made_again(app: Flask, session: Session) -> None:
    tally(load(session, "items"))
    file = exported(app, session, "items")
    before = [(item.sku, item.name, item.price, item.tracking) for item in session.query(Item).order_by(Item.sku)]
    session.query(Item).delete()
    assert tally(load(session, "items", file))[0] == len(before)
    after = [(item.sku, item.name, item.price, item.tracking) for item in session.query(Item).order_by(Item.sku)]
    assert after == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_desk_gives_the_files_out(app: Flask) -> None:
    from tests.web.conftest import OWN, PIN, fill

    fill(app)
    client = app.test_client()
    client.post("/sign-in", data={"badge": "office", "pin": PIN}, headers=OWN)
    for kind in files_out.EXPORTS:
        assert client.get(f"/office/exports/{kind}.csv").status_code == 200, kind
        assert f"/office/exports/{kind}.csv" in client.get("/office/imports").text
    assert "'=cmd(),Formula" in client.get("/office/exports/items.csv").text
    assert client.get("/office/exports/people.csv").status_code == 404

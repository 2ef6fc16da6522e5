"""Days and times at the desk, as the operator's language writes them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

MOMENT, DAY = datetime(2031, 3, 5, 22, 30, tzinfo=UTC), date(2031, 3, 5)
FORMS = ["MMMd Hm", "MMMd", "yMMMd", "Hm", "yMMMd Hms"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "said", "day"),
    [
        ("en", ["5 Mar, 23:30", "5 Mar", "5 Mar 2031", "23:30", "5 Mar 2031, 23:30:00"], "5 Mar 2031"),
        ("de", ["5. März, 23:30", "5. März", "5. März 2031", "23:30", "5. März 2031, 23:30:00"], "5. März 2031"),
    ],
)
def test_a_moment_is_told_on_the_warehouses_clock_and_in_ones_language(
    shop: "Flask", language: str, said: list[str], day: str
) -> None:
    from app.language import use
    from app.web.shared.screens import local_day, local_time

    with shop.test_request_context(), use(language):
        assert [local_time(MOMENT, form) for form in FORMS] == said
        assert local_day(DAY) == day
        assert (local_time(None), local_day(None)) == ("", "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_desk_shows_german_days(shop: "Flask", browse: Callable[[str], "FlaskClient"]) -> None:
    from app.db import transact
    from app.imports import run

    files = {
        "items": "sku,name,tracking,has_expiry\nMILK,Milk,lot,yes\n",
        "stock": "warehouse,location,sku,quantity,lot,expiry\nMAIN,A-01,MILK,5,L1,2031-03-05\n",
        "purchase-orders": "number,supplier,warehouse,line,sku,quantity,eta\nPO-9,ACME,MAIN,1,MILK,5,2031-05-06\n",
    }
    with shop.app_context():
        for kind, text in files.items():
            assert transact(lambda s, k=kind, t=text: run(s, shop.config["SETTINGS"], k, t, dry_run=False)).ok
    office = browse("office")
    office.post("/settings", data={"lang": "de"})
    for path, day in {
        "/office/balances?sku=MILK": "5. März 2031",
        "/office/items/MILK": "5. März 2031",
        "/office/purchase-orders": "6. Mai 2031",
        "/office/purchase-orders/PO-9": "6. Mai 2031",
    }.items():
        page = office.get(path).text
        assert day in page, path
        assert "2031-0" not in page, path

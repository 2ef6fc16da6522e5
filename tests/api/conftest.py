"""A small warehouse, filled over the API, and tokens for it."""

from collections.abc import Callable

import pytest
from flask import Flask

from app import clock
from app.db import transact
from app.people.models import Operator
from app.people.tokens import create_api_token
from tests.api.contract import Api

FLOOR = ("picker", "packer", "receiver", "inspector", "counter")
MakeApi = Callable[..., Api]

ITEMS = "sku,name,tracking\nMUG,Mug,none\nLAMP,Lamp,none\nMILK,Milk,lot\n"
BARCODES = "sku,barcode,quantity\nMUG,2000000000015,1\nMUG,12000000000012,6\nLAMP,2000000000022,1\n"
LOCATIONS = (
    "warehouse,code,kind,sequence\nMAIN,DOCK-1,dock,0\nMAIN,PACK-1,pack,0\nMAIN,STAGE-1,stage,0\n"
    "MAIN,RETURNS-1,returns,0\nMAIN,A-01,bin,1\nMAIN,A-02,bin,2\nMAIN,A-03,bin,3\n"
    "MAIN,TOTE-1,tote,0\nMAIN,TOTE-2,tote,0\n"
)
STOCK = "warehouse,location,sku,quantity\nMAIN,A-01,MUG,10\nMAIN,A-02,LAMP,4\n"


@pytest.fixture
def make_api(app: Flask) -> MakeApi:
    """A client for an operator of its own: ``make_api("mia", roles=["picker"], scopes=["floor"])``."""

    def make(
        name: str = "desk",
        *,
        roles: tuple[str, ...] = (*FLOOR, "office"),
        scopes: tuple[str, ...] = ("floor", "office", "integration"),
    ) -> Api:
        def work(session: object) -> str:
            operator = Operator(name=name, badge=f"badge-{name}", roles=list(roles), created_at=clock.now())
            session.add(operator)  # type: ignore[attr-defined]
            session.flush()  # type: ignore[attr-defined]
            return create_api_token(session, name=name, scopes=scopes, operator_id=operator.id)  # type: ignore[arg-type]

        with app.app_context():
            token = transact(work)
        return Api(app, token)

    return make


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    """All scopes and roles, short of a supervisor's."""
    return make_api()


@pytest.fixture
def house(api: Api) -> Api:
    """``api`` in a warehouse with 10 mugs in A-01 and 4 lamps in A-02."""
    for kind, text in (("items", ITEMS), ("barcodes", BARCODES), ("locations", LOCATIONS), ("stock", STOCK)):
        answer = api("POST", f"/imports/{kind}", csv=text)
        assert answer.status == 200, answer.json
    return api


def order(ref: str = "O-1", *lines: tuple[str, int], **more: object) -> dict[str, object]:
    """The body of an order: ``order("O-1", ("MUG", 2))``."""
    wanted = [{"line_ref": str(n), "sku": sku, "quantity": units} for n, (sku, units) in enumerate(lines, start=1)]
    return {"channel": "shop", "order_ref": ref, "lines": wanted, **more}


def sums(api: Api, sku: str) -> dict[str, int]:
    """The availability of one item in MAIN."""
    rows = api("GET", f"/availability?sku={sku}&warehouse=MAIN").json["items"]
    return {name: value for name, value in rows[0].items() if name not in ("sku", "warehouse")}

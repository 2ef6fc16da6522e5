"""What is measured, each beside its floor: the requests that the clients send, made before the clock runs."""

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sqlalchemy import Engine

from tests.bench import prepare
from tests.bench.clients import Request, request
from tests.bench.dataset import Size, barcode, sku
from tests.bench.prepare import Grounds, Person, Ready

LINES = 13
"""The lines of the order that is reserved."""
Plan = list[list[Request]]
Facts = dict[str, object]


@dataclass(frozen=True)
class Operation:
    """``floor`` names the floor that it is compared with; ``None`` for a floor itself.

    Of two floors for one operation the smaller one is measured in turns with the other, and compared with it.
    """

    name: str
    floor: str | None
    plan: Callable[[int, int], Plan]


EMPTY = "empty Flask view"
SAME_POST = "Flask view + the same SQL"
LEAST_POST = "Flask view + the least SQL"
POST_API = "posting scan, API"
POST_SCREEN = "posting scan, screen"


def floors(engine: Engine, size: Size, tasks: list[int], crew: list[Person]) -> list[Operation]:
    """``tasks`` exist, so that there is a row to lock."""
    return [
        Operation(EMPTY, None, lambda clients, each: [[request("GET", "/empty", marker=b"ok")] * each] * clients),
        Operation(
            SAME_POST,
            None,
            lambda clients, each: [
                [_send("/same", facts, marker=b"accepted") for facts in mine]
                for mine in same_facts(engine, size, crew, clients, each)
            ],
        ),
        Operation(
            LEAST_POST,
            SAME_POST,
            lambda clients, each: [
                [_send("/least", facts, marker=b"accepted") for facts in mine]
                for mine in least_facts(engine, tasks, crew, clients, each)
            ],
        ),
        Operation(
            "Flask view + resolve SQL",
            None,
            lambda clients, each: _every(
                clients, each, lambda dice: _get("/resolve", barcode=barcode(dice.randrange(size.items)))
            ),
        ),
        Operation(
            f"Flask view + order of {LINES} SQL",
            None,
            lambda clients, each: _floor_orders(engine, size, clients, each),
        ),
        Operation(
            "Flask view + ATP SQL",
            None,
            lambda clients, each: _every(clients, each, lambda dice: _get("/atp", sku=sku(dice.randrange(size.items)))),
        ),
    ]


def operations(engine: Engine, size: Size, crew: list[Person], address_of: Callable[[str], bool]) -> list[Operation]:
    """The app's own. ``address_of`` says whether an address is there: a screen may come before its API, or after."""
    found = [
        Operation(POST_API, SAME_POST, lambda clients, each: _posting(engine, size, crew, clients, each, _api_scan)),
        Operation(
            POST_SCREEN, SAME_POST, lambda clients, each: _posting(engine, size, crew, clients, each, _screen_scan)
        ),
        Operation(
            "resolve a scan, API",
            "Flask view + resolve SQL",
            lambda clients, each: _by_client(crew, clients, each, lambda person, dice: _interpret(person, size, dice)),
        ),
        Operation(
            "explain a scan, screen",
            "Flask view + resolve SQL",
            lambda clients, each: _by_client(crew, clients, each, lambda person, dice: _enquire(person, size, dice)),
        ),
        Operation(
            f"reserve an order of {LINES} lines",
            f"Flask view + order of {LINES} SQL",
            lambda clients, each: _by_client(crew, clients, each, lambda person, dice: _order(person, size, dice)),
        ),
        Operation(
            "read ATP",
            "Flask view + ATP SQL",
            lambda clients, each: _by_client(
                crew, clients, each, lambda person, dice: _availability(person, size, dice)
            ),
        ),
    ]
    needs = {POST_API: "/api/v1/openapi.json", "resolve a scan, API": "/api/v1/openapi.json"}
    needs |= dict.fromkeys((f"reserve an order of {LINES} lines", "read ATP"), "/api/v1/openapi.json")
    return [each for each in found if each.name not in needs or address_of(needs[each.name])]


def same_facts(engine: Engine, size: Size, crew: list[Person], clients: int, each: int) -> list[list[Facts]]:
    """Picks that wait for their tote, for each client, with every id that the app would have to ask for."""
    assert clients <= len(crew), "each client is an operator of its own"
    mine = crew[:clients]
    ready = prepare.picks(engine, size, crew=mine, each=each, name=f"S{uuid.uuid4().hex[:8]}")
    known = prepare.known_picks(engine, [one.task_id for picks in ready for one in picks])
    return [
        [
            {
                **known[one.task_id],
                "scan_id": str(uuid.uuid4()),
                "task": one.task_id,
                "operator": person.actor.operator_id,
            }
            for one in picks
        ]
        for person, picks in zip(mine, ready, strict=True)
    ]


def least_facts(engine: Engine, tasks: list[int], crew: list[Person], clients: int, each: int) -> list[list[Facts]]:
    """Free stock and an empty tote for each movement, and a task to lock."""
    count = clients * each
    found = prepare.grounds(engine, count)
    totes = prepare.totes(engine, count, name=f"F{uuid.uuid4().hex[:8]}")
    facts: list[Facts] = [
        {
            "scan_id": str(uuid.uuid4()),
            "code": "FLOOR",
            "task": tasks[number % len(tasks)],
            "operator": crew[0].actor.operator_id,
            "item": stock.item_id,
            "source": stock.location_id,
            "target": found.floor_id,
            "tote": tote,
        }
        for number, (stock, tote) in enumerate(zip(found.stock, totes, strict=True))
    ]
    return [facts[start : start + each] for start in range(0, count, each)]


# The app's requests.


def _posting(
    engine: Engine,
    size: Size,
    crew: list[Person],
    clients: int,
    each: int,
    scan: Callable[[Person, Ready], Request],
) -> Plan:
    assert clients <= len(crew), "each client is an operator of its own"
    mine = crew[:clients]
    ready = prepare.picks(engine, size, crew=mine, each=each, name=f"T{uuid.uuid4().hex[:8]}")
    return [[scan(person, one) for one in picks] for person, picks in zip(mine, ready, strict=True)]


def api_posting(engine: Engine, size: Size, crew: list[Person], clients: int, each: int) -> Plan:
    """The last scan of a pick, over the API: for each client picks of its own."""
    return _posting(engine, size, crew, clients, each, _api_scan)


def _api_scan(person: Person, pick: Ready) -> Request:
    body = {"scan_id": str(uuid.uuid4()), "code": pick.tote}
    return _send(f"/api/v1/tasks/{pick.task_id}/scans", body, person=person, marker=b'"picked"')


def _screen_scan(person: Person, pick: Ready) -> Request:
    body = urlencode({"scan_id": str(uuid.uuid4()), "code": pick.tote}).encode()
    return request(
        "POST", f"/tasks/{pick.task_id}/scans", body=body, headers=_screen(person), marker=b'data-code="picked"'
    )


def _interpret(person: Person, size: Size, dice: random.Random) -> Request:
    number = dice.randrange(size.items)
    body = {"code": barcode(number)}
    return _send("/api/v1/barcodes/interpretations", body, person=person, marker=sku(number).encode())


def _enquire(person: Person, size: Size, dice: random.Random) -> Request:
    number = dice.randrange(size.items)
    body = urlencode({"code": barcode(number)}).encode()
    return request("POST", "/enquiry", body=body, headers=_screen(person), marker=sku(number).encode())


def _order(person: Person, size: Size, dice: random.Random) -> Request:
    lines = [
        {"line_ref": str(n), "sku": sku(number), "quantity": 1}
        for n, number in enumerate(dice.sample(range(size.items), LINES))
    ]
    body = {"channel": "bench", "order_ref": str(uuid.uuid4()), "lines": lines, "ship_to": {"name": "A. Customer"}}
    return _send("/api/v1/orders", body, person=person, status=201, marker=b'"reserved":1')


def _availability(person: Person, size: Size, dice: random.Random) -> Request:
    name = sku(dice.randrange(size.items))
    return request(
        "GET",
        f"/api/v1/availability?sku={quote(name)}",
        headers={"Authorization": f"Bearer {person.api_token}"},
        marker=f'"{name}"'.encode(),
    )


def _screen(person: Person) -> dict[str, str]:
    return {
        "Cookie": f"trueshelf={person.session_token}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
        "HX-Request": "true",
    }


# The floor's.


def _floor_orders(engine: Engine, size: Size, clients: int, each: int) -> Plan:
    found: Grounds = prepare.grounds(engine, 1)

    def one(dice: random.Random) -> Request:
        names = sorted(
            (sku(number) for number in dice.sample(range(size.items), LINES)), key=found.item_ids.__getitem__
        )
        lines = [(found.item_ids[name], name) for name in names]
        facts = {"ref": str(uuid.uuid4()), "warehouse": found.warehouse_id, "lines": lines}
        return _send("/reserve", facts, marker=b"open")

    return _every(clients, each, one)


def _get(path: str, **query: str) -> Request:
    return request("GET", f"{path}?{urlencode(query)}", marker=b"sku" if "barcode" in query else b"on_hand")


def _send(
    path: str, body: dict[str, object], *, person: Person | None = None, status: int = 200, marker: bytes = b""
) -> Request:
    headers = {"Content-Type": "application/json"}
    if person is not None:
        headers["Authorization"] = f"Bearer {person.api_token}"
    return request("POST", path, body=json.dumps(body).encode(), headers=headers, status=status, marker=marker)


def _every(clients: int, each: int, one: Callable[[random.Random], Request]) -> Plan:
    return [[one(dice) for _ in range(each)] for dice in map(random.Random, range(clients))]


def _by_client(crew: list[Person], clients: int, each: int, one: Callable[[Person, random.Random], Request]) -> Plan:
    assert clients <= len(crew), "each client is an operator of its own"
    return [
        [one(crew[number], dice) for _ in range(each)] for number, dice in enumerate(map(random.Random, range(clients)))
    ]

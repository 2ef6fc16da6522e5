"""``python -m tests.bench.beside``: how long a scan waits while somebody imports, releases a wave, or goods come in.

The app's own server and worker, on the disk, on both databases. A few clients scan all the time at a picker's pace (a
code that the task does not want: judged, refused and kept, so that one task gives as many scans as are needed), one
asks ``/healthz``, and a desk does one long thing after the other. What counts is the longest wait of a scan: 150 ms.
"""

import argparse
import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.tasks.models import Task
from tests.bench import engines, prepare, report
from tests.bench.__main__ import ENGINES, _folder
from tests.bench.clients import Request
from tests.bench.dataset import FULL, SMALL, WAREHOUSE, Size, bin_code, sku
from tests.bench.operations import _send
from tests.bench.prepare import Person
from tests.bench.serving import APP, serving

SCANNERS = 4
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 900
LINES = 6


@dataclass(slots=True)
class Waits:
    """How long each scan and each ``/healthz`` took, in milliseconds."""

    scans: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.beside", description=__doc__)
    parser.add_argument("--small", action="store_true", help="small files and a small warehouse, to try things out")
    parser.add_argument("--database", action="append", choices=list(ENGINES), help="may be repeated; default: both")
    parser.add_argument("--only", default="", help="rows whose name has this in it")
    options = parser.parse_args()
    size, orders = (SMALL, 60) if options.small else (FULL, 500)
    print(f"{size}\n{report.machine()}\n", flush=True)
    print("| while | database | it takes s | scans | p50 ms | p99 ms | longest ms | longest /healthz ms |")
    print("|---|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for name in options.database or list(ENGINES):
        with ENGINES[name](size) as database:
            engine = engines.engine_of(database.url)
            crew = prepare.people(engine)
            prepare.picks(engine, size, crew=crew[:SCANNERS], each=1, name=f"B{uuid.uuid4().hex[:6]}")
            with serving(APP, database.url, _folder(database)) as app:
                for what, work in _works(engine, app.port, crew[-1], size, orders):
                    if options.only not in what:
                        continue
                    seconds, waits = asyncio.run(_beside(app.port, _scans(engine, crew[:SCANNERS]), work))
                    _say(what, database.name, seconds, waits)
            engine.dispose()


def _say(what: str, database: str, seconds: float, waits: Waits) -> None:
    scans, health = sorted(waits.scans), sorted(waits.health)
    ranks = [scans[max(0, -(-len(scans) * percent // 100) - 1)] for percent in (50, 99)]
    figures = " | ".join(f"{each:.0f}" for each in (*ranks, scans[-1], health[-1]))
    print(f"| {what} | {database} | {seconds:.1f} | {len(scans)} | {figures} |", flush=True)


def _scans(engine: Engine, crew: list[Person]) -> list[Callable[[], Request]]:
    """For each scanner a scan that is judged, refused and kept."""
    with Session(engine) as session:
        tasks = {
            person.actor.operator_id: session.scalars(
                select(Task.id).where(Task.operator_id == person.actor.operator_id, Task.status == "claimed").limit(1)
            ).one()
            for person in crew
        }

    def scan(person: Person) -> Request:
        body = {"scan_id": str(uuid.uuid4()), "code": f"NOWHERE-{uuid.uuid4().hex[:6]}"}
        return _send(f"/api/v1/tasks/{tasks[person.actor.operator_id]}/scans", body, person=person)

    return [lambda person=person: scan(person) for person in crew]  # type: ignore[misc]


async def _beside(port: int, scans: list[Callable[[], Request]], work: Callable[[], None]) -> tuple[float, Waits]:
    """Scan all the time while ``work`` is done. Returns how long it took, and what the others waited."""
    waits, stop = Waits(), asyncio.Event()

    async def again(make: Callable[[], bytes], times: list[float]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while not stop.is_set():
            begin = time.perf_counter()
            writer.write(make())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.index(b"content-length:") + 15
            await reader.readexactly(int(head[length:].split(b"\r\n", 1)[0]))
            times.append((time.perf_counter() - begin) * 1000)
            assert int(head[9:12]) < 500, head
            await asyncio.sleep(PAUSE_SECONDS)
        writer.close()

    health = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    others: list[Awaitable[None]] = [
        *(asyncio.ensure_future(again(lambda make=make: make().raw, waits.scans)) for make in scans),
        asyncio.ensure_future(again(lambda: health, waits.health)),
    ]
    await asyncio.sleep(0.5)
    waits.scans.clear()
    waits.health.clear()
    begin = time.perf_counter()
    await asyncio.to_thread(work)
    seconds = time.perf_counter() - begin
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.gather(*others)
    return seconds, waits


def _works(engine: Engine, port: int, desk: Person, size: Size, orders: int) -> list[tuple[str, Callable[[], None]]]:
    """What the desk does, one after the other, each with its name."""

    def post(path: str, body: str, content_type: str = "text/csv") -> Any:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {desk.api_token}", "Content-Type": content_type, "Host": "localhost"}
        connection.request("POST", f"/api/v1{path}", body.encode(), headers)
        answer = connection.getresponse()
        said = answer.read()
        assert answer.status in (200, 201), said[:500]
        return json.loads(said)

    def wanted(name: str, count: int, units: int) -> str:
        lines = (
            f"{name},{number},{line},{sku((number * 31 + line * 7) % size.items)},{units}\n"
            for number in range(count)
            for line in range(LINES)
        )
        return "channel,order_ref,line_ref,sku,quantity\n" + "".join(lines)

    items = "sku,name\n" + "".join(f"NEW-{number:05},New thing {number}\n" for number in range(orders * 10))
    bins = [bin_code(number) for number in range(size.bins)]
    comes_in = "".join(f"{WAREHOUSE},{bins[-1 - n % 50]},{sku(n)},100000\n" for n in range(min(size.items, orders)))
    wave = json.dumps({"warehouse": WAREHOUSE})

    def serve_all() -> None:
        post("/imports/stock", "warehouse,location,sku,quantity\n" + comes_in)
        end = time.monotonic() + PATIENCE_SECONDS
        while _waiting(engine) and time.monotonic() < end:
            time.sleep(0.5)

    def released(lines: int) -> int:
        """An order with that many lines, on the floor."""
        wanted = [{"line_ref": str(n), "sku": sku(n % size.items), "quantity": 1} for n in range(lines)]
        order = {"channel": "bench", "order_ref": f"large-{uuid.uuid4().hex[:6]}", "lines": wanted}
        id_: int = post("/orders", json.dumps(order), "application/json")["id"]
        post("/waves", json.dumps({"warehouse": WAREHOUSE, "orders": [id_]}), "application/json")
        return id_

    def cancel(order_id: int) -> None:
        post(f"/orders/{order_id}/cancellations", json.dumps({"reason": "bench"}), "application/json")
        end = time.monotonic() + PATIENCE_SECONDS
        while _status(engine, order_id) != "cancelled" and time.monotonic() < end:
            time.sleep(0.2)

    large = released(orders)
    what = f"{orders} orders of {LINES} lines"
    return [
        ("nothing else", lambda: time.sleep(5)),
        (f"an order of {orders} lines on the floor is cancelled", lambda: cancel(large)),
        (f"a dry run of {what}", lambda: post("/imports/orders?dry_run=true", wanted("first", orders, 1))),
        (f"an import of {what}", lambda: post("/imports/orders", wanted("first", orders, 1))),
        ("a wave of them", lambda: post("/waves", wave, "application/json")),
        (f"an import of {orders * 10:,} items", lambda: post("/imports/items", items)),
        (f"an import of {what} that will wait", lambda: post("/imports/orders", wanted("late", orders, 3000))),
        ("the worker, while they wait", lambda: time.sleep(20)),
        ("what they wait for comes in", serve_all),
    ]


def _status(engine: Engine, order_id: int) -> str:
    with engine.connect() as connection:
        asked = text("SELECT status FROM sales_order WHERE id = :id")
        return str(connection.execute(asked, {"id": order_id}).scalar_one())


def _waiting(engine: Engine) -> bool:
    """Whether something has come in that nobody was given yet."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT 1 FROM availability WHERE risen > 0 LIMIT 1")).first() is not None


if __name__ == "__main__":
    main()

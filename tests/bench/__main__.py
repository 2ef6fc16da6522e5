"""``make bench``: the app over HTTP beside the floor of the same machine, on SQLite and on PostgreSQL.

The app's server and the floor's run side by side on one copy of the warehouse, and each operation takes turns with its
floor, so that a busy neighbour slows both. At the end the ledger is verified: the work was really done.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.control.verification import verify
from app.db import transact
from app.tasks.models import Task
from tests.bench import clients, engines, prepare, report, same_sql, statements
from tests.bench.clients import Measured
from tests.bench.dataset import FULL, SMALL, Size
from tests.bench.engines import Database, engine_of
from tests.bench.operations import POST_API, POST_SCREEN, SAME_POST, Operation, floors, operations, same_facts
from tests.bench.prepare import Person
from tests.bench.report import Effort, Results, Row
from tests.bench.serving import APP, FLOOR, Serving, memory, serving

ENGINES: dict[str, Callable[[Size], AbstractContextManager[Database]]] = {
    "sqlite": engines.sqlite,
    "postgresql": engines.postgresql,
}

TURNS = 4


def main() -> None:
    options = _options()
    size = SMALL if options.small else FULL
    about = report.machine()
    print(f"{size}\n{about}", flush=True)
    results = []
    for name in options.database or list(ENGINES):
        print(f"{name}: the warehouse is made ready", flush=True)
        with ENGINES[name](size) as database:
            if options.profile:
                _profile(database, size, options.requests)
            else:
                results.append(_measure(database, size, options))
    if results:
        print(f"\n{report.markdown(results)}")
    if options.write:
        report.write(results, about=about, size=str(size))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a small warehouse and few requests, to try things out")
    parser.add_argument("--database", action="append", choices=list(ENGINES), help="may be repeated; default: both")
    parser.add_argument("--clients", type=int, action="append", help="may be repeated; default: 1 and 8")
    parser.add_argument("--requests", type=int, help="measured requests of each figure (default 800, small 48)")
    parser.add_argument("--only", default="", help="operations whose name has this in it, with their floors")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    parser.add_argument("--profile", action="store_true", help="say where the time of a posting scan goes, instead")
    options = parser.parse_args()
    if options.write and (options.small or options.only or options.database or options.clients):
        parser.error("--write keeps whole runs only: without --small, --only, --database, --clients")
    options.clients = options.clients or [1, 8]
    options.requests = options.requests or (48 if options.small else 800)
    return options


def _measure(database: Database, size: Size, options: argparse.Namespace) -> Results:
    engine = engine_of(database.url)
    crew = prepare.people(engine, at_least=max(options.clients))
    prepare.picks(engine, size, crew=crew[:1], each=50, name="LOCK")
    with Session(engine) as session:
        tasks = list(session.scalars(select(Task.id)))
    folder = _folder(database)
    found = Results(database.name)
    with serving(FLOOR, database.url, folder) as floor, serving(APP, database.url, folder) as app:
        own = [each for each in operations(engine, size, crew, _is_there(app)) if options.only in each.name]
        wanted = {each.floor for each in own}
        all_floors = floors(engine, size, tasks, crew)
        below = [each for each in all_floors if each.floor is None and (not options.only or each.name in wanted)]
        for count in options.clients:
            for lowest in below:
                smaller = [(floor, each) for each in all_floors if each.floor == lowest.name]
                on_it = [(app, each) for each in own if each.floor == lowest.name]
                _compare(found, count, options.requests, engine, [(floor, lowest), *smaller, *on_it])
            if SAME_POST in {each.name for each in below}:
                direct = _direct(database.url, same_facts(engine, size, crew, count, options.requests // count))
                _say(found, Row("the same SQL, no HTTP", count, direct))
        found.memory = memory(app)
    found.work = _work(engine, database, size, crew)
    with Session(engine) as session:
        # The floors post the pick's SQL and no order's holding beside it: that difference is theirs.
        differences = [each for each in verify(session).differences if each.what != "held"]
        assert not differences, f"after the run the kept numbers are not what the movements say: {differences[:3]}"
    engine.dispose()
    return found


def _compare(
    found: Results, count: int, requests: int, engine: Engine, stands: list[tuple[Serving, Operation]]
) -> None:
    """A floor (the first) and what stands on it, by turns: in a few turns all have met the same neighbours."""
    warm_up = max(4, requests // count // TURNS // 10)
    each = max(2, requests // count // TURNS)
    plans = [[operation.plan(count, each + warm_up) for _ in range(TURNS)] for _server, operation in stands]
    engine.dispose()  # no connection is carried into the clients' processes
    parts: list[list[Measured]] = [[] for _ in stands]
    for turn in range(TURNS):
        for number, (where, _operation) in enumerate(stands):
            parts[number].append(clients.over_http(where.port, plans[number][turn], warm_up=warm_up))
    lowest, *higher = map(Measured.together, parts)
    _say(found, Row(stands[0][1].name, count, lowest))
    for (_server, own), measured in zip(stands[1:], higher, strict=True):
        _say(found, Row(own.name, count, measured, lowest))


def _direct(url: str, facts: list[list[dict[str, object]]]) -> Measured:
    """The floor's transaction with nothing around it."""

    def open_client() -> Callable[[Any], str]:
        engine = engine_of(url)

        def do(one: Any) -> str:
            transact(lambda session: same_sql.same_scan(session, one), engine=engine)
            return ""

        return do

    return clients.measure(open_client, facts, warm_up=len(facts[0]) // 10)


def _say(found: Results, row: Row) -> None:
    found.rows.append(row)
    ratio = f"  {row.ratio:.2f} of its floor" if row.ratio is not None else ""
    m = row.measured
    times = "  ".join(f"p{percent} {m.percentile(percent):7.1f}" for percent in (50, 95, 99))
    print(f"  {row.operation:34} {row.clients} clients {m.per_second:8,.0f} a second  {times} ms{ratio}", flush=True)
    for wrong in row.measured.wrong[:2]:
        print(f"    WRONG ({len(row.measured.wrong)}): {wrong}")
    assert not row.measured.wrong, "an answer was not the right one: these are no figures"


def _is_there(app: Serving) -> Callable[[str], bool]:
    def ask(address: str) -> bool:
        connection = HTTPConnection("127.0.0.1", app.port, timeout=20)
        connection.request("GET", address, headers={"Host": "localhost"})
        return connection.getresponse().status == 200

    return ask


def _work(engine: Engine, database: Database, size: Size, crew: list[Person]) -> dict[str, Effort]:
    """Of later requests of their kind: the first ones also read what is then known."""
    found = {}
    with statements.in_process(database.url, _folder(database)) as app:
        _require_alike(app, engine, size, crew)
        has_api = any(rule.rule.startswith("/api/v1/") for rule in app.url_map.iter_rules())
        for operation in operations(engine, size, crew, lambda _address: has_api):
            plan = operation.plan(1, 10)[0]
            statements.cost(app, plan[:4])
            found[operation.name] = Effort(statements.count(app, plan[4]), statements.calls(app, plan[5:]))
    return found


def _require_alike(app: Flask, engine: Engine, size: Size, crew: list[Person]) -> None:
    """The floor's transaction is still the app's: else "half of the same SQL" says nothing."""
    scan = next(each for each in operations(engine, size, crew, lambda _address: True) if each.name == POST_API)
    apps = statements.shapes(statements.texts(app, scan.plan(1, 1)[0][0]))
    [[facts]] = same_facts(engine, size, crew, 1, 1)
    floors_ = statements.texts_of(
        engine, lambda: transact(lambda session: same_sql.same_scan(session, dict(facts)), engine=engine)
    )
    assert apps == statements.shapes(floors_), f"the app: {apps}\nthe floor: {statements.shapes(floors_)}"


def _profile(database: Database, size: Size, requests: int) -> None:
    engine = engine_of(database.url)
    crew = prepare.people(engine)
    with statements.in_process(database.url, _folder(database)) as app:
        for operation in operations(engine, size, crew, lambda _address: True):
            if operation.name not in (POST_API, POST_SCREEN):
                continue
            print(f"\n{operation.name}, {database.name}")
            plan = operation.plan(1, requests)[0]
            half = requests // 2
            for number, (spent, statement) in enumerate(statements.cost(app, plan[:half]), start=1):
                print(f"{number:3} {spent:6.2f} ms  {statement[:200]}")
            begin = time.perf_counter()
            statements.profile(app, plan[half:])
            print(f"{(time.perf_counter() - begin) / (requests - half) * 1000:.1f} ms each, profiled")


def _folder(database: Database) -> Path:
    """Where the server keeps its data folder and its log: beside the SQLite file, or in the bench's own folder."""
    if database.url.startswith("sqlite:///"):
        return Path(database.url.removeprefix("sqlite:///")).parent
    return engines.FOLDER


if __name__ == "__main__":
    main()

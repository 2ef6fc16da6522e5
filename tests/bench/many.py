"""``python -m tests.bench.many``: more clients must not cost throughput. The posting scan with 8, 32 and 64 at once.

Each client is an operator with picks of its own, and sends the next scan when the answer is there. What counts are
ratios of one run: 64 clients have at least the rate of 8, and their p99 is under twice what a fair queue makes them
wait, ``clients / rate``.
"""

import argparse

from tests.bench import clients, engines, prepare, report
from tests.bench.__main__ import ENGINES, _folder
from tests.bench.dataset import FULL, SMALL
from tests.bench.operations import api_posting
from tests.bench.serving import APP, serving

COUNTS = (8, 32, 64)
WARM_UP = 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.many", description=__doc__)
    parser.add_argument("--small", action="store_true", help="a small warehouse, to try things out")
    parser.add_argument("--database", action="append", choices=list(ENGINES), help="may be repeated; default: both")
    parser.add_argument("--requests", type=int, default=512, help="scans of each figure")
    options = parser.parse_args()
    size = SMALL if options.small else FULL
    print(f"{size}\n{report.machine()}\n", flush=True)
    print("| database | clients | a second | of the rate of 8 | p50 ms | p99 ms | p99 of clients / rate |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for name in options.database or list(ENGINES):
        with ENGINES[name](size) as database:
            engine = engines.engine_of(database.url)
            crew = prepare.people(engine, at_least=max(COUNTS))
            with serving(APP, database.url, _folder(database)) as app:
                first = 0.0
                for count in COUNTS:
                    plan = api_posting(engine, size, crew, count, options.requests // count + WARM_UP)
                    engine.dispose()  # no connection is carried into the clients' processes
                    found = clients.over_http(app.port, plan, warm_up=WARM_UP)
                    assert not found.wrong, found.wrong[:2]
                    rate = found.per_second
                    first = first or rate
                    fair = found.percentile(99) / (count / rate * 1000)
                    figures = (
                        f"{rate:.0f} | {rate / first:.2f} | {found.percentile(50):.0f} | {found.percentile(99):.0f}"
                    )
                    print(f"| {database.name} | {count} | {figures} | {fair:.2f} |", flush=True)
            engine.dispose()


if __name__ == "__main__":
    main()

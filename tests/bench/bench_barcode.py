"""How many scans one process interprets in a second: ``python -m tests.bench.bench_barcode``.

Over the acceptance vectors, refusals included, in their order, for about two seconds each way.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from app.barcode import interpretation, parse
from app.refusal import Refused

TODAY = date(2026, 6, 15)
VECTORS = Path(__file__).parents[1] / "barcode" / "scans.tsv"


def main() -> None:
    """Print interpretations per second over all vectors, over those that are read, and over those refused."""
    rows = [line.split("\t") for line in VECTORS.read_text("utf-8").splitlines()[1:]]
    codes = [row[1].replace("<GS>", "\x1d") for row in rows]
    good = [code for code in codes if interpretation(code, today=TODAY)["kind"] != "refused"]
    bad = [code for code in codes if code not in good]
    for name, chosen, work in (
        ("parse, all vectors", codes, _parse),
        ("parse, read", good, _parse),
        ("parse, refused", bad, _parse),
        ("interpretation, all vectors", codes, _interpret),
    ):
        print(f"{name:30} {_per_second(chosen, work):>9,.0f} a second ({len(chosen)} codes)")


def _parse(code: str) -> None:
    with suppress(Refused):
        parse(code, today=TODAY)


def _interpret(code: str) -> None:
    interpretation(code, today=TODAY)


def _per_second(codes: list[str], work: Callable[[str], None], seconds: float = 2.0) -> float:
    start, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - start) < seconds:
        for code in codes:
            work(code)
        done += len(codes)
    return done / spent


if __name__ == "__main__":
    main()

"""How long labels take, read back and all, and how much memory: ``python -m tests.bench.bench_labels``.

A carton's label from its data to proved ZPL, one at a time, each with an SSCC of its own; 1,000 bins to PDF, as pages
and as sheets. The processor's part of a time is said too: on a busy machine it is what counts. Memory is what the
process holds (RSS) before, at the most, and after.
"""

import os
import resource
import time
from statistics import median, quantiles

from app.barcode.gtin import sscc
from app.barcode.internal import InternalKind, encode
from app.labels import proof, render_pdf, render_zpl
from app.labels.sheets import sheet_for, size_of
from app.labels.template import template

CARTONS, BINS = 200, 1000


def main() -> None:
    """Print the figures."""
    readers = "zxing-cpp and zbar" if proof.zbar_available() else "zxing-cpp alone"
    print(f"read back by {readers}; load {' '.join(f'{each:.1f}' for each in os.getloadavg())}")
    for dpi in (203, 300):
        _cartons(dpi)
    label = template("bin")
    rows = [_bin(number) for number in range(BINS)]
    render_pdf("bin", rows[:1])
    for name, per_sheet in (("pages", None), ("sheets of 2 x 5", size_of(sheet_for("a4-2x5", label), label))):
        before, start, busy = _rss(), time.perf_counter(), time.process_time()
        pdf = render_pdf("bin", rows, per_sheet=per_sheet)
        spent, busy = time.perf_counter() - start, time.process_time() - busy
        size, after = len(pdf), _rss()
        print(f"{BINS:,} bins to PDF, {name:16} {spent:5.1f} s (processor {busy:.1f}), {size / 2**20:.1f} MiB of PDF, "
              f"{before} MiB before, at most {_most()}, {after} after")  # fmt: skip


def _cartons(dpi: int) -> None:
    example = dict(template("carton").example)
    spent, busy = [], []
    for number in range(CARTONS + 10):
        fields = example | {"sscc": sscc("3", "4012345", f"{number:09d}"), "order": f"SO-{number}"}
        start, at_work = time.perf_counter(), time.process_time()
        render_zpl("carton", [fields], dpi=dpi)
        spent.append((time.perf_counter() - start) * 1000)
        busy.append((time.process_time() - at_work) * 1000)
    cuts = quantiles(spent[10:], n=100)
    print(f"carton, data to proved ZPL, {dpi} dpi   p50 {cuts[49]:5.1f} ms (processor {median(busy[10:]):.1f})  "
          f"p95 {cuts[94]:5.1f}  p99 {cuts[98]:5.1f}")  # fmt: skip


def _bin(number: int) -> dict[str, str]:
    code = f"{chr(65 + number // 100)}-{number % 100:02}-01"
    return {"code": encode(InternalKind.LOCATION, code), "name": code, "zone": "Zone A"}


def _rss() -> int:
    """MiB that the process holds now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 2**20


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()

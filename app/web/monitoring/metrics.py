"""Counters of the web processes, and what is measured at the moment, in the text that Prometheus reads.

The processes of one host count together: each keeps its counters in a file of the folder that ``counted_in`` names, and
whichever is asked adds them up. Without a folder (a test, another server) a process tells of itself alone.
"""

import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter
    from prometheus_client.core import Metric

Gauges = Mapping[str, Sequence[tuple[Mapping[str, str], float]]]
"""What was measured: the name of a gauge -> its labels and values."""
COUNTERS = {
    "requests": ("trueshelf_requests", "Requests answered.", ("method", "route", "status")),
    "scans": ("trueshelf_scans", "Scans and actions judged, by outcome.", ("outcome",)),
}
GAUGES = {
    "worker": ("trueshelf_worker_age_seconds", "Since the worker's last sign of life."),
    "outbox": ("trueshelf_outbox_age_seconds", "How long the oldest label waits for its printer."),
    "seal": ("trueshelf_seal_age_seconds", "How long the oldest posting waits for its seal."),
    "failing": ("trueshelf_job_failing_seconds", "Since when a job of the worker fails, by job."),
    "open_tasks": ("trueshelf_open_tasks", "Tasks that wait or are being worked on, by kind."),
}
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def counted_in(folder: Path) -> None:
    """The web processes that are started from now on count together, from nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ[_FOLDER] = str(folder)


def count(name: str, **labels: str) -> None:
    """Add one."""
    _counters()[name].labels(**labels).inc()


def text(gauges: Gauges, *, postings: int) -> tuple[bytes, str]:
    """Every counter, and what was measured just now; with its content type. ``postings``: in the ledger."""
    from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    counted = _registry()
    if _FOLDER in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    measured = CollectorRegistry()
    measured.register(_Measured(gauges, postings))
    return generate_latest(counted) + generate_latest(measured), CONTENT_TYPE_PLAIN_0_0_4


# The library decides when it is imported whether processes count together: so it is imported in them.


@cache
def _registry() -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry

    return CollectorRegistry()


_making = threading.Lock()


def _counters() -> "dict[str, Counter]":
    with _making:  # two requests may be the first at once, and a cache lets both make them
        return _made_counters()


@cache
def _made_counters() -> "dict[str, Counter]":
    from prometheus_client import Counter

    return {
        name: Counter(title, words, labels, registry=_registry()) for name, (title, words, labels) in COUNTERS.items()
    }


class _Measured:
    """What was measured, as the library wants to be told it."""

    def __init__(self, gauges: Gauges, postings: int) -> None:
        self.gauges, self.postings = gauges, postings

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        yield CounterMetricFamily("trueshelf_postings", "Postings in the ledger.", value=self.postings)
        for name, (title, words) in GAUGES.items():
            rows = self.gauges.get(name, ())
            metric = GaugeMetricFamily(title, words, labels=sorted({key for labels, _value in rows for key in labels}))
            for labels, value in rows:
                metric.add_metric([labels[key] for key in sorted(labels)], value)
            yield metric

"""What Prometheus reads: one truth, whichever process is asked."""

import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from app.web.monitoring import metrics
from tests import servers
from tests.servers import REPOSITORY

ASKED = 40


def healthy(text: str) -> int:
    found = re.search(r'^trueshelf_requests_total\{method="GET",route="/healthz",status="200"\} (\d+)\.0$', text, re.M)
    assert found, text
    return int(found[1])


def test_the_processes_of_a_host_count_together(tmp_path: Path) -> None:
    """Each question comes over a connection of its own, so that both processes are asked."""
    data = tmp_path / "data"
    with servers.as_program({"TRUESHELF_DATA_DIR": str(data)}, log=tmp_path / "server.log") as server:
        for _time in range(ASKED):
            urlopen(f"{server.url}/healthz").close()
        said = [healthy(urlopen(f"{server.url}/metrics").read().decode()) for _time in range(10)]
        files = list((data / "metrics").glob("counter_*.db"))
    assert len(files) == 2, "one process was never asked"
    assert min(said) >= ASKED
    assert len(set(said)) == 1, said


def test_the_text_is_what_prometheus_takes(tmp_path: Path) -> None:
    """Read by the library's own reader; in a process of its own, which counts from nothing."""
    program = """
from prometheus_client.parser import text_string_to_metric_families as read
from app.web.monitoring import metrics
metrics.count("scans", outcome="accepted")
body, kind = metrics.text({"failing": [({"job": 'a"b'}, 3)], "worker": []}, postings=7)
for family in read(body.decode()):
    for sample in family.samples:
        if "created" not in sample.name:
            print(family.type, sample.name, sample.labels, sample.value)
print(kind)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "counter trueshelf_scans_total {'outcome': 'accepted'} 1.0",
        "counter trueshelf_postings_total {} 7.0",
        "gauge trueshelf_job_failing_seconds {'job': 'a\"b'} 3.0",
        "text/plain; version=0.0.4; charset=utf-8",
    ]


def test_two_requests_may_be_the_first_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)

    class Slow(dict[str, Any]):
        def items(self) -> Any:
            with suppress(threading.BrokenBarrierError):
                both.wait(0.2)
            return super().items()

    monkeypatch.setattr(metrics, "COUNTERS", Slow(metrics.COUNTERS))
    metrics._registry.cache_clear()
    metrics._made_counters.cache_clear()
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _n: metrics._counters(), range(2))
    assert first is second

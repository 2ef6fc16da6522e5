"""Counters of this process, in the text format that Prometheus reads (exposition format 0.0.4)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Lock

HELP = {
    "requests": ("trueshelf_requests_total", "counter", "Requests answered by this process."),
    "scans": ("trueshelf_scans_total", "counter", "Scans and actions judged by this process, by outcome."),
    "postings": ("trueshelf_postings_total", "counter", "Postings in the ledger."),
    "worker": ("trueshelf_worker_age_seconds", "gauge", "Since the worker's last sign of life."),
    "outbox": ("trueshelf_outbox_age_seconds", "gauge", "How long the oldest label waits for its printer."),
    "seal": ("trueshelf_seal_age_seconds", "gauge", "How long the oldest posting waits for its seal."),
    "failing": ("trueshelf_job_failing_seconds", "gauge", "Since when a job of the worker fails, by job."),
    "open_tasks": ("trueshelf_open_tasks", "gauge", "Tasks that wait or are being worked on, by kind."),
}
Labels = tuple[tuple[str, str], ...]
_counts: Counter[tuple[str, Labels]] = Counter()
_lock = Lock()


def count(name: str, **labels: str) -> None:
    """Add one."""
    with _lock:
        _counts[name, tuple(sorted(labels.items()))] += 1


def text(gauges: Mapping[str, Sequence[tuple[Mapping[str, str], int]]]) -> str:
    """Every counter, and what was measured just now."""
    with _lock:
        rows = [(name, labels, value) for (name, labels), value in _counts.items()]
    rows += [(name, tuple(sorted(labels.items())), value) for name, found in gauges.items() for labels, value in found]
    lines: list[str] = []
    for name, (title, kind, help_text) in HELP.items():
        lines += [f"# HELP {title} {help_text}", f"# TYPE {title} {kind}"]
        lines += [f"{title}{_braces(labels)} {value}" for found, labels, value in sorted(rows) if found == name]
    return "\n".join(lines) + "\n"


def _braces(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in labels) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

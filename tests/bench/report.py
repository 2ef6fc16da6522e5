"""The figures as a table, on the screen and in ``docs/performance.md``."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

from tests.bench.clients import Measured
from tests.bench.operations import POST_SCREEN
from tests.bench.serving import Memory
from tests.databases import REPOSITORY

DOCUMENT = REPOSITORY / "docs" / "performance.md"
_LATEST = re.compile(r"(<!-- latest -->\n).*?(<!-- end of latest -->)", re.DOTALL)
_HISTORY_END = "<!-- end of history -->"


@dataclass(frozen=True)
class Row:
    operation: str
    clients: int
    measured: Measured
    floor: Measured | None = None

    @property
    def ratio(self) -> float | None:
        return self.measured.per_second / self.floor.per_second if self.floor else None


@dataclass(frozen=True)
class Effort:
    """What one request takes, whatever else the machine does."""

    statements: int
    calls: int


@dataclass
class Results:
    """What one database gave."""

    database: str
    rows: list[Row] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)
    work: dict[str, Effort] = field(default_factory=dict)


def machine() -> str:
    """One line that says on what, and how busy it was with other things."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("flask", "sqlalchemy", "psycopg", "uvicorn"))
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}, {libraries}; load {load}"


def markdown(results: Sequence[Results]) -> str:
    """The whole table."""
    lines = [
        "| operation | database | clients | a second | p50 ms | p95 ms | p99 ms | of its floor |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for found in results:
        for row in found.rows:
            times = " | ".join(f"{row.measured.percentile(percent):.1f}" for percent in (50, 95, 99))
            ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
            lines.append(
                f"| {row.operation} | {found.database.split()[0]} | {row.clients} | {row.measured.per_second:,.0f} |"
                f" {times} | {ratio} |"
            )
    lines.append("")
    for found in results:
        held = "; ".join(f"{one.role} {one.rss:.0f} MiB RSS, {one.pss:.0f} PSS" for one in found.memory)
        asked = ", ".join(f"{name} {one.statements} ({one.calls:,})" for name, one in found.work.items())
        lines += [f"- {found.database}: {held}.", f"  SQL statements (Python calls) of one request: {asked}."]
    return "\n".join(lines)


def write(results: Sequence[Results], *, about: str, size: str) -> None:
    """Put the table into the document and a line into its history."""
    text = DOCUMENT.read_text("utf-8")
    latest = f"{date.today().isoformat()}, commit {_commit()}. {size}. {about}.\n\n{markdown(results)}\n"  # noqa: DTZ011
    text = _LATEST.sub(lambda found: found[1] + latest + found[2], text)
    lines = "".join(f"{_history(found)}\n" for found in results)
    DOCUMENT.write_text(text.replace(_HISTORY_END, f"{lines}{_HISTORY_END}"), "utf-8")


def _history(found: Results) -> str:
    posting = {row.clients: row for row in found.rows if row.operation == POST_SCREEN}
    most = max((row.pss for row in found.memory if row.role == "web"), default=0)
    one, all_ = (posting.get(number) for number in (min(posting, default=1), max(posting, default=8)))
    cells = [
        date.today().isoformat(),  # noqa: DTZ011
        _commit(),
        f"{os.getloadavg()[2]:.1f}",
        found.database,
        *(f"{row.measured.per_second:,.0f} ({row.ratio or 0:.2f})" if row else "" for row in (one, all_)),
        f"{all_.measured.percentile(99):.0f}" if all_ else "",
        f"{most:.0f}",
        f"{found.work[POST_SCREEN].statements} ({found.work[POST_SCREEN].calls:,})",
    ]
    return f"| {' | '.join(cells)} |"


def _commit() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True)
    return found.stdout.strip() or "?"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()

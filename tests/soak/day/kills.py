"""Days on which the house's processes die: the web, the worker, all of it at once, PostgreSQL. As a power cut does it.

What was acknowledged is there afterwards, and once; then the day is drained and checked like any other.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import create_engine, select

from app.db import table
from app.floor.models import Scan
from tests.bench.serving import APP, serving
from tests.databases import PostgresqlServer
from tests.soak.day.worker import Day

WHAT = ("web", "worker", "everything", "database")


@dataclass
class Plug:
    """The program that users start, on a database; ``kill`` pulls one of its plugs, and what does not come back by
    itself is started again."""

    database_url: str
    folder: Path
    postgresql: PostgresqlServer | None
    killed: dict[str, int] = field(default_factory=dict)
    port: int = 0
    _running: ExitStack = field(default_factory=ExitStack)
    _pid: int = 0

    def start(self) -> None:
        server = self._running.enter_context(serving(APP, self.database_url, self.folder))
        self.port, self._pid = server.port, server.pid

    def stop(self) -> None:
        self._running.close()

    def kill(self, what: str) -> None:
        self.killed[what] = self.killed.get(what, 0) + 1
        if what == "database" and self.postgresql is not None:
            self.postgresql.crash()
        elif what == "everything":
            os.killpg(self._pid, signal.SIGKILL)
            self._running.close()
            self.start()
        else:
            chosen = [one for one in psutil.Process(self._pid).children() if _is_worker(one) == (what == "worker")]
            for process in chosen[:1]:
                with suppress(psutil.NoSuchProcess):
                    process.kill()


def _is_worker(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return "work" in process.cmdline()
    return False


@contextmanager
def plug(database_url: str, folder: Path, postgresql: PostgresqlServer | None) -> Iterator[Plug]:
    (folder / "data").mkdir(exist_ok=True)
    one = Plug(database_url, folder, postgresql)
    one.start()
    try:
        yield one
    finally:
        one.stop()


def kill_some(day: Day, *, one: Plug, kills: int) -> None:
    """Kill ``kills`` times, spread over the day's steps, until they are used up."""
    dice = random.Random(f"{day.seed}/kills")
    whole = day.steps
    choice = WHAT if one.postgresql is not None else WHAT[:-1]
    for mark in sorted(dice.sample(range(1, whole), kills), reverse=True):
        while day.steps > mark:
            time.sleep(0.005)
        one.kill(dice.choice(choice))
        day.port = one.port


def lost(day: Day, database_url: str) -> list[str]:
    """Scans that were answered and are not in the database."""
    answered = {
        step.asked.body.get("scan_id") or step.asked.body.get("action_id")
        for step in day.journal
        if step.asked.path.endswith(("/scans", "/actions")) and "outcome" in step.answer
    }
    engine = create_engine(database_url)
    with engine.connect() as connection:
        kept = set(connection.scalars(select(table(Scan).c.scan_id)))
    engine.dispose()
    gone = answered - kept
    return [f"{len(gone)} acknowledged scans are lost: {sorted(gone)[:3]}"] if gone else []

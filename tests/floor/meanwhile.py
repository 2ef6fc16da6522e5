"""Two at the same moment, without a stopwatch: one transaction stays open until the other has run into it."""

import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import transact
from app.floor.loop import advance
from tests.floor.story import Floor, Worker

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def meanwhile(floor: Floor, work: Callable[[Session], Any], other: Callable[[], Any]) -> Any:
    """``work`` in a transaction that ends only when ``other``, begun after it, has ended or waits for its end.

    What ``other`` raised is raised here.
    """
    raised: list[BaseException] = []

    def begin() -> None:
        try:
            other()
        except Exception as error:  # noqa: BLE001 - raised again, in the thread of the test
            raised.append(error)

    second = threading.Thread(target=begin)
    begun: list[bool] = []

    def both(session: Session) -> Any:
        done = work(session)
        if not begun:  # of a transaction that is tried again, the other one runs on
            begun.append(True)
            second.start()
        while not session.scalar(_WAITING) and second.is_alive():
            time.sleep(0.01)
        return done

    answer = transact(both, engine=floor.engine)
    second.join()
    if raised:
        raise raised[0]
    return answer


def scanning(floor: Floor, worker: Worker, code: str) -> Callable[[Session], Any]:
    """A scan of this worker, as ``work`` for ``meanwhile``."""

    def scan(session: Session) -> Any:
        return advance.scan(session, floor.settings, worker.actor, worker.task, scan_id=f"{code}-first", code=code)

    return scan


def acting(floor: Floor, worker: Worker, name: str) -> Callable[[Session], Any]:
    """An action of this worker, as ``work`` for ``meanwhile``."""

    def act(session: Session) -> Any:
        return advance.act(session, floor.settings, worker.actor, worker.task, action_id=f"{name}-first", name=name)

    return act

"""Delivers print jobs: a thread for each printer that has something to print, so that a dead one slows nobody.

Threads are few and short: a printer without jobs has none. Nothing is called inside a transaction.
"""

import threading
import uuid
from collections.abc import Mapping

import structlog
from sqlalchemy import Engine

from app import clock
from app.db import reading, transact
from app.labels import delivery
from app.labels.delivery import Claimed
from app.ports import Printer, PrintError
from app.refusal import Refused

log = structlog.get_logger("work.printing")
MOST_THREADS = 64
"""A dead printer holds its thread for half a minute, and sleeps in it. A third is kept for printers that answered."""
FOR_FAILING = MOST_THREADS * 2 // 3
TICK_SECONDS = 0.3
DRAIN_SECONDS = 3.0


class Printing:
    """The deliveries of one process; several processes share the printers by their leases."""

    def __init__(self, ways: Mapping[str, Printer], engine: Engine) -> None:
        self.ways, self.engine = ways, engine
        self.worker = uuid.uuid4().hex
        self.busy: dict[int, threading.Thread] = {}

    def run(self, *, stop: threading.Event) -> None:
        """Until ``stop`` is set; what has begun then gets a moment to end, and is asked about if it does not."""
        while not stop.is_set():
            try:
                self.look(stop)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the loop is not left standing
                log.error("job_failed", job="printing", error=f"{type(error).__name__}: {error}"[:500])
            stop.wait(TICK_SECONDS)
        for thread in list(self.busy.values()):
            thread.join(DRAIN_SECONDS / max(1, len(self.busy)))

    def look(self, stop: threading.Event) -> None:
        """Begin to deliver to every printer that has something and is free."""
        self.busy = {printer: thread for printer, thread in self.busy.items() if thread.is_alive()}
        with reading(self.engine) as session:
            due = delivery.due_printers(session, clock.now())
        for printer_id, is_failing in due:
            most = FOR_FAILING if is_failing else MOST_THREADS
            if printer_id not in self.busy and len(self.busy) < most:
                thread = threading.Thread(target=self._serve, args=(printer_id, stop), daemon=True)
                self.busy[printer_id] = thread
                thread.start()

    def _serve(self, printer_id: int, stop: threading.Event) -> None:
        try:
            while not stop.is_set() and self.deliver_next(printer_id):
                pass
            transact(lambda session: delivery.release(session, printer_id, worker=self.worker), engine=self.engine)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the loop is not left standing
            log.error("job_failed", job="printing", printer=printer_id, error=f"{type(error).__name__}: {error}"[:500])

    def deliver_next(self, printer_id: int) -> bool:
        """One job of this printer; False where there is none, or the printer wants a rest."""
        job = transact(lambda session: delivery.claim(session, printer_id, worker=self.worker), engine=self.engine)
        if job is None:
            return False
        try:
            payload = delivery.bytes_of(job)
        except Refused as refusal:
            refused = refusal
            transact(lambda session: delivery.unprintable(session, job, refused), engine=self.engine)
            log.warning("label_unprintable", job=job.job_id, code=refusal.code)
            return True
        if transact(lambda session: delivery.begin(session, job, payload, worker=self.worker), engine=self.engine):
            self._hand_over(job, payload)
        return True

    def _hand_over(self, job: Claimed, payload: bytes) -> None:
        way = self.ways.get(job.kind)
        try:
            if way is None:
                raise PrintError(f"no way to a printer of kind {job.kind}", is_permanent=True)
            receipt = way.send(job.address, payload, title=f"{job.title} {job.job_id}", has_answered=job.has_answered)
        except PrintError as error:
            failure = error
            transact(lambda session: delivery.broken(session, job, failure), engine=self.engine)
            log.warning("label_not_delivered", job=job.job_id, bytes_sent=error.bytes_sent, error=str(error)[:200])
            return
        transact(lambda session: delivery.taken(session, job, payload, receipt), engine=self.engine)

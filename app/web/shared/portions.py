"""Long work of one request, done in portions: each in a transaction of its own, so that scans go between.

What the portions note is kept with them. Under an ``Idempotency-Key`` that is in the key's row, in the same
transactions: a request that was cut off, or whose answer was lost, goes on where it ended when it comes again, and its
answer tells of the whole work. Twins at the same moment share the work and get one answer.
"""

import copy
import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.db import reading, transact
from app.refusal import Refused
from app.web.shared.idempotency import Key, kept, kept_refusal, replayed

Result = TypeVar("Result")
_NOTES = "notes"


class Portions:
    """The portions of one request."""

    def __init__(self, key: Key | None = None) -> None:
        self._key = key
        self._noted: dict[str, Any] = {}

    def write(self, portion: Callable[[Session], Result]) -> Result:
        """Run one portion in a transaction, tried again at a deadlock; what it notes is kept with it."""

        def work(session: Session) -> tuple[Result, dict[str, Any]]:
            before = self._begun(session)
            notes = session.info[_NOTES] = copy.deepcopy(before)
            result = portion(session)
            if self._key and notes != before:
                session.execute(update(kept).where(self._key.is_it()).values(answer=json.dumps(notes)))
            return result, notes

        result, self._noted = transact(work)
        return result

    def so_far(self) -> dict[str, Any]:
        """What an earlier try of this request noted, from reading alone; empty where there was none.

        Errors: ``idempotency_key_reused``."""
        if self._key is None:
            return {}
        with reading() as session:
            row = self._key.look(session)
        if row is not None and row.status:
            raise _Answered(replayed(row))
        return json.loads(row.answer or "{}") if row is not None else {}

    def only_look(self) -> None:
        """This request changes nothing: its answer is not kept, and it waits for no writer."""
        self._key = None

    def notes(self, session: Session) -> dict[str, Any]:
        """What was noted so far: the portion that runs in this session writes into it."""
        found: dict[str, Any] = session.info[_NOTES]
        return found

    @property
    def noted(self) -> dict[str, Any]:
        """What the portions noted that are through."""
        return self._noted

    def answer(self, work: Callable[[], Response]) -> Response:
        """The answer of ``work``; under a key it is kept, the refused one too, as that of any other keyed request."""
        try:
            try:
                response = work()
            except Refused as refusal:
                if self._key is None:
                    raise
                response = kept_refusal(refusal)
            key = self._key
            if key is None:
                return response
            transact(lambda session: self._finish(session, key, response))
        except _Answered as done:
            return done.response
        return response

    def _begun(self, session: Session) -> dict[str, Any]:
        """What was noted so far, by whoever did a portion of this work. Errors: ``idempotency_key_reused``."""
        if self._key is None:
            return self._noted
        self._key.begin(session)
        row = self._key.row(session)
        if row.status:
            raise _Answered(replayed(row))
        found: dict[str, Any] = json.loads(row.answer or "{}")
        return found

    def _finish(self, session: Session, key: Key, response: Response) -> None:
        self._begun(session)
        key.keep(session, response)


class _Answered(Exception):  # noqa: N818 - no error: the work is done
    """Somebody has finished this very work: its answer."""

    def __init__(self, response: Response) -> None:
        self.response = response

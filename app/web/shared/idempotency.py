"""The same request twice is one effect: ``Idempotency-Key``, bound to its operator.

The key, the effect and the answer are one transaction. A second request with the key waits at the unique constraint
until the first is through, then gets its answer. Verdicts are kept, the refused ones too; what may go well the next
time (401, 403, 429, 5xx, "in progress") is not.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Response, request
from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import table, upsert
from app.language import _
from app.people.keyed_requests import Idempotency
from app.refusal import Conflict, Refused
from app.web.shared.problems import problem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_KEPT_REFUSALS = {404, 409, 422}


kept = table(Idempotency)


def key_of_request() -> str | None:
    """The key that the client sent. Errors: ``bad_idempotency_key`` unless it is 1 to 255 visible ASCII characters."""
    key = request.headers.get(HEADER)
    if key is not None and not re.fullmatch(r"[\x21-\x7e]{1,255}", key):
        raise Refused("bad_idempotency_key", _("An Idempotency-Key has 1 to 255 visible ASCII characters."))
    return key


def hash_of_request(canonical: bytes) -> str:
    """What tells a true repetition from another request under the same key."""
    head = f"{request.method} {request.path}?{request.query_string.decode('latin-1')}\n"
    return hashlib.sha256(head.encode() + canonical).hexdigest()


@dataclass(frozen=True, slots=True)
class Key:
    """A key of one operator, and what it was used for."""

    operator_id: int
    key: str
    body_hash: str

    def is_it(self) -> ColumnElement[bool]:
        return (kept.c.operator_id == self.operator_id) & (kept.c.key == self.key)

    def begin(self, session: Session) -> int | None:
        """Take the key: the id of its new row, without an answer yet; None where it was taken before."""
        taken = upsert(session, Idempotency).on_conflict_do_nothing(index_elements=["operator_id", "key"])
        values = {
            "operator_id": self.operator_id,
            "key": self.key,
            "body_hash": self.body_hash,
            "status": 0,
            "content_type": "",
            "answer": "",
            "created_at": clock.now(),
        }
        return cast("int | None", session.scalar(taken.returning(kept.c.id), values))

    def row(self, session: Session) -> Row[Any]:
        """What is kept under the key, held. Errors: ``idempotency_key_reused`` where it is of another request."""
        return self._same(session.execute(select(kept).where(self.is_it()).with_for_update()).one())

    def look(self, session: Session) -> Row[Any] | None:
        """The same, not held; None where nothing is kept yet."""
        row = session.execute(select(kept).where(self.is_it())).one_or_none()
        return None if row is None else self._same(row)

    def _same(self, row: Row[Any]) -> Row[Any]:
        if row.body_hash != self.body_hash:
            raise Conflict(
                "idempotency_key_reused",
                _("This key was used for another request. Give each request a key of its own."),
            )
        return row

    def keep(self, session: Session, response: Response) -> None:
        """Keep the answer."""
        session.execute(
            update(kept)
            .where(self.is_it())
            .values(
                status=response.status_code,
                content_type=response.headers.get("Content-Type", ""),
                answer=response.get_data(as_text=True),
            )
        )


def replayed(row: Row[Any]) -> Response:
    """The answer that is kept in a key's row."""
    response = Response(row.answer, row.status)
    response.headers[REPLAYED] = "true"
    if row.content_type:
        response.headers["Content-Type"] = row.content_type
    return response


def kept_refusal(refusal: Refused) -> Response:
    """A refusal as an answer that is kept. Raises it again where it may go well the next time."""
    if refusal.status not in _KEPT_REFUSALS or refusal.code.endswith("_in_progress"):
        raise refusal
    return problem(refusal.status, refusal.code, refusal.message, refusal.details)


def once(session: Session, key: Key, work: Callable[[], Response]) -> Response:
    """The answer of ``work``, which runs the first time only.

    A refusal undoes what ``work`` began and is kept as the answer.
    Errors: ``idempotency_key_reused`` where the key stands for another request; what ``work`` refuses for now only.
    """
    if key.begin(session) is None:
        return replayed(key.row(session))
    try:
        with session.begin_nested():
            response = work()
            session.flush()
    except Refused as refusal:
        response = kept_refusal(refusal)
    key.keep(session, response)
    return response

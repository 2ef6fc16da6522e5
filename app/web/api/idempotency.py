"""The same request twice is one effect: ``Idempotency-Key``, bound to its operator.

The key, the effect and the answer are one transaction. A second request with the key waits at the unique constraint
until the first is through, then gets its answer. Verdicts are kept, the refused ones too; what may go well the next
time (401, 403, 429, 5xx, "in progress") is not.
"""

import hashlib
import re
from collections.abc import Callable

from flask import Response, request
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import table, upsert
from app.language import _
from app.people.keyed_requests import Idempotency
from app.refusal import Conflict, Refused
from app.web import errors

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


def once(session: Session, *, operator_id: int, key: str, body_hash: str, work: Callable[[], Response]) -> Response:
    """The answer of ``work``, which runs the first time only.

    A refusal undoes what ``work`` began and is kept as the answer.
    Errors: ``idempotency_key_reused`` where the key stands for another request; what ``work`` refuses for now only.
    """
    taken = upsert(session, Idempotency).on_conflict_do_nothing(index_elements=["operator_id", "key"])
    values = {
        "operator_id": operator_id,
        "key": key,
        "body_hash": body_hash,
        "status": 0,
        "content_type": "",
        "answer": "",
        "created_at": clock.now(),
    }
    id_ = session.scalar(taken.returning(kept.c.id), values)
    if id_ is None:
        return _again(session, operator_id, key, body_hash)
    try:
        with session.begin_nested():
            response = work()
            session.flush()
    except Refused as refusal:
        if refusal.status not in _KEPT_REFUSALS or refusal.code.endswith("_in_progress"):
            raise
        response = errors.answer(refusal.status, refusal.code, refusal.message, refusal.details)
    session.execute(
        update(kept)
        .where(kept.c.id == id_)
        .values(
            status=response.status_code,
            content_type=response.headers.get("Content-Type", ""),
            answer=response.get_data(as_text=True),
        )
    )
    return response


def _again(session: Session, operator_id: int, key: str, body_hash: str) -> Response:
    row = session.execute(
        select(kept.c.body_hash, kept.c.status, kept.c.content_type, kept.c.answer).where(
            kept.c.operator_id == operator_id, kept.c.key == key
        )
    ).one()
    if row.body_hash != body_hash:
        raise Conflict(
            "idempotency_key_reused", _("This key was used for another request. Give each request a key of its own.")
        )
    response = Response(row.answer, row.status)
    response.headers[REPLAYED] = "true"
    if row.content_type:
        response.headers["Content-Type"] = row.content_type
    return response

"""Every scan and action, accepted or refused, with the answer that it got."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, and_, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model

_SHORT = text("kind = 'action' AND outcome = 'accepted' AND code IN ('short','missing')")


_APPROVAL = text("answer_code = 'approval_needed'")


class Scan(Model):
    """One scan or action, kept for ever. ``scan_id`` was made by the device at the trigger. ``expected`` is what the
    prompt asked for.

    ``scanned_at`` is by the device's clock where that can be believed, else when we heard of it: then ``said_at`` is
    what the device said, as it said it. ``note``: why its operator left it out.
    """

    __tablename__ = "scan"
    id: Mapped[Id]
    scan_id: Mapped[str] = mapped_column(unique=True)
    task_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("task.id"))
    operator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"))
    device: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="scan")
    code: Mapped[str]
    expected: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str]
    answer_code: Mapped[str]
    note: Mapped[str | None]
    said_at: Mapped[str | None]
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("kind IN ('scan','action')", name="kind"),
        CheckConstraint("outcome IN ('accepted','refused')", name="outcome"),
        Index("ix_scan_approval", "task_id", sqlite_where=_APPROVAL, postgresql_where=_APPROVAL),
        Index("ix_scan_short", "id", sqlite_where=_SHORT, postgresql_where=_SHORT),
        STRICT,
    )


IS_SHORT = and_(
    Scan.kind == literal_column("'action'"),
    Scan.outcome == literal_column("'accepted'"),
    Scan.code.in_([literal_column("'short'"), literal_column("'missing'")]),
)
"""Somebody said at a bin or a dock (short), or at a tote (missing), that there are too few; in the words of
``ix_scan_short``, because SQLite takes a partial index only for a query that has its condition spelt out."""


ASKS_APPROVAL = Scan.answer_code == literal_column("'approval_needed'")
"""A count that waits for a second person; in the words of ``ix_scan_approval``."""


class ScanAnswer(Model):
    """What a scan was answered, as long as its device could still ask: the same id then gets the same ``answer``.

    It has its scan's id. ``body_hash`` tells a true retry from another body under the same id. The answers are most of
    what the floor writes (1.3 kB each), so they have a table of their own, from whose beginning whole pages can go. No
    foreign key: its one writer copies the id of the row that is just there, while a worker waits (see ``HEARD``).
    """

    __tablename__ = "scan_answer"
    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    answer: Mapped[dict[str, Any]]
    body_hash: Mapped[str]
    __table_args__ = (STRICT,)


class SetAside(Model):
    """A scan that the server failed to judge and that its operator set aside, so that the next ones could go on.

    ``request_id`` is the number under which the failure stands in the server's log. It waits for a supervisor, who
    looks what became of the goods and then settles it.
    """

    __tablename__ = "set_aside"
    id: Mapped[Id]
    scan_id: Mapped[str] = mapped_column(unique=True)
    request_id: Mapped[str]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    note: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled"),
        Index(
            "ix_set_aside_waiting",
            "id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        STRICT,
    )

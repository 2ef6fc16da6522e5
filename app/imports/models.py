"""A file that is written in portions: what was checked and is promised, until all of it is written."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model


class ImportFile(Model):
    """A file whose rows were all found good. ``status``: staging, writing, done; taking_back, taken_back, stopped.

    ``found``: the tally so far (created, updated, unchanged), and the errors where a portion was refused because the
    world had changed since the check. ``touched_at``: the last sign of whoever writes it.
    """

    __tablename__ = "import_file"
    id: Mapped[Id]
    kind: Mapped[str]
    rows: Mapped[int]
    status: Mapped[str] = mapped_column(index=True)
    found: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("status IN ('staging','writing','done','taking_back','taken_back','stopped')", name="status"),
        STRICT,
    )


class ImportPortion(Model):
    """Rows of a file that are written in one transaction. ``undo``: what takes them back; empty until they are written.

    Both are JSON in the words of ``staged``; the portions go when the file is through.
    """

    __tablename__ = "import_portion"
    import_id: Mapped[int] = mapped_column(BigInt, ForeignKey("import_file.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    rows: Mapped[str]
    undo: Mapped[str] = mapped_column(default="")
    __table_args__ = (STRICT,)

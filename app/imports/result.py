"""What an import did, or would have done, and what was wrong with the file."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from app.language import _

MOST_ERRORS = 200
"""More than this many errors (or warnings) are one: nobody reads them before mending the first."""
STEP = 500
"""Rows between two reports of progress."""
MOST_SECONDS = 120
"""Reading and checking a file takes no longer: it needs no lock, but a person waits and a processor is busy."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing to mend. ``row`` counts as a spreadsheet does: the header is row 1, the first row of data 2."""

    row: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The answer: how many rows the file has and what became of them; with any error nothing was written.

    ``warnings``: what is taken as it is, and will not do what was meant.
    """

    kind: str
    rows: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.errors

    def as_json(self) -> dict[str, object]:
        """The words of the API."""
        notes = {"errors": self.errors, "warnings": self.warnings}
        return asdict(self) | {name: [asdict(note) for note in found] for name, found in notes.items()}


@dataclass(frozen=True, slots=True)
class Who:
    """Who brings a file: a person, or else a program, by its name."""

    operator_id: int | None = None
    program: str = "import"


@dataclass(slots=True)
class Outcome:
    """The tally while a file is being checked or written. ``progress`` is told (rows done, rows in all).

    ``is_check``: everything is looked at and counted, and nothing written. ``undo`` says of a portion that was written
    what takes it back, as its kind understands it.
    """

    rows: int = 0
    is_check: bool = False
    who: Who = field(default_factory=Who)
    undo: list[dict[str, Any]] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    progress: Callable[[int, int], None] | None = None
    _errors: list[RowError] = field(default_factory=list)
    _warnings: list[RowError] = field(default_factory=list)
    _done: int = 0
    _begun: float = field(default_factory=time.monotonic)

    def is_too_slow(self, row: int) -> bool:
        """Whether the time for this file is over; noted as an error that says how far it came."""
        if time.monotonic() - self._begun <= MOST_SECONDS:
            return False
        message = _("Reading the file took longer than %(n)s seconds, up to this row. Split the file.", n=MOST_SECONDS)
        self.refuse(row, "", "took_too_long", message)
        return True

    def refuse(self, row: int, column: str, code: str, message: str) -> None:
        """Note what is wrong with a row; nothing of the file will be written."""
        self._errors.append(RowError(row, column, code, message))

    def warn(self, row: int, column: str, code: str, message: str) -> None:
        """Note what will not do what was meant; the row is written all the same."""
        self._warnings.append(RowError(row, column, code, message))

    def count(self, outcome: str, rows: int = 1) -> None:
        """Count rows as created, updated or unchanged."""
        setattr(self, outcome, getattr(self, outcome) + rows)
        before, self._done = self._done, self._done + rows
        if self.progress and (before // STEP != self._done // STEP or self._done == self.rows):
            self.progress(self._done, self.rows)

    def errors(self) -> tuple[RowError, ...]:
        """All that is wrong, by row."""
        found, left_out = _first(self._errors)
        if left_out:
            message = _("%(n)s more errors are not listed. Mend these and import again.", n=left_out)
            found.append(RowError(found[-1].row, "", "more_errors", message))
        return tuple(found)

    def warnings(self) -> tuple[RowError, ...]:
        """All that will not do what was meant, by row."""
        found, left_out = _first(self._warnings)
        if left_out:
            message = _("%(n)s more rows are like these.", n=left_out)
            found.append(RowError(found[-1].row, "", "more_warnings", message))
        return tuple(found)


def _first(notes: list[RowError]) -> tuple[list[RowError], int]:
    """As many as somebody reads, by row, and how many are left out."""
    return sorted(notes[:MOST_ERRORS], key=lambda note: note.row), max(0, len(notes) - MOST_ERRORS)

"""How far ``ledger verify`` is: bars for whoever waits, and a note of what it has proved for whoever had to stop it."""

import contextlib
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import click

from app.ledger.heads import START, Head, heads_in

_NOTE_EVERY = 20_000


class Bars:
    """One bar for each check that takes long enough to say how far it is, on standard error."""

    def __init__(self) -> None:
        self.name, self.done = "", 0
        self.bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._end()

    def tell(self, name: str, done: int, of: int) -> None:
        """``done`` of ``of`` portions of the check ``name``."""
        if not sys.stderr.isatty():
            return
        if name != self.name:
            self._end()
            self.name, self.done = name, 0
            self.bar = click.progressbar(length=of, label=f"{name:10}", file=sys.stderr)
            self.bar.__enter__()
        self.bar.update(done - self.done)
        self.done = done

    def _end(self) -> None:
        if self.bar is not None:
            self.bar.update(self.bar.length - self.done)
            self.bar.__exit__(None, None, None)


class Proofs:
    """The place in the chain of seals up to which every link was looked at, in a file of the data folder.

    It is written now and then, and at the end, also when somebody stops the run.
    """

    def __init__(self, data_dir: Path) -> None:
        self.file = data_dir / "ledger-proved"
        self.head = self.written = START

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._write()

    def last(self) -> Head:
        """Where an earlier run was; the beginning where there was none."""
        with contextlib.suppress(OSError):
            for head in heads_in(self.file.read_text()):
                return head
        return START

    def note(self, head: Head) -> None:
        """Every link up to ``head`` was looked at and fits."""
        self.head = head
        if head.position >= self.written.position + _NOTE_EVERY:
            self._write()

    def _write(self) -> None:
        if self.head == self.written:
            return
        draft = self.file.with_suffix(".part")
        draft.write_text(f"{self.head}\n")
        draft.replace(self.file)
        self.written = self.head

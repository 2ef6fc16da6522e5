"""Everything outside the building, on one page.

No port is called inside a transaction: write a row, commit, and ``work`` delivers it.
"""

from dataclasses import dataclass
from typing import Literal, Protocol


class PortError(Exception):
    """The outside failed. ``is_permanent``: trying again will not help."""

    def __init__(self, message: str, *, is_permanent: bool = False) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent


# Printers.


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a printer is. ``problems`` are stable words: paper_out, paused, head_open, ribbon_out, silent, ...

    ``attention``: it is there, and a person must go to it. ``answers``: it told its state itself.
    """

    state: Literal["ready", "attention", "offline"]
    problems: tuple[str, ...] = ()
    answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Every byte was handed over. ``is_done``: the printer says (or it is certain) that the label is out.

    ``is_read``: the other side took the bytes, by its own word or by ending the connection in order. Without it nobody
    knows: a network card takes bytes for a printer that hangs.
    """

    is_done: bool
    is_read: bool = True
    health: Health


class PrintError(PortError):
    """A label was not handed over. With ``bytes_sent`` 0 no paper can have moved, and trying again is safe."""

    def __init__(
        self, message: str, *, bytes_sent: int = 0, health: Health | None = None, is_permanent: bool = False
    ) -> None:
        super().__init__(message, is_permanent=is_permanent)
        self.bytes_sent = bytes_sent
        self.health = health or Health(state="offline")


class Printer(Protocol):
    """One way to a printer; ``address`` is what the office entered."""

    def send(self, address: str, data: bytes, *, title: str, has_answered: bool) -> Receipt:
        """Hand over one job, whole. ``has_answered``: this printer has told its state before: silence says something.

        Errors: ``PrintError``, which says how many of the job's bytes may have arrived.
        """

    def health(self, address: str, *, has_answered: bool) -> Health:
        """How it is now; never raises for a printer that is not there. Errors: ``PrintError`` for a wrong address."""

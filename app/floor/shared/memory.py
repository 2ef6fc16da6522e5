"""What a job remembers between two scans. Each kind of work has a dataclass of its own (``<kind>/memory.py``).

A memory is a value: a scan is judged with one and leaves another behind (``work.memory = replace(work.memory, ..)``).
It is kept in ``Task.memory`` (``memory_json``), so that the job goes on at the same line with the same count on another
device, or in another version. A field that is new needs a default; one that is renamed says what it was (``formerly``).

Here is what every kind remembers (``Memory``), and the parts that some have in common.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple, Self

from app.floor.shared.memory_json import formerly, known_fields, read_memory, write_memory

LINE: Final = {"is_about": "line"}
"""The metadata of a field that is about the line at hand: when that line went away, so does what it says."""


class LabelRead(NamedTuple):
    """A label that was read, and when the device did: read again within a moment, it says nothing new."""

    code: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Report:
    """Units of an item that should be at a place and are not."""

    sku: str
    place: str
    units: int


@dataclass(frozen=True, kw_only=True)
class Done:
    """Something of this job that can be taken back."""


@dataclass(frozen=True, kw_only=True)
class PostingDone(Done):
    """A posting for one line; ``None`` where what was decided moved nothing. ``source`` and ``target``: as a worker
    calls them."""

    posting: int | None
    line: int
    quantity: int
    """Units that were posted."""
    done: int | None = None
    """Units that count as done on the line, where it is not all of them."""
    source: str = ""
    target: str = ""


@dataclass(frozen=True, kw_only=True)
class ShortDone(Done):
    """A short: units were said to be missing."""

    short: str
    """The key of the scan that said so."""
    line: int
    begun: Mapping[str, Any]
    """The line at hand as it was before (``Memory.line_at_hand``)."""
    counted: int
    """Units that stayed in hand."""
    count: int | None
    """The task that counts the place, where one was asked for."""
    released: tuple[tuple[int, int], ...] = ()
    """Of a pick: allocation and units of it that were missing."""
    chosen: tuple[tuple[int, int], ...] = ()
    """Of a pick: allocation and units of it that are taken from another place instead."""
    left_out: int = 0
    """Of other work: units that the line does not ask for any more."""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What every job remembers."""

    line: int | None = field(default=None, metadata=LINE)
    """The line that the worker has begun; None: the one whose turn it is."""
    counted: int = field(default=0, metadata=LINE)
    """Units of that line which are confirmed and not posted."""
    item: int | None = field(default=None, metadata=LINE)
    """The item whose lot or serial number is asked for, where it is not that of the line."""
    lot: str | None = field(default=None, metadata=LINE)
    """The lot that the goods at hand were said to be of."""
    again: str = ""
    """The code that the last scan asked to be repeated."""
    read: LabelRead | None = None
    """The label that means something else when it is scanned twice on purpose."""
    reports: Mapping[str, tuple[Report, ...]] = field(default_factory=dict)
    """What was missing, by the key of the scan that said so; for the desk's exceptions. Empty: taken back."""
    undo: tuple[Done, ...] = ()
    """What can be taken back, the newest last."""

    @classmethod
    def read_json(cls, stored: Mapping[str, Any]) -> Self:
        return read_memory(cls, stored)

    def as_json(self) -> dict[str, Any]:
        return write_memory(self)

    def without_line(self) -> Self:
        """The line at hand went away, with all that is known of it."""
        return replace(self, **self._of_line(type(self)()))

    def line_at_hand(self) -> dict[str, Any]:
        """All that is known of the line at hand, as JSON: what a short forgets comes back with it."""
        of_line = self._of_line(self)
        return {name: value for name, value in self.as_json().items() if name in of_line}

    def with_line_at_hand(self, stored: Mapping[str, Any]) -> Self:
        return replace(self, **known_fields(type(self), stored))

    @staticmethod
    def _of_line(memory: "Memory") -> dict[str, Any]:
        return {each.name: getattr(memory, each.name) for each in fields(memory) if "is_about" in each.metadata}

    def without_count(self) -> Self:
        """The units in hand are not counted any more: what one undo forgets. What else goes with them, a kind says."""
        return replace(self, counted=0, line=None)

    def without_posting(self) -> Self:
        """The newest thing that was done is taken back, and the worker goes on from there."""
        return replace(self, undo=self.undo[:-1], line=None)


@dataclass(frozen=True, kw_only=True)
class AtBin(Memory):
    """The worker stands somewhere and takes from there."""

    bin: int | None = field(default=None, metadata=LINE)
    """The id of the place."""
    container: int | None = field(default=None, metadata=LINE)
    """The id of the container that is taken from; 0: loose; None: nobody has asked yet."""

    def without_posting(self) -> Self:
        return replace(super().without_posting(), bin=None, container=None)


@dataclass(frozen=True, kw_only=True)
class AsksWhich(Memory):
    """An item was scanned that alone does not say which of several it is: a narrower scan counts it."""

    pending: Literal["lot", "serial", "container", "expiry"] | None = field(default=None, metadata=LINE)
    """What is asked for."""
    waiting_units: int = field(default=0, metadata={**LINE, **formerly("units")})
    """Units that the answer counts."""

    @property
    def the_item(self) -> int:
        """Whose lot or serial number is asked for, where a step has made sure that one is."""
        assert self.item is not None, "a lot or serial number was asked for of nothing"
        return self.item

    def answered(self) -> Self:
        return replace(self, pending=None, item=None, waiting_units=0)


@dataclass(frozen=True, kw_only=True)
class FromBin(AtBin, AsksWhich):
    """A line's goods are taken from the bin that it names."""

    lot_is_known: bool = field(default=False, metadata=LINE)
    """Of several lots in the bin the right one was scanned."""

    def without_count(self) -> Self:
        return replace(super().without_count().answered(), lot_is_known=False)


@dataclass(frozen=True, kw_only=True)
class LogisticUnit:
    """A pallet or carton that comes in, or a container of the house that the goods are put on."""

    sscc: str | None = None
    plate: str | None = None
    """The house's own code."""
    half: Mapping[str, str] = field(default_factory=dict)
    """What one symbol said of a unit whose content is still to be scanned, by the words of ``Barcode.elements``."""
    content: Mapping[str, str] = field(default_factory=dict)
    """What the label said that was counted last."""
    labels: int = 0
    """Content labels that make up the count."""
    scans: int = 0
    """Scans that make up the count."""


@dataclass(frozen=True, kw_only=True)
class OnUnit(Memory):
    """Goods come on a logistic unit, or are put on a licence plate."""

    unit: LogisticUnit = field(default=LogisticUnit(), metadata=LINE)


@dataclass(frozen=True, kw_only=True)
class ArrivingGoods(OnUnit):
    """Goods that come in say of themselves what they are."""

    expiry: date | None = field(default=None, metadata=LINE)


@dataclass(frozen=True, kw_only=True)
class WithTotes(Memory):
    """A picker fills totes."""

    totes: tuple[int, ...] = ()
    """The ids of those with goods in them."""


@dataclass(frozen=True, kw_only=True)
class MayOverride(AtBin):
    """Stock that waits for orders stays where it is, unless a supervisor allows to move it."""

    override: bool = False


@dataclass(frozen=True, kw_only=True)
class CountRequest:
    """Somebody missed goods at a place and asked for a count of it."""

    asked: tuple[str, ...] | None = None
    """The keys of the scans that asked; None for a count that was opened otherwise."""

"""What packing remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from app.floor.shared.memory import Done, Memory
from app.floor.shared.memory_json import formerly
from app.floor.shared.step import WorkWith


@dataclass(frozen=True, kw_only=True)
class PackedUnits:
    """Units of a line in a closed carton, and the id of the tote that they came from."""

    line: int
    quantity: int
    tote: int


@dataclass(frozen=True, kw_only=True)
class CartonDone(Done):
    """A carton was closed."""

    posting: int
    packed: tuple[PackedUnits, ...]
    carton: int


@dataclass(frozen=True, kw_only=True)
class PackMemory(Memory):
    """The open carton, and what was verified for it. ``item``: whose serial number is asked for."""

    totes: tuple[int, ...] = ()
    """The ids of the totes at the bench."""
    carton: int | None = None
    """The id of the open carton."""
    label: int | None = None
    """The print job of its label."""
    verified: Mapping[int, int] = field(default_factory=dict, metadata=formerly("counts"))
    """Line -> units verified and not in a closed carton yet."""
    verified_last: int | None = field(default=None, metadata=formerly("last"))
    """The line that was verified last."""
    whole_lines: tuple[int, ...] = field(default=(), metadata=formerly("whole"))
    """Lines of which every unit is verified."""
    grams: int = 0
    """Weight of what is verified."""
    swapped: tuple[int, ...] = ()
    """Lines that ask for another lot than was picked: that is done once."""
    is_handed: bool = False
    """The cartons wait to be shipped."""
    undo: tuple[CartonDone, ...] = ()

    def with_carton_empty(self) -> Self:
        """Nothing is verified: it is in a closed carton, or was taken out of the open one."""
        return replace(self, verified={}, verified_last=None, whole_lines=(), grams=0)


Work = WorkWith[PackMemory]

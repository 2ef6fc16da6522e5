"""What a check finds, and how two sets of numbers are held against each other: by the database, in one statement."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, CompoundSelect, Select, Text, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from app.ledger.heads import START, Head

Pair = tuple[int, int]
"""item, warehouse"""
KEYS = 6
"""As many parts as the longest key has; see ``app.ledger.balances.BalanceKey``."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """One number that is not what the facts say. ``key`` names it, by ids. ``what``:

    - balance, allocated, negative, on_hand, unavailable, committed, inbound
    - held: orders believe to have picked more or fewer (``kept``) into a container than stand there for sale
      (``replayed``)
    - picked: more (``kept``) is chosen and picked for a promise than it promises
    - stands: a container's contents are in another place than itself
    - shipped: a container that left still holds units
    - serial: a unit came in a second time (``replayed``) while it was here (``kept`` is 1, the most that can be)
    - for_sale: kept for sale where nothing is sold
    - seal: the fact itself is not what was sealed: the key is the posting's id, and the two numbers are hashes
    - record: rows of a record (the key: which, and their ids) are not what was sealed; the two numbers are hashes
    - head: the chain lacks the hash (``replayed``) that it once ended with at a position (the key)
    - unsealed: postings (so many, from the one in the key on) have waited too long for their seal
    """

    what: str
    key: tuple[int | str, ...]
    kept: int | str
    replayed: int | str


def nobody(*_: Any) -> None:
    """For whoever does not want to hear how far it is."""


@dataclass(frozen=True, slots=True)
class Look:
    """One pass of a check over the database. ``tell`` hears how many portions of how many are done.

    ``since``: a place in the chain of seals up to which an earlier run has looked at every link; ``proved`` hears of
    further ones. ``heads``: what the chain's end was at some time, as it was kept outside the database.
    """

    session: Session
    tell: Callable[[int, int], None] = nobody
    since: Head = START
    proved: Callable[[Head], None] = nobody
    heads: tuple[Head, ...] = ()


Check = Callable[[Look], Iterator[Difference]]


def differing(
    what: str, kept: Select[Any] | CompoundSelect[Any], replayed: Select[Any] | CompoundSelect[Any]
) -> Select[Any]:
    """Where two sets of numbers are not the same. Each selects its key's columns and then the units; a key that one of
    them lacks counts as 0 there."""
    names = [f"k{number}" for number in range(len(kept.selected_columns) - 1)]
    sides = []
    for side, is_kept in ((kept.subquery(), True), (replayed.subquery(), False)):
        *key, units = side.c
        sides.append(
            select(
                *(part.label(name) for part, name in zip(key, names, strict=True)),
                (units if is_kept else literal(0)).label("kept"),
                (literal(0) if is_kept else units).label("replayed"),
            )
        )
    both = union_all(*sides).subquery()
    one, other = func.sum(both.c.kept), func.sum(both.c.replayed)
    return _row(what, [both.c[name] for name in names], one, other).group_by(*names).having(one != other)


def exceeding(what: str, key: list[Any], kept: Any, replayed: Any) -> Select[Any]:
    """Rows for a check with a rule of its own, such as "no more than": the caller says ``where``."""
    return _row(what, key, kept, replayed)


def _row(what: str, key: list[Any], kept: Any, replayed: Any) -> Select[Any]:
    # PostgreSQL wants the same types in all parts of a union: the last two parts of a long key are texts.
    parts = [part.label(f"k{number}") for number, part in enumerate(key)]
    parts += [
        cast(null(), Text if number >= KEYS - 2 else BigInteger).label(f"k{number}") for number in range(len(key), KEYS)
    ]
    return select(
        literal(what).label("what"),
        literal(len(key)).label("length"),
        *parts,
        cast(kept, BigInteger).label("kept"),
        cast(replayed, BigInteger).label("replayed"),
    )


def found(session: Session, *statements: Select[Any]) -> Iterator[Difference]:
    """Run statements of ``differing`` as one, in the order of their keys."""
    statement = union_all(*statements) if len(statements) > 1 else statements[0]
    ordered = statement.order_by("what", *(f"k{number}" for number in range(KEYS)))
    for row in session.execute(ordered.execution_options(yield_per=_AT_ONCE)):
        what, length, *key, kept, replayed = row
        yield Difference(what, tuple(key[:length]), kept, replayed)

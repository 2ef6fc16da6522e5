"""A head of the chain of seals, and how it is written down outside the database."""

import re
from typing import NamedTuple

_WRITTEN = re.compile(r"\b([0-9]{1,18}):([0-9a-f]{64})\b")


class Head(NamedTuple):
    """A place in the chain: how many links there are up to it, and the hash of the last. It proves all before it."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


START = Head(0, "")


def heads_in(text: str) -> tuple[Head, ...]:
    """Every head that a text names as ``position:hash``: what ``backup`` says, a log, the owner's file."""
    return tuple(Head(int(position), hash_) for position, hash_ in _WRITTEN.findall(text))

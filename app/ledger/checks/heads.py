"""Heads of the chain that were kept outside the database: a chain that was cut off or sealed anew has others.

This is the one thing that whoever may write everything in the database cannot forge.
"""

from collections.abc import Iterator

from app.ledger.checks.difference import Difference, Look
from app.ledger.seal import hash_at


def check(look: Look) -> Iterator[Difference]:
    """``head``: the key is the position; the two numbers are the hash there now and the one that was kept outside."""
    for head in look.heads:
        kept = hash_at(look.session, head.position)
        if kept != head.hash:
            yield Difference("head", (head.position,), kept, head.hash)

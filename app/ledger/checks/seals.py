"""Every sealed posting against its link in the chain, and every posting that slipped in without one."""

from collections.abc import Iterator

from app.ledger.checks.difference import Difference, Look
from app.ledger.seal import broken


def check(look: Look) -> Iterator[Difference]:
    """``seal``: the key is the posting's id, and the two numbers are hashes."""
    for link in broken(look.session):
        yield Difference("seal", (link.posting_id,), link.kept, link.computed)

"""Those checks of ``ledger verify`` that hold the ledger against documents, and the list of all of them.

A new check is one file with a function ``check(look)`` and one line here. See ``app.ledger.checks`` for what it may do.
"""

from app.control.checks import allocated, committed, held, inbound, picked, standing
from app.ledger.checks import for_sale, heads, seals, serials, stock
from app.ledger.checks.difference import Check

CHECKS: tuple[tuple[str, Check], ...] = (
    ("stock", stock.check),
    ("serials", serials.check),
    ("allocated", allocated.check),
    ("held", held.check),
    ("picked", picked.check),
    ("containers", standing.check),
    ("for_sale", for_sale.check),
    ("committed", committed.check),
    ("inbound", inbound.check),
    ("heads", heads.check),
    ("seals", seals.check),
)
"""What ``ledger verify`` tells while it runs, and the check."""

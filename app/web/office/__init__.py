"""The desk: what was promised, what is coming, what is where, who does what, and what went wrong.

One file per noun, views above; ``reads`` asks the questions that only these screens have; ``desk`` is what they share.
"""

from app.web.office import (
    devices,
    exceptions,
    files,
    first_steps,
    label_sheets,
    labels,
    ledger,
    lots,
    orders,
    overview,
    people,
    pick_faces,
    printers,
    purchase_orders,
    returns,
    security_log,
    stock,
    undecided,
    waves,
    work,
)
from app.web.office.desk import desk

__all__ = [
    "desk",
    "devices",
    "exceptions",
    "files",
    "first_steps",
    "label_sheets",
    "labels",
    "ledger",
    "lots",
    "orders",
    "overview",
    "people",
    "pick_faces",
    "printers",
    "purchase_orders",
    "returns",
    "security_log",
    "stock",
    "undecided",
    "waves",
    "work",
]

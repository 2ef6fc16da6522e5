"""The number of a blind receipt: goods came without a purchase order, and have a paper all the same."""

import re

BLIND = "blind"
"""The document type of a receipt that no purchase order announced, and the document that begins one."""
_NUMBER = re.compile(r"BR-0*(\d{1,12})", re.ASCII | re.IGNORECASE)


def spelt(number: int) -> str:
    """``BR-000017``."""
    return f"BR-{number:06d}"


def receipt_number(text: str) -> int | None:
    """The number in ``BR-000017``; None for any other text."""
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found else None

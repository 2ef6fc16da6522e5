"""What was typed or scanned into a search field, as the code that the tables know."""

from app.barcode.internal import decode
from app.refusal import Refused


def plain_code(text: str) -> str:
    """The code behind one of our own labels; anything else as it is."""
    text = text.strip()
    try:
        printed = decode(text)
    except Refused:
        return text
    return printed.code if printed else text

"""A ``Barcode`` in the words of the JSON API (``POST /barcodes/interpretations``)."""

from datetime import date

from app.barcode.barcode import Barcode
from app.barcode.parse import DEFAULT_PROFILE, Profile, parse
from app.refusal import Refused


def to_words(barcode: Barcode) -> dict[str, object]:
    """The kind, every element by its word (text, as on the label), and what is odd about it.

    ``gtin`` is a list for an ambiguous code; ``internal`` names the type of one of our own labels, ``code`` its code.
    """
    words: dict[str, object] = {"kind": barcode.kind.value, **barcode.elements}
    if barcode.candidates:
        words["gtin"] = list(barcode.candidates)
    if barcode.internal is not None:
        words["internal"] = barcode.internal.kind.name.lower()
        words["code"] = barcode.internal.code
    words["warnings"] = list(barcode.warnings)
    return words


def interpretation(code: str | bytes, *, profile: Profile = DEFAULT_PROFILE, today: date) -> dict[str, object]:
    """The answer for ``code``; a refusal is an answer too: ``{kind: refused, code, ai?, message, warnings}``."""
    try:
        return to_words(parse(code, profile=profile, today=today))
    except Refused as refusal:
        answer: dict[str, object] = {"kind": "refused", "code": refusal.code}
        if "ai" in refusal.details:
            answer["ai"] = refusal.details["ai"]
        return answer | {"message": refusal.message, "warnings": []}

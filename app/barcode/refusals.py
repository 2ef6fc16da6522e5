"""Why a code cannot be read: one stable code and one sentence for each.

The sentence is built only when it is needed, never on the way of a good scan. Each says what to do now.
"""

from app.language import N_, _
from app.refusal import Refused

_SENTENCES = {
    "empty": N_("Nothing was read. Scan it again."),
    "too_long": N_("This is too long for a barcode. Scan one barcode at a time."),
    "bad_encoding": N_("This barcode holds bytes that are not text. Ask for a new label."),
    "unknown_aim": N_("The scanner names a kind of barcode that we do not know. Scan another barcode on the label."),
    "addon_alone": N_("Only the small additional barcode was read. Scan the whole barcode."),
    "bad_check_digit": N_("The check digit is wrong. Scan it again; if it stays wrong, ask for a new label."),
    "bad_length": N_("The number has the wrong length. Scan it again; if it stays wrong, ask for a new label."),
    "bad_charset": N_("A character does not belong there. Scan it again; if it stays wrong, ask for a new label."),
    "bad_date": N_("This date does not exist. Ask for a new label, or type the date by hand."),
    "bad_time": N_("This time does not exist. Ask for a new label."),
    "empty_value": N_("A part of the label is empty. Ask for a new label."),
    "unknown_ai": N_("This label holds a GS1 part that does not exist. Scan it again, or ask for a new label."),
    "ai_conflict": N_("Two parts of this label contradict each other. Ask for a new label."),
    "duplicate_conflict": N_("This label says the same thing twice, and differently. Ask for a new label."),
    "zero_gtin": N_("The article number is all zeros. Ask for a new label."),
    "zero_sscc": N_("The pallet number is all zeros. Ask for a new label."),
    "dl_qualifier_in_query": N_("This web address holds a part in the wrong place. Ask for a new label."),
    "dl_bad_qualifier": N_("This web address holds its parts in the wrong order. Ask for a new label."),
    "bad_layout": N_("A layout has 13 characters: I item, M measure, V, C, a digit or a point. Change it."),
    "internal_check": N_("This label was not read whole. Scan it again."),
    "internal_code": N_("This code cannot be printed as a barcode. Choose one of plain letters, digits and signs."),
}


def refused(code: str, *, ai: str | None = None) -> Refused:
    """The refusal ``code`` in the operator's language; ``ai`` names the GS1 part at fault."""
    sentence = _(_SENTENCES[code])
    return Refused(code, sentence) if ai is None else Refused(code, sentence, ai=ai)

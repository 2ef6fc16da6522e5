"""The words for what is kept as a code: kinds, states, conditions, reasons, roles. The API and files keep the code."""

from app.language import N_, _

WORDS = {
    # kinds of work, and why something was moved
    "receive": N_("Receive"),
    "putaway": N_("Put away"),
    "pick": N_("Pick"),
    "pack": N_("Pack"),
    "ship": N_("Ship"),
    "inspect": N_("Inspect"),
    "count": N_("Count"),
    "move": N_("Move"),
    "put_back": N_("Put back"),
    "return": N_("Return"),
    "restock": N_("Back into stock"),
    "opening": N_("Opening stock"),
    "damage": N_("Damaged"),
    "found": N_("Found"),
    "lost": N_("Lost"),
    "expired": N_("Expired"),
    "other": N_("Other"),
    "no_order": N_("No purchase order"),
    "sample": N_("Sample"),
    # why something came back, or was cancelled
    "unwanted": N_("Unwanted"),
    "wrong_item": N_("Wrong item"),
    "defective": N_("Defective"),
    "parts_missing": N_("Parts missing"),
    "customer": N_("Customer"),
    # places and containers
    "bin": N_("Bin"),
    "dock": N_("Dock"),
    "stage": N_("Staging place"),
    "returns": N_("Returns place"),
    "floor": N_("Floor"),
    "tote": N_("Tote"),
    "carton": N_("Carton"),
    "lpn": N_("Container"),
    # states and conditions
    "open": N_("Open"),
    "claimed": N_("Being worked on"),
    "done": N_("Done"),
    "closed": N_("Closed"),
    "shipped": N_("Shipped"),
    "cancelled": N_("Cancelled"),
    "available": N_("Available"),
    "quarantine": N_("Quarantine"),
    "hold": N_("On hold"),
    "damaged": N_("Damaged"),
    # figures that the proof of the ledger compares
    "balance": N_("Stock in a place"),
    "allocated": N_("Chosen for orders"),
    "negative": N_("Below zero"),
    "on_hand": N_("On hand"),
    "unavailable": N_("Unavailable"),
    "committed": N_("Promised"),
    "inbound": N_("On its way"),
    "held": N_("Picked for orders"),
    "seal": N_("Seal of a posting"),
    # what was changed about a person
    "added": N_("Added"),
    "changed": N_("Changed"),
    "renamed": N_("Renamed"),
    "roles": N_("Roles changed"),
    "pin": N_("New PIN"),
    "unlocked": N_("Unlocked"),
    "left": N_("Switched off"),
    "came_back": N_("Switched on"),
    "password": N_("Password and telephone set up"),
    "password_taken_back": N_("Password taken back"),
    # roles
    "picker": N_("Picker"),
    "packer": N_("Packer"),
    "receiver": N_("Receiver"),
    "inspector": N_("Inspector"),
    "counter": N_("Counter"),
    "supervisor": N_("Supervisor"),
    "office": N_("Office"),
    "admin": N_("Admin"),
    "auditor": N_("Auditor"),
}


def word(code: str) -> str:
    """The word for a code in the operator's language; what is no code, such as a reason in one's own words, stays."""
    return _(WORDS[code]) if code in WORDS else code

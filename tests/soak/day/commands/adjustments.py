"""Adjustments: more or fewer than the books say, at any place, in any condition, in or out of a container.

What is beyond one person's limit waits for the other supervisor, who says yes or no at the desk.
"""

from typing import Any

from tests.soak.day.commands.screens import send
from tests.soak.day.house import BINS, ITEMS, LOTS, PLACES, SERIALS, TOTES, WAREHOUSE
from tests.soak.day.worker import Command, Hand


def _wanted(hand: Hand) -> dict[str, Any]:
    dice, kind = hand.dice, ITEMS[hand.dice.choice(list(ITEMS))]
    quantity = dice.choice((-3, -2, -1, -1, 1, 2, 5, 12, 25, -25))
    if kind.tracking == "serial":
        quantity = max(-1, min(1, quantity))
    body: dict[str, Any] = {
        "location": dice.choice(BINS if dice.random() < 0.8 else PLACES),
        "sku": kind.sku,
        "quantity": quantity,
        "reason": dice.choice(("found", "lost", "damage", "other")),
        "note": hand.day.book.mark(kind.sku, quantity),
    }
    if kind.tracking == "lot":
        body["lot"] = dice.choice(LOTS)
    if kind.tracking == "serial":
        body["serial"] = dice.choice(SERIALS)
    return body


def adjust(hand: Hand) -> None:
    body, dice = {"warehouse": WAREHOUSE, **_wanted(hand)}, hand.dice
    if dice.random() < 0.12:
        body["container"] = dice.choice([*TOTES, *hand.day.board.cartons])
    if dice.random() < 0.15:
        body["condition"] = dice.choice(("quarantine", "hold", "damaged"))
    hand.post("/adjustments", body, token=dice.choice(hand.day.keys.chiefs))


def correct(hand: Hand) -> None:
    """The same on the item's page at the desk, under a key of the page's own."""
    form = _wanted(hand)
    units = form.pop("quantity")
    form |= {"quantity": abs(units), "direction": "less" if units < 0 else "more", "key": hand.new_id()}
    send(hand, hand.dice.choice(("S1", "S2", "D1")), "/office/adjustments", **form)


def decide(hand: Hand) -> None:
    """Any correction, waiting or decided about, by either supervisor, perhaps by whoever asked for it."""
    number = hand.dice.randint(1, 12)
    what = hand.dice.choice(("approvals", "approvals", "refusals"))
    send(hand, hand.dice.choice(("S1", "S2", "D1")), f"/office/exceptions/corrections/{number}/{what}")


COMMANDS = [Command(1.6, adjust), Command(0.6, correct), Command(0.6, decide)]

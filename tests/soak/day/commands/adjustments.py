"""Adjustments: more or fewer than the books say, at any place, in any condition, in or out of a container."""

from typing import Any

from tests.soak.day.house import BINS, ITEMS, LOTS, PLACES, SERIALS, TOTES, WAREHOUSE
from tests.soak.day.worker import Command, Hand


def adjust(hand: Hand) -> None:
    dice, kind = hand.dice, ITEMS[hand.dice.choice(list(ITEMS))]
    quantity = dice.choice((-3, -2, -1, -1, 1, 2, 5, 12))
    body: dict[str, Any] = {
        "warehouse": WAREHOUSE,
        "location": dice.choice(BINS if dice.random() < 0.8 else PLACES),
        "sku": kind.sku,
        "quantity": max(-1, min(1, quantity)) if kind.tracking == "serial" else quantity,
        "reason": dice.choice(("found", "lost", "damage", "other")),
    }
    if kind.tracking == "lot":
        body["lot"] = dice.choice(LOTS)
    if kind.tracking == "serial":
        body["serial"] = dice.choice(SERIALS)
    if dice.random() < 0.12:
        body["container"] = dice.choice([*TOTES, *hand.day.board.cartons])
    if dice.random() < 0.15:
        body["condition"] = dice.choice(("quarantine", "hold", "damaged"))
    hand.post("/adjustments", body, token=dice.choice(hand.day.keys.chiefs))


COMMANDS = [Command(2, adjust)]

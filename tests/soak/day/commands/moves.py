"""Moves of loose goods, of totes and cartons with all that is in them, and of goods that orders have chosen."""

from tests.soak.day.house import WAREHOUSE
from tests.soak.day.worker import Command, Hand


def move(hand: Hand) -> bool | None:
    if hand.task is not None:
        return False
    hand.see(hand.post("/tasks", {"kind": "move", "warehouse": WAREHOUSE}))
    if hand.task is not None and hand.is_chief and hand.dice.random() < 0.5:
        hand.act("override")
    return None


COMMANDS = [Command(3, move)]

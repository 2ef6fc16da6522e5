"""Counts: of bins in use, of docks and benches; what differs much is decided about by a supervisor."""

from tests.soak.day import shelf
from tests.soak.day.house import BINS, PLACES, WAREHOUSE
from tests.soak.day.worker import Command, Hand


def count(hand: Hand) -> bool | None:
    if hand.task is not None:
        return False
    place = hand.dice.choice(BINS if hand.dice.random() < 0.85 else PLACES)
    hand.see(hand.post("/tasks", {"kind": "count", "warehouse": WAREHOUSE, "location": place}))
    return None


def decide(hand: Hand) -> bool | None:
    if hand.task is not None or not hand.is_chief:
        return False
    hand.see(hand.post("/tasks/claims", {"warehouse": WAREHOUSE, "kind": "count"}))
    return None


def count_what_is_there(hand: Hand) -> bool | None:
    """Everything that truly stands in a bin, in one go: while others have some of it in hand, mostly."""
    if hand.task is not None:
        return False
    shelf.count(hand)
    return None


COMMANDS = [Command(2.5, count), Command(2, decide), Command(0.8, count_what_is_there)]

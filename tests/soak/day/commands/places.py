"""Bins that cannot be used for a while: blocked, perhaps while somebody stands in front of them, and unblocked.

How full pick faces are kept, and somebody who finds one too empty.
"""

from tests.soak.day.house import BINS, ITEMS, PLACES, WAREHOUSE
from tests.soak.day.worker import Command, Hand


def block(hand: Hand) -> None:
    place = hand.dice.choice(BINS if hand.dice.random() < 0.8 else PLACES)
    body = {"warehouse": WAREHOUSE, "location": place, "reason": hand.dice.choice(("wet", "broken", ""))}
    hand.day.board.blocked.add(place)
    hand.post("/locations/blocks", body, token=hand.day.keys.desk)


def unblock(hand: Hand) -> bool | None:
    blocked = sorted(hand.day.board.blocked)
    if not blocked:
        return False
    place = hand.dice.choice(blocked)
    hand.day.board.blocked.discard(place)
    hand.post("/locations/releases", {"warehouse": WAREHOUSE, "location": place}, token=hand.day.keys.desk)
    return None


def levels(hand: Hand) -> None:
    least = hand.dice.choice((0, 2, 5, 12))
    body = {"minimum": least, "maximum": least + hand.dice.choice((-1, 0, 3, 10, 30)), **_face(hand)}
    hand.post("/pick-faces", body, token=hand.day.keys.desk)


def no_levels(hand: Hand) -> None:
    hand.post("/pick-faces/removals", _face(hand), token=hand.day.keys.desk)


def fill_it(hand: Hand) -> bool | None:
    if hand.task is not None:
        return False
    place = hand.dice.choice(BINS[:3])
    hand.see(hand.post("/tasks", {"kind": "replenish", "warehouse": WAREHOUSE, "location": place}))
    return None


def _face(hand: Hand) -> dict[str, str]:
    place = hand.dice.choice(BINS[:3]) if hand.dice.random() < 0.9 else hand.dice.choice(PLACES)
    return {"warehouse": WAREHOUSE, "location": place, "sku": hand.dice.choice(list(ITEMS))}


COMMANDS = [
    Command(0.6, block),
    Command(1.5, unblock),
    Command(0.8, levels),
    Command(0.15, no_levels),
    Command(0.6, fill_it),
]

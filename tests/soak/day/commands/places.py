"""Bins that cannot be used for a while: blocked, perhaps while somebody stands in front of them, and unblocked."""

from tests.soak.day.house import BINS, PLACES, WAREHOUSE
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


COMMANDS = [Command(0.6, block), Command(1.5, unblock)]

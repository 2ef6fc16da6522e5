"""The desk corrects the expiry date of a lot: what expired by the new date is held, what is good by it is for sale."""

from datetime import timedelta

from app import clock
from tests.soak.day.house import ITEMS
from tests.soak.day.worker import Command, Hand


def correct(hand: Hand) -> bool | None:
    sku = hand.dice.choice([kind.sku for kind in ITEMS.values() if kind.has_expiry])
    found = hand.get(f"/balances?sku={sku}&limit=100", token=hand.day.keys.desk)
    lots = sorted({(row["lot"], row["expiry"]) for row in found.body["items"] if row["lot"] and row["expiry"]})
    if not lots:
        return False
    lot, known = hand.dice.choice(lots)
    days = hand.dice.choice((200, 200, 90, 2, 0, -1, -3))
    body = {"sku": sku, "lot": lot, "known": known, "reason": hand.dice.choice(("misread", "misread", ""))}
    hand.day.book.lost[sku] += 1  # promised before, and perhaps expired now
    expiry = (clock.today() + timedelta(days=days)).isoformat()
    hand.post("/expiry-corrections", {**body, "expiry": expiry}, token=hand.day.keys.desk)
    return None


COMMANDS = [Command(0.5, correct)]

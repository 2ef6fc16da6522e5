"""Returns: announced for what was shipped, and begun at the bench."""

from tests.soak.day.commands.orders import some_order
from tests.soak.day.house import PLACES, WAREHOUSE
from tests.soak.day.worker import Command, Hand

REASONS = ("damaged", "unwanted", "it is blue")


def authorise(hand: Hand) -> bool | None:
    left = [ref for ref, _sku in list(hand.day.book.shipped)]
    order = some_order(hand)
    if left:
        ref = hand.dice.choice(left)
        order = next((one for one in list(hand.day.board.orders.items()) if one[1]["ref"] == ref), order)
    if order is None:
        return False
    lines = [
        {
            "line_ref": line["line_ref"],
            "quantity": hand.dice.randint(1, line["quantity"]),
            "reason": hand.dice.choice(REASONS),
        }
        for line in hand.dice.sample(order[1]["lines"], hand.dice.randint(1, len(order[1]["lines"])))
    ]
    body = {"channel": "shop", "order_ref": order[1]["ref"], "lines": lines}
    answer = hand.post("/returns", body, token=hand.day.keys.desk)
    if answer.status == 201:
        hand.day.board.returns.append(answer.body["number"])
    return None


def inspect(hand: Hand) -> bool | None:
    if hand.task is not None or not hand.day.board.returns:
        return False
    document = hand.dice.choice(hand.day.board.returns)
    hand.see(hand.post("/tasks", {"kind": "inspect", "warehouse": WAREHOUSE, "document": document}))
    return None


def inspect_place(hand: Hand) -> bool | None:
    """What is not for sale where it stands is looked at: received for inspection, expired, set aside."""
    if hand.task is not None:
        return False
    body = {"kind": "inspect", "warehouse": WAREHOUSE, "document": hand.dice.choice(PLACES)}
    hand.see(hand.post("/tasks", body))
    return None


COMMANDS = [Command(1.5, authorise), Command(3, inspect), Command(1.5, inspect_place)]

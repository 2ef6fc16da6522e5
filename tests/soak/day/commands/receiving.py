"""Deliveries: announced, received against their paper or blind."""

from tests.soak.day.house import ITEMS, WAREHOUSE
from tests.soak.day.worker import Command, Hand


def purchase(hand: Hand) -> None:
    board = hand.day.board
    number = f"PO-{hand.number}-{len(board.purchases)}"
    if board.purchases and hand.dice.random() < 0.2:
        number = hand.dice.choice(board.purchases)  # its newest state
    lines = [
        {"line": str(n), "sku": sku, "quantity": hand.dice.choice((1, 3, 6, 8, 12)), "unit_cost": "1.00"}
        for n, sku in enumerate(hand.dice.sample(list(ITEMS), hand.dice.randint(1, 4)))
    ]
    body = {"number": number, "supplier": "ACME", "warehouse": WAREHOUSE, "lines": lines}
    if hand.post("/purchase-orders", body, token=hand.day.keys.desk).status in (200, 201):
        board.purchases.append(number)


def receive(hand: Hand) -> bool | None:
    if hand.task is not None or not hand.day.board.purchases:
        return False
    _open(hand, hand.dice.choice(hand.day.board.purchases[-8:]))
    return None


def receive_blind(hand: Hand) -> bool | None:
    if hand.task is not None:
        return False
    _open(hand, "blind")
    return None


def _open(hand: Hand, document: str) -> None:
    hand.see(hand.post("/tasks", {"kind": "receive", "warehouse": WAREHOUSE, "document": document}))


COMMANDS = [Command(2, purchase), Command(5, receive), Command(1.2, receive_blind)]

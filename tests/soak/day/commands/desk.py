"""What the desk and the programs around ask while all this goes on; nothing changes by it."""

from tests.soak.day.house import ITEMS, WAREHOUSE
from tests.soak.day.wire import Asked
from tests.soak.day.worker import Command, Hand


def ask(hand: Hand) -> None:
    sku = hand.dice.choice(list(ITEMS))
    path = hand.dice.choice(
        (
            "/availability",
            f"/balances?sku={sku}",
            f"/items/{sku}/explanation?warehouse={WAREHOUSE}",
            "/tasks?status=open",
            "/orders?status=open",
            "/movements?limit=50",
        )
    )
    answer = hand.get(path, token=hand.day.keys.desk)
    if answer.status != 200:
        hand.day.faults.append(f"GET {path}: {answer.status} {answer.body}")


def verify(hand: Hand) -> None:
    """In the middle of everything the books must agree with themselves."""
    answer = hand.ask(Asked("POST", "/ledger/verification", {}), token=hand.day.keys.desk)
    if answer.status and (answer.status != 200 or not answer.body["ok"]):
        hand.day.faults.append(f"verification in the middle: {answer.status} {answer.body}")


COMMANDS = [Command(1.5, ask), Command(0.15, verify)]

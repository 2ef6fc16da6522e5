"""What only the screens can do: the desk's work page and closures, and a scan on the home screen."""

import uuid
from collections.abc import Callable
from typing import Any

from tests.soak.day.commands.work import anything
from tests.soak.day.wire import Answer, Asked
from tests.soak.day.worker import Command, Hand


def send(hand: Hand, badge: str, path: str, **fields: Any) -> Answer:
    """A form, as a browser sends it."""
    return hand.ask(Asked("POST", f"@{path}", fields), token=hand.day.keys.browsers[badge])


def _of_a_task(what: str, **fields: Any) -> Callable[[Hand], bool | None]:
    def do(hand: Hand) -> bool | None:
        tasks = list(hand.day.board.tasks)
        if not tasks:
            return False
        chosen = {name: choose(hand) for name, choose in fields.items()}
        send(hand, hand.dice.choice(("S1", "S2")), f"/office/work/{hand.dice.choice(tasks)}/{what}", **chosen)
        return None

    return do


def close_short(hand: Hand) -> bool | None:
    """The rest of a delivery will not come, perhaps while somebody unpacks it."""
    if not hand.day.board.purchases:
        return False
    send(hand, "D1", "/office/short-closures", number=hand.dice.choice(hand.day.board.purchases), reason="late")
    return None


def close_return(hand: Hand) -> bool | None:
    if not hand.day.board.returns:
        return False
    send(hand, "D1", "/office/return-closures", number=hand.dice.choice(hand.day.board.returns), reason="never came")
    return None


def scan_at_home(hand: Hand) -> None:
    """Whatever is scanned opens its job for this supervisor, who then goes away."""
    code = hand.dice.choice([anything(hand), *[order["ref"] for order in hand.day.board.orders.values()][-5:]])
    scan_id = str(uuid.UUID(int=hand.dice.getrandbits(128), version=4))
    send(hand, hand.dice.choice(("S1", "S2")), "/scans", scan_id=scan_id, code=code)


COMMANDS = [
    Command(0.5, _of_a_task("releases")),
    Command(0.5, _of_a_task("assignments", operator_id=lambda hand: hand.dice.randint(1, 8))),
    Command(0.3, _of_a_task("priorities")),
    Command(0.3, close_short),
    Command(0.3, close_return),
    Command(0.8, scan_at_home),
]

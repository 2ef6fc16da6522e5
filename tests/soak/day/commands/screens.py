"""What is done at screens: the desk's pages, and the handheld's page as it sends its forms without a script.

Scans and actions of any job come in by the page now and then, too (``worker``).
"""

import uuid
from collections.abc import Callable
from typing import Any

from tests.soak.day.commands.orders import some_order
from tests.soak.day.commands.work import anything
from tests.soak.day.house import BINS, ITEMS, WAREHOUSE
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


def cancel(hand: Hand) -> bool | None:
    """The office cancels a whole order on its page."""
    order = some_order(hand)
    if order is None:
        return False
    send(hand, "D1", f"/office/orders/{order[0]}/cancellations", reason=hand.dice.choice(("customer", "fraud", "")))
    return None


def release(hand: Hand) -> None:
    """Orders go to the floor: all, a few, or one from its page."""
    order = some_order(hand)
    if order is not None and hand.dice.random() < 0.4:
        send(hand, "D1", "/office/waves", order_id=order[0])
    else:
        send(hand, "D1", "/office/waves", max_orders=hand.dice.choice(("", 1, 3)))


def announce_return(hand: Hand) -> bool | None:
    order = some_order(hand)
    if order is None:
        return False
    units = {f"line:{line['line_ref']}": hand.dice.randint(0, line["quantity"]) for line in order[1]["lines"]}
    send(hand, "D1", f"/office/orders/{order[0]}/returns", reason="unwanted", **units)
    return None


def block(hand: Hand) -> None:
    place = hand.dice.choice(BINS)
    hand.day.board.blocked.add(place)
    send(hand, "D1", "/office/blocks", location=place, reason="wet")


def unblock(hand: Hand) -> bool | None:
    if not hand.day.board.blocked:
        return False
    send(hand, "D1", "/office/unblocks", location=hand.dice.choice(sorted(hand.day.board.blocked)))
    return None


def _mine(hand: Hand, path: str, **fields: Any) -> Answer:
    """A form of the worker's own page."""
    return hand.ask(Asked("POST", f"@{path}", fields), token=hand.day.keys.session_of(hand.token))


def next_job(hand: Hand) -> bool | None:
    """The home screen's big button; then the device asks what it holds."""
    if hand.task is not None:
        return False
    kind = hand.dice.choice(("", "pick", "pack", "putaway", "ship", "count"))
    _mine(hand, "/tasks/next", kind=kind)
    hand.see(hand.post("/tasks/claims", {"warehouse": WAREHOUSE, "kind": kind} if kind else {"warehouse": WAREHOUSE}))
    return None


def open_job(hand: Hand) -> bool | None:
    if hand.task is not None:
        return False
    body = hand.dice.choice(
        [
            {"kind": "count", "location": hand.dice.choice(BINS)},
            {"kind": "move"},
            {"kind": "receive", "document": "blind"},
            *({"kind": "receive", "document": number} for number in hand.day.board.purchases[-3:]),
            *({"kind": kind, "document": ref} for kind in ("pack", "ship") for ref in hand.day.board.in_work),
        ]
    )
    _mine(hand, "/tasks", **body)
    hand.see(hand.post("/tasks/claims", {"warehouse": WAREHOUSE, "kind": body["kind"]}))
    return None


def take_over(hand: Hand) -> bool | None:
    tasks = list(hand.day.board.tasks)
    if not tasks or hand.task is not None:
        return False
    task = hand.dice.choice(tasks)
    _mine(hand, f"/tasks/{task}/takeovers")
    hand.see(hand.get(f"/tasks/{task}"))
    return None


def give_back(hand: Hand) -> bool | None:
    if hand.task is None:
        return False
    _mine(hand, f"/tasks/{hand.task['id']}/releases")
    hand.task = None
    return None


def ask_about(hand: Hand) -> None:
    _mine(hand, "/enquiry", code=anything(hand))


def leave_out(hand: Hand) -> None:
    """A scan that waited in the queue, which its worker does not send."""
    tasks = list(hand.day.board.tasks)
    about = {"task_id": hand.dice.choice(tasks)} if tasks else {}
    _mine(hand, "/left-out", scan_id=hand.new_id(), code=anything(hand), reason="scanned twice", **about)


def link(hand: Hand) -> None:
    """A barcode that nobody knows is put on an item."""
    code = f"99{hand.dice.randrange(10**6):06d}"
    _mine(hand, "/barcodes/link", code=code, sku=hand.dice.choice(list(ITEMS)), quantity=hand.dice.choice((1, 1, 6)))


COMMANDS = [
    Command(0.5, _of_a_task("releases")),
    Command(0.5, _of_a_task("assignments", operator_id=lambda hand: hand.dice.randint(1, 8))),
    Command(0.3, _of_a_task("priorities")),
    Command(0.2, _of_a_task("ends", reason=lambda hand: hand.dice.choice(("nobody finishes it", "")))),
    Command(0.3, close_short),
    Command(0.3, close_return),
    Command(0.8, scan_at_home),
    Command(0.3, cancel),
    Command(0.8, release),
    Command(0.3, announce_return),
    Command(0.2, block),
    Command(0.6, unblock),
    Command(2, next_job),
    Command(0.8, open_job),
    Command(0.3, take_over),
    Command(0.3, give_back),
    Command(0.3, ask_about),
    Command(0.2, leave_out),
    Command(0.1, link),
]

"""Orders: placed, changed, cancelled in part and whole, released to the floor."""

from typing import Any

from tests.soak.day.house import ITEMS, WAREHOUSE
from tests.soak.day.worker import Command, Hand


def place(hand: Hand) -> None:
    ref = f"O-{hand.number}-{len(hand.day.board.orders) + 1}-{hand.dice.randrange(100)}"
    send_order(
        hand, ref, lines(hand), policy=hand.dice.choice(("backorder", "backorder", "backorder", "complete", "refuse"))
    )


def lines(hand: Hand) -> list[dict[str, Any]]:
    skus = hand.dice.sample(list(ITEMS), hand.dice.choice((1, 1, 2, 3)))
    if hand.dice.random() < 0.15:
        skus.append(skus[0])  # the same item twice, as shops send it
    return [
        {"line_ref": str(n), "sku": sku, "quantity": hand.dice.choice((1, 1, 2, 3, 4, 7))} for n, sku in enumerate(skus)
    ]


def send_order(hand: Hand, ref: str, wanted: list[dict[str, Any]], *, policy: str, revision: int = 0) -> None:
    body = {"channel": "shop", "order_ref": ref, "lines": wanted, "policy": policy, "revision": revision}
    answer = hand.post("/orders", body, token=hand.day.keys.desk)
    if answer.status in (200, 201):
        hand.day.board.orders[answer.body["id"]] = {"ref": ref, "lines": wanted, "revision": revision, "policy": policy}


def revise(hand: Hand) -> bool | None:
    """The shop tells the newest state: other quantities, a line less or more; sometimes an old state comes late."""
    order = some_order(hand)
    if order is None:
        return False
    _id, known = order
    wanted = [
        {**line, "quantity": max(1, line["quantity"] + hand.dice.choice((-3, -1, 0, 1, 2)))} for line in known["lines"]
    ]
    throw = hand.dice.random()
    if throw < 0.3 and len(wanted) > 1:
        wanted.pop(hand.dice.randrange(len(wanted)))
    elif throw < 0.5:
        sku = hand.dice.choice(list(ITEMS))
        wanted.append({"line_ref": str(90 + hand.dice.randrange(9)), "sku": sku, "quantity": hand.dice.randint(1, 3)})
        wanted = list({line["line_ref"]: line for line in wanted}.values())
    revision = known["revision"] + hand.dice.choice((1, 1, 1, 0))
    send_order(hand, known["ref"], wanted, policy=known["policy"], revision=revision)
    return None


def some_order(hand: Hand) -> tuple[int, dict[str, Any]] | None:
    """Mostly one that somebody has in hands at this moment, else a young one."""
    known = list(hand.day.board.orders.items())
    in_work = list(hand.day.board.in_work)
    if in_work and hand.dice.random() < 0.6:
        ref = hand.dice.choice(in_work)
        known = [order for order in known if order[1]["ref"] == ref] or known
    return hand.dice.choice(known[-12:]) if known else None


def cancel_part(hand: Hand) -> bool | None:
    order = some_order(hand)
    if order is None:
        return False
    id_, known = order
    chosen = hand.dice.sample(known["lines"], hand.dice.randint(1, len(known["lines"])))
    wanted = [
        {"line_ref": line["line_ref"], "quantity": hand.dice.randint(1, max(1, line["quantity"]))} for line in chosen
    ]
    _cancel(hand, id_, {"reason": "customer", "lines": wanted})
    return None


def cancel_whole(hand: Hand) -> bool | None:
    order = some_order(hand)
    if order is None:
        return False
    _cancel(hand, order[0], {"reason": "customer"})
    return None


def _cancel(hand: Hand, order_id: int, body: dict[str, Any]) -> None:
    hand.post(f"/orders/{order_id}/cancellations", body, token=hand.day.keys.desk)


def wave(hand: Hand) -> None:
    body: dict[str, Any] = {"warehouse": WAREHOUSE, "strategy": "single"}
    order = some_order(hand)
    if order is not None and hand.dice.random() < 0.4:
        body["orders"] = [order[0]]
    elif hand.dice.random() < 0.5:
        body["max_orders"] = hand.dice.randint(1, 4)
    hand.post("/waves", body, token=hand.day.keys.desk)


COMMANDS = [
    Command(6, place),
    Command(1.4, revise),
    Command(1.6, cancel_part),
    Command(0.8, cancel_whole),
    Command(4, wave),
]

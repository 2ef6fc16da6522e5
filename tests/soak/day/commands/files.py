"""Files: orders and deliveries come in as CSV, looked at first or at once, some with a row that is wrong."""

from typing import Any

from tests.soak.day.commands.orders import lines
from tests.soak.day.drain import pages
from tests.soak.day.house import WAREHOUSE
from tests.soak.day.worker import Command, Hand


def orders(hand: Hand) -> None:
    refs = [f"F-{hand.number}-{hand.dice.randrange(10**6)}-{n}" for n in range(hand.dice.randint(1, 3))]
    wanted = {ref: lines(hand) for ref in refs}
    rows = [f"shop,{ref},{line['line_ref']},{line['sku']},{line['quantity']}" for ref in refs for line in wanted[ref]]
    _bring(hand, "orders", "channel,order_ref,line_ref,sku,quantity", rows)
    for order in pages(hand, "/orders?status=open"):
        if order["order_ref"] in wanted:
            known: dict[str, Any] = {"ref": order["order_ref"], "revision": 0, "policy": order["policy"]}
            hand.day.board.orders[order["id"]] = {**known, "lines": wanted[order["order_ref"]]}


def deliveries(hand: Hand) -> None:
    number = f"FPO-{hand.number}-{hand.dice.randrange(10**6)}"
    rows = [f"{number},ACME,{WAREHOUSE},{line['line_ref']},{line['sku']},{line['quantity']}" for line in lines(hand)]
    _bring(hand, "purchase-orders", "number,supplier,warehouse,line,sku,quantity", rows)
    hand.day.board.purchases.append(number)


def _bring(hand: Hand, kind: str, head: str, rows: list[str]) -> None:
    if hand.dice.random() < 0.2:
        rows.append(rows[0].replace(rows[0].split(",")[-2], "NO-SUCH-THING"))  # then nothing of it is written
    look = "?dry_run=true" if hand.dice.random() < 0.2 else ""
    hand.post(f"/imports/{kind}{look}", "\n".join([head, *rows, ""]), token=hand.day.keys.desk)


COMMANDS = [Command(0.4, orders), Command(0.2, deliveries)]

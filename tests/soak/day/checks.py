"""What holds at the end of every day, whatever happened in it."""

import re
from collections import Counter

from app import clock
from tests.soak.day.drain import SSCC_DIGITS, pages
from tests.soak.day.house import TOTES
from tests.soak.day.worker import Day, Hand

_GONE = re.compile(r"OperationalError|InterfaceError|terminat|connection|the database system|\[(ERROR|WARNING)\]")


def check(day: Day, failures: dict[str, str]) -> list[str]:
    """The faults of a day that is drained, those that were seen on its way first; ``failures`` are the server's own."""
    hand = Hand(day, 99, day.keys.desk)
    hand.is_careful = True  # who looks at the end dies of nothing
    unasked = day.book.settle(pages(hand, "/movements"))
    found = [*day.faults, *unasked, *_units(day, hand), *_orders(day, hand), *_places(hand), *_books(hand)]
    return [*found, *_failures(day, failures)]


def _units(day: Day, hand: Hand) -> list[str]:
    found = []
    there: Counter[str] = Counter()
    for row in pages(hand, "/availability"):
        there[row["sku"]] += row["on_hand"]
        if row["committed"]:
            found.append(f"promised, and nothing is ordered: {row}")
        if row["available"] < 0:
            found.append(f"less than nothing is available: {row}")
    for sku, units in day.book.units.items():
        if there[sku] != units:
            found.append(f"{sku}: {there[sku]} in the house's books, {units} by what was answered")
    return found


def _orders(day: Day, hand: Hand) -> list[str]:
    found = []
    for order in pages(hand, "/orders"):
        said: Counter[str] = Counter()
        for line in order["lines"]:
            said[line["sku"]] += line["shipped"]
            if line["reserved"] or line["backordered"]:
                found.append(f"order {order['order_ref']} still waits for something: {line}")
        for sku, units in said.items():
            left = day.book.shipped[order["order_ref"], sku]
            if left != units:
                found.append(f"order {order['order_ref']} says {units} {sku} shipped, {left} left")
        if order["status"] == "open":
            found.append(f"order {order['order_ref']} never ends")
    return found


def _places(hand: Hand) -> list[str]:
    found = []
    serials: Counter[tuple[str, str]] = Counter()
    for row in pages(hand, "/balances"):
        if row["serial"]:
            serials[row["sku"], row["serial"]] += row["quantity"]
        box = row["container"] or ""
        if row["condition"] == "available" and row["expiry"] and row["expiry"] < clock.today().isoformat():
            found.append(f"for sale, and expired: {row}")
        if row["condition"] == "hold" or box in TOTES or len(box) == SSCC_DIGITS:
            found.append(f"no work names what stands here: {row}")
    return [*found, *(f"serial {key} is there {units} times" for key, units in serials.items() if units > 1)]


def _books(hand: Hand) -> list[str]:
    answer = hand.post("/ledger/verification", {}, token=hand.day.keys.desk)
    return [] if answer.status == 200 and answer.body["ok"] else [f"the ledger differs: {answer.body}"]


def _failures(day: Day, found: dict[str, str]) -> list[str]:
    if day.was_killing:  # the database was away, or the process in the middle of something
        found = {number: text for number, text in found.items() if not _GONE.search(text)}
    return [f"the server broke [{number}] {text}" for number, text in found.items()]

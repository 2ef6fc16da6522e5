"""Two at the same thing in the same instant: a scan that posts, and somebody who changes what it is about.

The worker brings the job in hand to the scan that posts; a mate (one of two badges that do nothing else) or the desk is
ready for what meets it there. Both requests are sent at once, over two wires.
"""

from collections.abc import Callable, Sequence
from typing import Any

from tests.soak.day.commands.orders import send_order
from tests.soak.day.commands.work import KINDS, step
from tests.soak.day.drain import SSCC_DIGITS, pages
from tests.soak.day.house import BINS, ITEMS, TOTES, WAREHOUSE, place_code, tote_code
from tests.soak.day.wire import Asked
from tests.soak.day.worker import Command, Hand

Beside = tuple[str, Asked]
"""Whose token, and what is asked."""
MOST_STEPS, MOST_MEETINGS = 8, 3
_MATES = 60


def mate_of(hand: Hand) -> Hand:
    """A second pair of hands that stands beside this worker, with a badge of its own."""
    return hand.mate(hand.number + _MATES, hand.day.keys.floor[-1 - hand.number % 2])


def posting_way(hand: Hand) -> dict[str, Any] | None:
    """The scan that posts, where the job is so far: the tote, the carton, the door, the bin; of a count its end."""
    assert hand.task is not None
    ways: list[dict[str, Any]] = hand.prompt.get("ways") or []
    kind, expects = hand.task["kind"], hand.prompt.get("expects") or []
    scans = [way for way in ways if "scan" in way]
    if kind == "pick" and hand.prompt.get("counted"):
        tote = next((way for way in scans if way["scan"] in _TOTE_CODES), None)
        return tote or {"scan": hand.dice.choice(sorted(_TOTE_CODES))}
    if kind in ("pack", "ship"):
        found = next((way for way in scans if len(way["scan"]) >= SSCC_DIGITS), None)
        return found or (scans[0] if kind == "ship" and scans and hand.prompt.get("counted") else None)
    if kind == "count":
        return {"action": "done"} if "item" in expects else None
    if "target" in expects or (
        kind in ("receive", "move", "putaway", "replenish", "inspect") and expects[:1] == ["location"]
    ):
        return scans[0] if scans else None
    return None


_TOTE_CODES = frozenset(tote_code(tote) for tote in TOTES)


def bring_to_the_point(hand: Hand) -> dict[str, Any] | None:
    """Work until the next scan would post something, often before all units of the line are counted."""
    for _step in range(MOST_STEPS):
        if hand.task is None or hand.task["status"] != "claimed":
            return None
        way = posting_way(hand)
        if way is not None:
            most = (hand.prompt.get("quantity") or 0) - 1
            if hand.task["kind"] in ("pick", "pack") and most > 1 and hand.dice.random() < 0.6:
                hand.act("quantity", quantity=hand.dice.randint(1, most))
                way = posting_way(hand) if hand.task is not None else None
            return way
        if not step(hand):
            return None
    return None


# What meets it there: each says who asks what, or None where nothing of the kind is about this job.


def _order(hand: Hand) -> tuple[int, dict[str, Any]] | None:
    document = hand.task["document"] if hand.task else ""
    return next((one for one in list(hand.day.board.orders.items()) if one[1]["ref"] == document), None)


def cancel_units(hand: Hand) -> Beside | None:
    """A part of the very line that is in hand: what is not counted yet, or any of it."""
    order = _order(hand)
    if order is None:
        return None
    lines = [line for line in order[1]["lines"] if line["sku"] == hand.prompt.get("sku")] or order[1]["lines"]
    line = hand.dice.choice(lines)
    rest = (hand.prompt.get("quantity") or 0) - (hand.prompt.get("counted") or 0)
    units = rest if rest > 0 and hand.dice.random() < 0.6 else hand.dice.randint(1, line["quantity"])
    wanted = [{"line_ref": line["line_ref"], "quantity": min(units, line["quantity"])}]
    return _at_the_desk(hand, f"/orders/{order[0]}/cancellations", {"reason": "customer", "lines": wanted})


def cancel_order(hand: Hand) -> Beside | None:
    order = _order(hand)
    return order and _at_the_desk(hand, f"/orders/{order[0]}/cancellations", {"reason": "customer"})


def order_less(hand: Hand) -> Beside | None:
    """The shop sends the order again, with one unit less of each line."""
    order = _order(hand)
    if order is None:
        return None
    known = order[1]
    known["revision"] += 1
    lines = [{**line, "quantity": max(1, line["quantity"] - 1)} for line in known["lines"]]
    names = {"channel": "shop", "order_ref": known["ref"], "policy": known["policy"], "revision": known["revision"]}
    return _at_the_desk(hand, "/orders", {**names, "lines": lines})


def release_order(hand: Hand) -> Beside | None:
    order = _order(hand)
    body = {"warehouse": WAREHOUSE, "strategy": "single"}
    return _at_the_desk(hand, "/waves", {**body, "orders": [order[0]]} if order else body)


def _at_the_desk(hand: Hand, path: str, body: dict[str, Any], *, token: str = "") -> Beside:
    return token or hand.day.keys.desk, Asked("POST", path, body, key=hand.new_id())


def end_it(hand: Hand) -> Beside | None:
    chief = hand.dice.choice(hand.day.keys.chiefs)
    return hand.task and _at_the_desk(hand, f"/tasks/{hand.task['id']}/ends", {"reason": "no"}, token=chief)


def give_it_back(hand: Hand) -> Beside | None:
    chief = hand.dice.choice(hand.day.keys.chiefs)
    return hand.task and _at_the_desk(hand, f"/tasks/{hand.task['id']}/releases", {}, token=chief)


def take_it_over(hand: Hand) -> Beside | None:
    mate = mate_of(hand)
    return hand.task and (mate.token, Asked("POST", f"/tasks/{hand.task['id']}/takeovers", {}, key=hand.new_id()))


def adjust_there(hand: Hand) -> Beside | None:
    """A supervisor finds one less where the goods are just taken from, or in the tote they go through."""
    prompt = hand.prompt
    kind = ITEMS.get(prompt.get("sku") or "")
    if kind is None or not prompt.get("location"):
        return None
    body = {"warehouse": WAREHOUSE, "location": prompt["location"], "sku": kind.sku, "reason": "lost"}
    body |= {name: prompt[name] for name in ("lot", "serial", "container") if prompt.get(name)}
    units = -1 if prompt.get("serial") else -hand.dice.randint(1, 3)
    return _at_the_desk(hand, "/adjustments", {**body, "quantity": units}, token=hand.dice.choice(hand.day.keys.chiefs))


def block_it(hand: Hand) -> Beside | None:
    places = [hand.prompt.get("location"), hand.prompt.get("target")]
    place = next((each for each in places if each in BINS), None)
    if place is None:
        return None
    hand.day.board.blocked.add(place)
    return _at_the_desk(hand, "/locations/blocks", {"warehouse": WAREHOUSE, "location": place, "reason": "wet"})


def count_there(hand: Hand) -> Beside | None:
    """A mate counts the bin that the goods come from (or go to), and closes the count at that moment."""
    place = hand.prompt.get("location") or hand.prompt.get("target")
    if not place or (hand.task or {}).get("kind") == "count":
        return None
    mate = mate_of(hand)
    mate.see(mate.post("/tasks", {"kind": "count", "warehouse": WAREHOUSE, "location": place}))
    return _brought(mate)


def carry_it_off(hand: Hand) -> Beside | None:
    """A mate carries the tote or carton to another place, with all that is in it."""
    box = hand.prompt.get("container") or hand.prompt.get("target") or hand.prompt.get("value") or ""
    if box not in TOTES and not (len(box) == SSCC_DIGITS and box.isdigit()):
        return None
    mate = mate_of(hand)
    mate.see(mate.post("/tasks", {"kind": "move", "warehouse": WAREHOUSE}))
    if mate.task is not None:
        mate.scan(tote_code(box) if box in TOTES else box)
    if mate.task is None or "target" not in mate.prompt["expects"]:
        return None
    places = (*BINS, "DOCK-2", "STAGE-1", "PACK-1", "PACK-2", "QUARANTINE-1")
    return mate.token, mate.asked({"scan": place_code(hand.dice.choice(places))})


def another_job_of_it(hand: Hand) -> Beside | None:
    """A mate has another job of the same order (its put-back, its packing, its cartons) at the same point."""
    document = hand.task["document"] if hand.task else ""
    if not document or document == hand.prompt.get("location"):
        return None
    return _with_a_mate(hand, [task for task in _open(hand, f"&document={document}") if task["id"] != hand.task["id"]])  # type: ignore[index]


def another_pick_there(hand: Hand) -> Beside | None:
    """A mate picks from the same bin: at its tote, or just as it is short there."""
    place, mate = hand.prompt.get("location"), mate_of(hand)
    if place not in BINS:
        return None
    for task in _open(hand, "&kind=pick")[:4]:
        mate.see(mate.post(f"/tasks/{task['id']}/takeovers", {}))
        if mate.task is not None and mate.prompt.get("location") == place:
            if hand.dice.random() < 0.5:
                return _brought(mate)
            mate.scan(place_code(place))
            return (mate.token, mate.asked({"action": "short"})) if mate.task is not None else None
        let_go(mate)
    return None


def _open(hand: Hand, narrow: str) -> list[dict[str, Any]]:
    return list(pages(hand, f"/tasks?status=open{narrow}"))


def _with_a_mate(hand: Hand, tasks: list[dict[str, Any]]) -> Beside | None:
    if not tasks:
        return None
    mate = mate_of(hand)
    mate.see(mate.post(f"/tasks/{hand.dice.choice(tasks)['id']}/takeovers", {}))
    return _brought(mate)


def _brought(mate: Hand) -> Beside | None:
    way = bring_to_the_point(mate)
    return (mate.token, mate.asked(way)) if way is not None and mate.task is not None else None


def let_go(mate: Hand) -> None:
    """The mate goes away; the job is anybody's."""
    if mate.task is not None and mate.task["status"] == "claimed":
        mate.post(f"/tasks/{mate.task['id']}/releases", {})
    mate.task = None


Meeting = Callable[[Hand], Beside | None]
_OF_ORDERS: tuple[Meeting, ...] = (
    cancel_units,
    cancel_units,
    cancel_units,
    cancel_order,
    order_less,
    another_job_of_it,
)
_ANYWHERE: tuple[Meeting, ...] = (end_it, end_it, give_it_back, take_it_over, adjust_there, block_it, count_there)
MEETINGS: dict[str, tuple[Meeting, ...]] = {
    "pick": (*_OF_ORDERS, *_ANYWHERE, count_there, carry_it_off, another_pick_there, release_order),
    "pack": (*_OF_ORDERS, *_ANYWHERE, carry_it_off),
    "ship": (*_OF_ORDERS, end_it, give_it_back, take_it_over, carry_it_off, another_job_of_it),
    "putaway": (*_OF_ORDERS, *_ANYWHERE, carry_it_off, another_job_of_it),
    "replenish": (*_ANYWHERE, release_order, release_order, carry_it_off),
    "count": (end_it, take_it_over, give_it_back, block_it),
}
INSTEAD: dict[str, tuple[dict[str, Any], ...]] = {
    "pick": ({"action": "short"}, {"action": "undo"}, {"action": "full"}, {"action": "skip"}),
    "pack": ({"action": "missing"}, {"action": "undo"}, {"action": "done"}),
    "ship": ({"action": "set_aside"}, {"action": "set_aside"}, {"action": "undo"}),
    "putaway": ({"action": "undo"}, {"action": "missing"}, {"action": "skip"}),
    "replenish": ({"action": "undo"}, {"action": "short"}, {"action": "skip"}),
}
"""What may be said at that point in place of the scan."""


def meet(hand: Hand) -> bool | None:
    """The next scan that posts, and beside it one of the meetings."""
    if hand.task is None or hand.task["kind"] not in KINDS or hand.task["status"] != "claimed":
        return False
    kind = hand.task["kind"]
    way = bring_to_the_point(hand)
    if way is None or hand.task is None:
        return None
    if kind in INSTEAD and hand.dice.random() < 0.2:
        way = hand.dice.choice(INSTEAD[kind])
    _both(hand, way, MEETINGS.get(kind, _ANYWHERE))
    return None


def _both(hand: Hand, way: dict[str, Any], meetings: Sequence[Meeting]) -> None:
    """The first meeting, in any order, that has to do with this job."""
    mate = mate_of(hand)
    for meeting in hand.dice.sample(meetings, len(meetings)):
        beside = meeting(hand)
        if hand.task is None:
            break
        if beside:
            said = f"{hand.task['kind']} {way.get('action', 'scan')} beside {meeting.__name__}"
            mine, answer = hand.at_once(hand.asked(way), beside[1], token=beside[0])
            hand.day.met[f"{said}: {mine.code or mine.status}, {answer.code or answer.status}"] += 1
            if beside[0] == mate.token:
                mate.see(answer)
            break
        let_go(mate)
    let_go(mate)


def meet_undone(hand: Hand) -> bool | None:
    """What was done last is undone (a short, a pick, a carton), just as somebody does the same beside."""
    if hand.task is None or hand.task["kind"] not in ("pick", "pack", "ship", "putaway", "replenish"):
        return False
    if hand.task["kind"] == "pick" and hand.task["status"] == "claimed":
        place = hand.prompt.get("location")
        if hand.prompt.get("expects") == ["location"] and place in BINS:
            hand.scan(place_code(place))
        if hand.task is None:  # somebody took it over, or this device died
            return None
        before = dict(hand.prompt)
        hand.act("short", quantity=hand.dice.choice((None, 0, 1)))
        if hand.task is None:
            return None
        hand.prompt = {**hand.prompt, "location": before.get("location"), "sku": before.get("sku")}
    meetings = MEETINGS[hand.task["kind"]] + ((another_pick_there,) * 6 if hand.task["kind"] == "pick" else ())
    _both(hand, {"action": "undo"}, meetings)
    return None


def escort(hand: Hand) -> bool | None:
    """One order from the shop to the door, and at its scans somebody who is in the way."""
    if hand.task is not None:
        return False
    found = {row["sku"]: row["available"] for row in pages(hand, "/availability") if row["available"] > 1}
    if not found:
        return False
    skus = hand.dice.sample(sorted(found), min(len(found), hand.dice.choice((1, 1, 2))))
    units = [hand.dice.randint(2, min(6, found[sku])) for sku in skus]
    wanted = [{"line_ref": str(n), "sku": sku, "quantity": units[n]} for n, sku in enumerate(skus)]
    ref = f"E-{hand.number}-{len(hand.day.board.orders) + 1}-{hand.dice.randrange(100)}"
    send_order(hand, ref, wanted, policy="backorder")
    order = next((id_ for id_, known in list(hand.day.board.orders.items()) if known["ref"] == ref), None)
    if order is None:
        return None
    hand.post("/waves", {"warehouse": WAREHOUSE, "orders": [order]}, token=hand.day.keys.desk)
    for kind in ("pick", "pack", "putaway", "ship"):
        for task in _open(hand, f"&kind={kind}&document={ref}"):
            hand.see(hand.post(f"/tasks/{task['id']}/takeovers", {}))
            for _scan in range(MOST_MEETINGS):
                if hand.task is None or hand.task["status"] != "claimed":
                    break
                meet(hand)
            if hand.task is not None and hand.task["status"] == "claimed":
                return None  # it goes on as any other job
            hand.task = None
    return None


COMMANDS = [Command(8, meet), Command(2, meet_undone), Command(9, escort)]

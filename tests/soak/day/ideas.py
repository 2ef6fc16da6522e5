"""What a worker does at a prompt: its first way, or what only the goods in hand can say (a lot, a date, a count)."""

from datetime import timedelta
from typing import Any

from app import clock
from tests.soak.day.house import BINS, ITEMS, LOTS, SERIALS, TOTES, Kind, expiry_of, place_code, tote_code
from tests.soak.day.worker import Hand

Way = dict[str, Any]


def idea(hand: Hand) -> Way | None:
    """None: nothing comes to mind, somebody else may do it."""
    assert hand.task is not None
    own = _IDEAS.get(hand.task["kind"])
    found = own(hand) if own is not None else None
    if found is not None:
        return found
    ways: list[Way] = hand.prompt.get("ways") or []
    return ways[0] if ways else None


def _receive(hand: Hand) -> Way | None:
    expects, dice = hand.prompt["expects"], hand.dice
    if expects[:1] == ["lot"]:
        return {"scan": dice.choice(LOTS)}
    if expects[:1] == ["expiry"]:
        return {"scan": _day(hand)}
    if expects[:1] == ["serial"] and dice.random() < 0.7:
        return {"scan": dice.choice(SERIALS)} if hand.prompt.get("counted", 0) < 3 else None
    if expects == ["item"] and hand.task is not None and hand.task["document"].startswith("BR-"):
        if dice.random() < 0.25:
            return {"action": "done"}
        return {"scan": label(hand, ITEMS[dice.choice(list(ITEMS))])}
    if expects[:1] == ["item"] and "quantity" in expects and dice.random() < 0.4:
        return {"action": "quantity", "quantity": dice.randint(1, 9)}
    if expects[:1] == ["item"] and dice.random() < 0.3 and hand.prompt.get("sku") in ITEMS:
        return {"scan": label(hand, ITEMS[hand.prompt["sku"]])}
    return None


def _day(hand: Hand) -> str:
    """Mostly what L1 has printed on it; sometimes another date, or one that is over."""
    days = hand.dice.choice((200, 200, 200, 90, 2, 0, -3))
    return (clock.today() + timedelta(days=days)).isoformat()


def label(hand: Hand, kind: Kind) -> str:
    """What is printed on the goods."""
    if kind.tracking == "lot" and kind.barcode and hand.dice.random() < 0.4:
        return gs1_label(hand, kind)
    if kind.case and hand.dice.random() < 0.3:
        return kind.case
    return kind.barcode or kind.sku


def gs1_label(hand: Hand, kind: Kind) -> str:
    """GTIN, expiry and lot in one symbol."""
    lot = hand.dice.choice(LOTS)
    date = expiry_of(lot)[2:].replace("-", "")
    return f"]C101{(kind.barcode or '2900000000018').zfill(14)}17{date}10{lot}"


def _inspect(hand: Hand) -> Way | None:
    expects, dice = hand.prompt["expects"], hand.dice
    if expects[:1] == ["lot"]:
        return {"scan": dice.choice(LOTS)}
    if expects[:1] == ["serial"]:
        return {"scan": dice.choice(SERIALS)}
    if expects[:1] == ["disposition"] and hand.prompt["ways"]:
        return dict(dice.choice(hand.prompt["ways"]))
    return None


def _count(hand: Hand) -> Way | None:
    """What the books have is counted, mostly: a shelf is seldom wrong."""
    expects, dice = hand.prompt["expects"], hand.dice
    if expects[:1] == ["confirm"]:
        return dict(dice.choice(hand.prompt["ways"])) if hand.prompt["ways"] else None
    if expects[:1] == ["lot"]:
        return {"scan": dice.choice(LOTS)}
    if expects[:1] == ["serial"]:
        return {"scan": dice.choice(SERIALS[:8])}
    if expects[:1] == ["location"] or dice.random() < 0.2:
        return None
    last = hand.prompt.get("sku")
    rows = _shelf(hand)
    if last and dice.random() < 0.6:
        there = sum(row["quantity"] for row in rows if row["sku"] == last)
        return {"action": "quantity", "quantity": max(1, there + dice.choice((0, 0, 0, 0, 0, -1, 1, -2)))}
    left = [row for row in rows if row["sku"] != last]
    if left and dice.random() < 0.8:
        row = dice.choice(left)
        kind = ITEMS[row["sku"]]
        return {"scan": kind.barcode or kind.sku}
    return {"action": "done"} if dice.random() < 0.3 else None


def _shelf(hand: Hand) -> list[dict[str, Any]]:
    found = hand.get(f"/balances?location={hand.prompt['location']}&limit=100")
    return list(found.body["items"]) if found.status == 200 else []


def _move(hand: Hand) -> Way | None:
    expects, dice = hand.prompt["expects"], hand.dice
    if expects[:2] == ["location", "container"]:
        if dice.random() < 0.1:
            return {"action": "done"}
        cartons = [*TOTES, *hand.day.board.cartons]
        box = dice.choice(cartons)
        code = tote_code(box) if box in TOTES else box
        return {"scan": code if dice.random() < 0.25 else place_code(dice.choice((*BINS, "DOCK-1", "QUARANTINE-1")))}
    if "target" in expects and dice.random() < 0.5:
        places = (*BINS, "DOCK-2", "STAGE-1", "PACK-1", "QUARANTINE-1", "RETURNS-1")
        return {"scan": place_code(dice.choice(places))}
    if expects[:1] == ["item"] and not hand.prompt.get("ways"):
        return {"scan": dice.choice([kind.barcode or kind.sku for kind in ITEMS.values()])}
    return None


def _putaway(hand: Hand) -> Way | None:
    if "target" in hand.prompt["expects"] and hand.dice.random() < 0.15:
        return {"scan": place_code(hand.dice.choice(BINS))}
    return None


def _replenish(hand: Hand) -> Way | None:
    """Now and then fewer than all, another bin, or back where it came from."""
    if "target" in hand.prompt["expects"] and hand.prompt.get("counted") and hand.dice.random() < 0.25:
        place = hand.prompt["location"] if hand.dice.random() < 0.3 else hand.dice.choice(BINS)
        return {"scan": place_code(place)}
    return None


_IDEAS = {
    "receive": _receive,
    "inspect": _inspect,
    "count": _count,
    "move": _move,
    "putaway": _putaway,
    "replenish": _replenish,
}

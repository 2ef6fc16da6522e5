"""What truly stands in each bin, whatever the books say, and somebody who counts just that.

The goods move when the hands of the day move: the books follow every one of these moves, and part from the shelf only
where a count says something that is not so. So the shelf is what the books have, without what counts made of it and
without the units that a worker has in hand, scanned and not posted yet, as the screens of the open jobs say.

A count of what is truly there may only bring the books nearer to the shelf. While it goes on nobody else's hands move
(``Still``): what happens to a count in the same instant is tried elsewhere.
"""

from collections import Counter

from tests.soak.day.drain import pages
from tests.soak.day.house import BINS, ITEMS, WAREHOUSE, place_code
from tests.soak.day.worker import Hand

Key = tuple[str, str, str, str]
"""bin, SKU, lot, serial number"""
TAKING = ("pick", "replenish", "move", "inspect")
"""Work that takes units out of a bin; what is to be put away is on no shelf yet."""
_OVER = ("counted", "count_agrees", "zero_confirmed")
_PASSES = 3
_MOST_UNDONE = 40


def count(hand: Hand, place: str = "", *, is_sure: bool = False) -> None:
    """Count a bin, mostly one of which somebody has units in hand, and look what the books make of it.

    ``is_sure``: nobody has anything in hand, and the books must say what the shelf says afterwards."""
    with hand.day.still.alone():
        careful, hand.is_careful = hand.is_careful, True
        try:
            _come_back(hand)
            hands, unsure = in_hand(hand)
            taken = [key[0] for key in hands if key[0] in BINS]
            place = place or (hand.dice.choice(taken) if taken and hand.dice.random() < 0.8 else hand.dice.choice(BINS))
            if _begin(hand, place):
                _count(hand, place, hands, unsure, is_sure=is_sure)
            if hand.task is not None and hand.task["status"] == "claimed":
                hand.post(f"/tasks/{hand.task['id']}/releases", {})
            hand.task, hand.prompt = None, {}
        finally:
            hand.is_careful = careful


def in_hand(hand: Hand) -> tuple[Counter[Key], set[str]]:
    """What workers have scanned in bins and not put anywhere yet, as their screens say; and the items of which that is
    not sure: where a line went away, a screen shows its units at the line that came instead, until the next scan."""
    found: Counter[Key] = Counter()
    unsure: set[str] = set()
    for status in ("claimed", "open"):
        for task in pages(hand, f"/tasks?status={status}"):
            if task["kind"] in TAKING:
                prompt = (hand.get(f"/tasks/{task['id']}").body or {}).get("prompt", {})
                if prompt.get("counted") and prompt.get("sku"):
                    place, sku, lot, serial = (prompt.get(name) or "" for name in ("location", "sku", "lot", "serial"))
                    found[place, sku, lot, serial] += prompt["counted"]
                    if hand.day.board.counted_at.get(task["id"]) != (place, sku):
                        unsure.add(sku)
    return found, unsure


def made_by_counts(hand: Hand) -> Counter[Key]:
    """What counts added to the books of each bin and took from them, and was not taken back."""
    found: Counter[Key] = Counter()
    for one in pages(hand, "/movements"):
        if one["reason"] in ("count", "undo") and "ADJUSTMENT" in (one["source"], one["target"]):
            is_more = one["source"] == "ADJUSTMENT"
            place = one["target"] if is_more else one["source"]
            found[place, one["sku"], one["lot"] or "", one["serial"]] += (
                one["quantity"] if is_more else -one["quantity"]
            )
    return found


def _come_back(hand: Hand) -> None:
    """Whose device died is here again: nothing is under way."""
    orphans, hand.day.orphans = hand.day.orphans, []
    for token, asked in orphans:
        hand.ask(asked, token=token)


def _begin(hand: Hand, place: str) -> bool:
    """The count of this bin is mine, and nothing is counted yet."""
    hand.see(hand.post("/tasks", {"kind": "count", "warehouse": WAREHOUSE, "location": place}))
    for _time in range(_MOST_UNDONE):
        if hand.task is None or hand.task["kind"] != "count" or hand.task["status"] != "claimed":
            return False
        expects = hand.prompt["expects"]
        if expects == ["location"]:
            hand.scan(place_code(place))
        elif expects[:1] == ["item"] and hand.prompt["value"] == "0":
            return True
        elif "undo" not in [way.get("action") for way in hand.prompt["ways"]]:
            return False  # it waits for a second person
        else:
            hand.act("undo")
    return False


def _count(hand: Hand, place: str, hands: Counter[Key], unsure: set[str], *, is_sure: bool) -> None:
    before, there = made_by_counts(hand), Counter[Key]()
    for row in pages(hand, f"/balances?location={place}"):
        if row["location"] == place:
            there[place, row["sku"], row["lot"] or "", row["serial"] or ""] += row["quantity"]
    for key, units in [*before.items(), *hands.items()]:
        if key[0] == place:
            there[key] -= units
    unsure |= {key[1] for key, units in there.items() if units < 0}  # somebody picked what was never there
    for number in range(_PASSES):
        for key in sorted(there):
            # A count that was begun before me may ask for some of the items only.
            if there[key] > 0 and not _scan(hand, key, there[key]) and (not number or hand.said != "counted_already"):
                unsure.add(key[1])
        hand.act("done")
        if hand.said != "recount":
            break
    after = made_by_counts(hand)
    busy = {key[1] for key in hands if key[0] == place}
    for key in sorted({key for key in (*before, *after, *there) if key[0] == place and key[1] not in unsure}):
        is_nearer = 0 <= after[key] <= before[key] or before[key] <= after[key] <= 0
        must_agree = hand.said in _OVER and (is_sure or key[1] not in busy)
        if not is_nearer or (must_agree and after[key]):
            hand.day.faults.append(
                f"a count of what stands in {place} made the books another: {key} was {before[key]:+d} and is "
                f"{after[key]:+d}; {there[key]} on the shelf, {hands[key]} in hand ({hand.said})"
            )


def _scan(hand: Hand, key: Key, units: int) -> bool:
    """Count these units; False where the house does not take them."""
    _place, sku, lot, serial = key
    hand.scan(ITEMS[sku].barcode or sku)
    if hand.said == "counted_already":
        return False
    for code in (lot, serial):
        if code and hand.prompt.get("expects", [])[:1] in (["lot"], ["serial"]):
            hand.scan(code)
    if hand.prompt.get("expects", [])[:1] != ["item"]:
        hand.act("undo")
        return False
    if not serial:
        hand.act("quantity", quantity=units)
    return hand.said in ("quantity_confirmed", "item_confirmed", "counted_elsewhere")

"""The robot that ends the day: it does what prompts say until nothing is open, and tells which job cannot be ended."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.soak.day.house import LOTS, PLACES, SERIALS, TOTES, WAREHOUSE, place_code, tote_code
from tests.soak.day.wire import Asked
from tests.soak.day.worker import Day, Hand

MOST_STEPS, MOST_ROUNDS = 400, 30
MOST_REQUESTS, MOST_UNDONE = 4000, 3
TURNS = 2
"""Each supervisor's, at one job: where both counted a part of a bin, one sends it back, the other counts it alone, and
the first approves."""
SSCC_DIGITS = 18
_FOLLOWS = {"pick": ("pack", "ship"), "pack": ("ship",), "receive": ("putaway",)}


def drain(day: Day) -> Counter[str]:
    """Everything open is done; what is then still promised is cancelled and put back; stray units leave their totes.

    Says what was refused how often.
    """
    hands = [Hand(day, 90 + n, token) for n, token in enumerate(day.keys.chiefs)]
    for hand in hands:
        hand.is_careful = True
    robot = Robot(day, hands)
    orphans, day.orphans = day.orphans, []
    for token, asked in orphans:
        hands[0].ask(asked, token=token)
    for place in PLACES:  # whoever blocked one may have been heard after whoever unblocked it
        hands[0].post("/locations/releases", {"warehouse": WAREHOUSE, "location": place}, token=day.keys.desk)
    robot.decide_corrections()
    robot.finish_all(with_waves=True)
    day.faults += day.book.settle(pages(hands[0], "/movements"))
    robot.look_at_promises()
    for order in pages(hands[0], "/orders?status=open"):
        hands[0].post(f"/orders/{order['id']}/cancellations", {"reason": "closing time"}, token=day.keys.desk)
    robot.finish_all(with_waves=False)
    robot.clear_totes()
    robot.inspect_the_rest()
    return robot.refused


def inspect_again(day: Day) -> None:
    """What the last counts found and nobody may sell (its lot has expired) is looked at too."""
    hands = [Hand(day, 96 + n, token) for n, token in enumerate(day.keys.chiefs)]
    for hand in hands:
        hand.is_careful = True
    Robot(day, hands).inspect_the_rest()


def pages(hand: Hand, path: str) -> Iterator[dict[str, Any]]:
    """Every entry of a list."""
    after = ""
    while True:
        mark = "&" if "?" in path else "?"
        answer = hand.get(f"{path}{mark}limit=500{after}", token=hand.day.keys.desk)
        if answer.status != 200:
            hand.day.faults.append(f"GET {path}: {answer.status} {answer.body}")
            return
        yield from answer.body["items"]
        if not answer.body["next"]:
            return
        after = f"&after={answer.body['next']}"


def _wants_fact(hand: Hand) -> bool:
    return hand.prompt["expects"][:1] in (["lot"], ["serial"])


class Robot:
    """Two supervisors, as one may not approve what the other one counted."""

    def __init__(self, day: Day, hands: list[Hand]) -> None:
        self._day, self._hands = day, hands
        self.refused: Counter[str] = Counter()
        self._undone: Counter[int] = Counter()

    def finish_all(self, *, with_waves: bool) -> None:
        stuck: dict[int, str] = {}
        most = len(self._day.journal) + MOST_REQUESTS
        for round_ in range(MOST_ROUNDS):
            if len(self._day.journal) > most:
                self._day.faults.append("the rest of the day does not end")
                return
            if with_waves:
                self._hands[0].post("/waves", {"warehouse": WAREHOUSE}, token=self._day.keys.desk)
            self.pack_again()
            if round_ % 4 == 3:
                self.clear_totes()
            tasks = self._open_tasks()
            if not tasks:
                return
            stuck = {task["id"]: why for task in tasks if (why := self._finish_with_what_follows(task))}
            if len(stuck) == len(tasks):
                break
        for why in stuck.values():
            self._day.faults.append(f"cannot be ended: {why}{self._totes_in_use() if 'an empty tote' in why else ''}")
        if not stuck:
            self._day.faults.append(f"new work opens for ever: {self._open_tasks()[:3]}")

    def _finish_with_what_follows(self, task: dict[str, Any]) -> str:
        """What is picked is packed and shipped at once: totes are scarce."""
        why = self._finish(task)
        if not why and task["kind"] in _FOLLOWS and task["document"]:
            for kind in _FOLLOWS[task["kind"]]:
                for next_ in pages(self._hands[0], f"/tasks?status=open&kind={kind}&document={task['document']}"):
                    self._finish(next_)
        return why

    def _totes_in_use(self) -> str:
        rows = [row for row in pages(self._hands[0], "/balances") if row["container"] in TOTES]
        return "".join(f"\n    {row['container']} at {row['location']}: {row['quantity']} {row['sku']}" for row in rows)

    def decide_corrections(self) -> None:
        """What waits for a second person is approved by the other one; refused where it cannot be posted any more."""
        hand, keys, number = self._hands[0], self._day.keys, 0
        while (answer := hand.get(f"/adjustments/approvals/{(number := number + 1)}", token=keys.desk)).status == 200:
            for who, what in (("S1", "approvals"), ("S2", "approvals"), ("S1", "refusals")):
                if not answer.body["decision"]:
                    path = f"@/office/exceptions/corrections/{number}/{what}"
                    hand.ask(Asked("POST", path, {}), token=keys.browsers[who])
                    answer = hand.get(f"/adjustments/approvals/{number}", token=keys.desk)
            if not answer.body["decision"]:
                self._day.faults.append(f"a correction waits for ever: {answer.body}")

    def look_at_promises(self) -> None:
        """What is promised is there, unless somebody lost it after it was promised."""
        for row in pages(self._hands[0], "/availability"):
            if row["available"] < 0 and not self._day.book.lost[row["sku"]]:
                self._day.faults.append(f"more is promised than there is: {row}")

    def inspect_the_rest(self) -> None:
        """What is not for sale where it stands is looked at, and decided about by scans."""
        hand = self._hands[0]
        kept = {row["location"] for row in pages(hand, "/balances") if row["condition"] in ("hold", "quarantine")}
        for place in sorted(kept):
            body = {"kind": "inspect", "warehouse": WAREHOUSE, "document": place}
            answer = hand.see(hand.post("/tasks", body))
            if answer.status == 201 and hand.task is not None and (why := self._finish(hand.task)):
                self._day.faults.append(f"cannot be ended: {why}")

    def pack_again(self) -> None:
        """What a packer missed is in its tote after all: it is packed for its order, which frees the tote."""
        hand = self._hands[0]
        for tote in sorted({row["container"] for row in pages(hand, "/balances") if row["container"] in TOTES}):
            answer = hand.see(hand.post("/tasks", {"kind": "pack", "warehouse": WAREHOUSE, "document": tote}))
            if answer.status == 201 and hand.task is not None:
                self._finish_with_what_follows(hand.task)

    def clear_totes(self) -> None:
        """What stands in a tote or carton for nobody (adjusted into it, found there) is moved out by scans."""
        hand = self._hands[0]
        for row in pages(hand, "/balances"):
            box = row["container"] or ""
            if box in TOTES or len(box) == SSCC_DIGITS:
                code = tote_code(box) if box in TOTES else box
                target = "A-12" if row["condition"] == "available" else "QUARANTINE-1"
                hand.see(hand.post("/tasks", {"kind": "move", "warehouse": WAREHOUSE}))
                for scanned in (code, row["sku"], row["lot"], row["serial"]):
                    if scanned and hand.task is not None and (scanned in (code, row["sku"]) or _wants_fact(hand)):
                        hand.scan(scanned)
                if hand.task is not None and hand.prompt.get("counted"):
                    if not row["serial"]:
                        hand.act("quantity", quantity=row["quantity"])
                    hand.scan(place_code(target))
                if hand.task is not None:
                    self._work(hand)

    def _open_tasks(self) -> list[dict[str, Any]]:
        found = [*pages(self._hands[0], "/tasks?status=claimed"), *pages(self._hands[0], "/tasks?status=open")]
        kinds = ("ship", "pack", "putaway", "replenish", "inspect", "receive", "move", "count", "pick")
        return sorted(found, key=lambda task: (kinds.index(task["kind"]), task["id"]))

    def _finish(self, task: dict[str, Any]) -> str:
        """Work at one task; empty where it ended, else what stands in the way."""
        said = ""
        for hand in self._hands * TURNS:
            answer = hand.see(hand.post(f"/tasks/{task['id']}/takeovers", {}))
            if answer.status != 200:
                said = f"{answer.status} {answer.body}"
                if answer.code in ("task_done",):
                    return ""
                continue
            said = self._work(hand)
            if not said:
                return ""
            if hand.task is not None and hand.task["status"] == "claimed":
                hand.post(f"/tasks/{task['id']}/releases", {})
            if hand.task is None or hand.task["status"] != "open":
                break
        return f"{task['kind']} {task['document']}: {said}"

    def _work(self, hand: Hand) -> str:
        stands_still, refusal = 0, ""
        self._undone.clear()
        for number in range(MOST_STEPS):
            task, before = hand.task, hand.prompt
            if task is None or task["status"] in ("done", "cancelled"):
                return ""
            if task["status"] == "open":
                return "waits for somebody else"
            way = self._way(hand, number, stands_still)
            if way is None:
                return f"no way on{refusal}: {hand.prompt}"
            answer = hand.way(way)
            if answer.status >= 500:
                return f"{answer.status}"
            if answer.code in ("task_done", "nothing_left"):
                return ""
            if answer.status != 200:
                self.refused[f"{task['kind']}: {answer.code}"] += 1
                refusal = f" after {answer.code} ({answer.body.get('message')})"
            stands_still = stands_still + 1 if answer.status != 200 or hand.prompt == before else 0
            if hand.task is None:
                return f"{way} is refused: {answer.body}"
        return f"does not end: {hand.prompt}"

    def _way(self, hand: Hand, number: int, stands_still: int) -> dict[str, Any] | None:
        """The first way; where nothing goes on by it the same again (an answer to a question), then the others."""
        assert hand.task is not None
        expects, ways, kind = hand.prompt["expects"], list(hand.prompt["ways"]), hand.task["kind"]
        offered = any("scan" in way for way in ways)
        aside = next((way for way in ways if way.get("action") == "set_aside"), None)
        if kind == "inspect" and aside and not offered:
            return aside
        if hand.said == "serial_in_stock" and {"action": "undo", "label": "Undo"} in ways:
            return {"action": "undo"}  # as the refusal says: the number came in elsewhere since it was scanned here
        if kind == "inspect" and hand.said == "set_aside":  # more of them would be set aside too
            is_end = next((way for way in ways if way.get("action") == "done"), None)
            return is_end or [way for way in ways if "scan" in way][-1]  # the bench, for what is of this order
        if expects[:1] == ["serial"] and kind in ("inspect", "count") and not offered:
            return {"scan": SERIALS[number % len(SERIALS)]} if stands_still < len(SERIALS) else None
        if expects[:1] == ["lot"] and kind in ("inspect", "count") and not offered:
            return {"scan": LOTS[stands_still]} if stands_still < len(LOTS) else None
        if kind == "count" and "item" in expects:
            return self._count(hand)
        if kind == "move":  # nobody waits for it: what is not moved yet stays where it is
            return next((way for way in ways if way.get("action") in ("done", "undo")), None)
        tried = max(0, stands_still - 1)
        others = [way for way in ways if way.get("action") not in ("undo", "reprint", "label_printed")]
        if tried == len(others) and self._undone[hand.task["id"]] < MOST_UNDONE:
            self._undone[hand.task["id"]] += 1  # a person would begin it again: what was read is not so any more
            return {"action": "undo"}
        return others[tried] if tried < len(others) else None

    def _count(self, hand: Hand) -> dict[str, Any]:
        """Everything that the books have there, honestly; then the bin again."""
        assert hand.task is not None
        place = hand.prompt["location"]  # the document of a count that a short asked for is the order's
        there: Counter[tuple[str, str, str]] = Counter()
        for row in pages(hand, f"/balances?location={place}"):
            if row["location"] == place:
                there[row["sku"], row["lot"] or "", row["serial"] or ""] += row["quantity"]
        for (sku, lot, serial), units in sorted(there.items()):
            answer = hand.scan(sku)
            if answer.status != 200:
                continue
            for code in (lot, serial):
                if code and _wants_fact(hand):
                    hand.scan(code)
            if _wants_fact(hand):
                hand.act("undo")
            elif not serial and units > 1:
                hand.act("quantity", quantity=units)
        return {"action": "done"}

"""Play steps again, one after the other, in a new house: what is wrong then is wrong without any race."""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from app.work import JOBS
from tests.soak.day.book import Book
from tests.soak.day.checks import check
from tests.soak.day.drain import drain, pages
from tests.soak.day.house import Keys
from tests.soak.day.houses import Copies
from tests.soak.day.inside import House, Inside, inside
from tests.soak.day.journal import Step
from tests.soak.day.symbols import SSCC_DIGITS, Play
from tests.soak.day.wire import Answer, Asked
from tests.soak.day.worker import Day, Hand


def replay(copy: Copies, keys: Keys, plays: Sequence[Play], *, to_the_end: bool = True) -> list[str]:
    """What is wrong after these steps; without the drain and its checks where not ``to_the_end``."""
    return played(copy, keys, plays, to_the_end=to_the_end)[0]


def played(copy: Copies, keys: Keys, plays: Sequence[Play], *, to_the_end: bool = True) -> tuple[list[str], list[Step]]:
    """As ``replay``, with the steps as they were answered this time, those of the drain too."""
    with copy() as (url, folder), inside(url, folder) as house:
        day = Day(0, 0, keys, Book(keys.opening), len(plays), connect=lambda: Inside(house.app))
        player = _Player(day, house)
        for play in plays:
            player.play(play)
        if not to_the_end:
            return [*day.faults, *(f"the server broke {text}" for text in house.failures().values())], day.journal
        drain(day)
        return check(day, house.failures()), day.journal


class _Player:
    def __init__(self, day: Day, house: House) -> None:
        self._day, self._house = day, house
        self._named: dict[str, Any] = {}
        self._hands: dict[str, Hand] = {}
        self._desk = self._hand("D1")

    def _hand(self, who: str) -> Hand:
        if who not in self._hands:
            hand = self._hands[who] = Hand(self._day, len(self._hands), self._day.keys.named()[who])
            hand.is_careful = True
        return self._hands[who]

    def play(self, play: Play) -> None:
        """One step; one that names something which is not there in this replay is left out."""
        if play.path == "/waves":  # the worker runs between the steps
            with self._house.app.app_context():
                for job in JOBS:
                    job.run(self._house.app.config["SETTINGS"])
        hand = self._hand(play.who)
        try:
            path = _MARK.sub(lambda mark: str(self._find(mark[1])), play.path)
            body = {key: self._filled(value, path, hand) for key, value in play.body.items()}
        except _NotThere:
            return
        if path.startswith("@"):
            asked = Asked("POST", path, body | ({"scan_id": str(uuid.uuid4())} if path == "@/scans" else {}))
        elif path.endswith(("/scans", "/actions")):
            asked = Asked(
                "POST", path, {"scan_id" if path.endswith("/scans") else "action_id": str(uuid.uuid4()), **body}
            )
        else:
            asked = Asked("POST", path, body.get("file", body), key=str(uuid.uuid4()))
        answer = hand.ask(asked)
        self._learn(play, answer)

    def _learn(self, play: Play, answer: Answer) -> None:
        said = answer.body if isinstance(answer.body, dict) else {}
        if play.name and "task" in said:
            self._named[play.name] = said["task"]["id"]
        elif play.name and "number" in said:
            self._named[play.name] = said["number"]
        if "policy" in said and "order_ref" in said:
            self._named[said["order_ref"]] = said["id"]

    def _filled(self, value: Any, path: str, hand: Hand) -> Any:
        if isinstance(value, list):
            return [self._filled(each, path, hand) for each in value]
        if value == "{carton}":
            return self._carton(path, hand)
        mark = _MARK.fullmatch(value) if isinstance(value, str) else None
        return self._find(mark[1]) if mark else value

    def _find(self, name: str) -> Any:
        if name in self._named:
            return self._named[name]
        kind, _colon, rest = name.partition(":")
        document, _colon, turn = rest.partition(":")
        if document.startswith("="):
            document = str(self._find(document[1:]))
        if not rest:
            raise _NotThere
        ids = [task["id"] for task in pages(self._desk, f"/tasks?kind={kind}&document={document}")]
        number = int(turn or 1)
        if len(ids) < number:
            raise _NotThere
        return sorted(ids)[number - 1]

    def _carton(self, path: str, hand: Hand) -> str:
        task = hand.get(path.rsplit("/", 1)[0])
        for way in (task.body.get("prompt") or {}).get("ways", ()) if task.status == 200 else ():
            if len(way.get("scan", "")) >= SSCC_DIGITS:
                return str(way["scan"])
        raise _NotThere


_MARK = re.compile(r"\{([^{}]+)\}")


class _NotThere(Exception):  # noqa: N818 - caught a few lines above, never seen outside
    """What a step names was opened by a step that is left out."""

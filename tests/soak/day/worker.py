"""One person with a device: does what the prompt says or something else, and asks again when no answer comes."""

import random
import re
import threading
import time
import traceback
import uuid
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.soak.day.book import Book
from tests.soak.day.house import Keys
from tests.soak.day.journal import Step
from tests.soak.day.still import Still
from tests.soak.day.wire import Answer, Asked, Gone, Wire

LOSE_ANSWERS, HANG_UP, TWINS, AT_A_SCREEN, DIE = 0.04, 0.02, 0.02, 0.06, 0.004
TRIES = 400


@dataclass(frozen=True)
class Command:
    """Something that a worker may do. ``do`` answers False where it makes no sense now, and has asked nothing."""

    weight: float
    do: Callable[["Hand"], bool | None]


@dataclass
class Board:
    """What everybody knows: the orders, tasks and papers that answers named."""

    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    tasks: deque[int] = field(default_factory=lambda: deque(maxlen=40))
    purchases: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    cartons: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    blocked: set[str] = field(default_factory=set)
    in_work: deque[str] = field(default_factory=lambda: deque(maxlen=8))
    """The orders that somebody picks, packs or ships at this moment."""
    counted_at: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Task -> the place and the item of the units that were scanned last."""


@dataclass
class Day:
    """What the workers of one day share. ``faults`` are sentences; a day without any is a good day."""

    seed: int
    port: int
    keys: Keys
    book: Book
    steps: int
    board: Board = field(default_factory=Board)
    journal: list[Step] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """The numbers of the requests that were answered with 5xx."""
    routes: Counter[str] = field(default_factory=Counter)
    """What was asked to be changed, by its address."""
    met: Counter[str] = field(default_factory=Counter)
    """What met what in the same instant, and what both were told."""
    orphans: list[tuple[str, Asked]] = field(default_factory=list)
    """What a client sent and died: asked again at the end, when its device comes back."""
    replayed: int = 0
    connect: Callable[[], Any] | None = None
    """Makes a device's connection; by default to ``port``."""
    is_killing: bool = False
    """Servers are killed: connections break, and what is answered with 5xx is asked again, as devices do."""
    was_killing: bool = False
    still: Still = field(default_factory=Still)
    _lock: Any = field(default_factory=threading.Lock)

    def took_step(self) -> None:
        with self._lock:
            self.steps -= 1


class Hand:
    """A worker: ``task`` and ``prompt`` are what the screen shows, None where there is no job."""

    def __init__(self, day: Day, number: int, token: str) -> None:
        self.day, self.number, self.token = day, number, token
        self.dice = random.Random(f"{day.seed}/{number}")
        self.is_chief = token in day.keys.chiefs
        self.task: dict[str, Any] | None = None
        self.prompt: dict[str, Any] = {}
        self.said = ""
        """The code that the last scan or action was answered with."""
        self.is_careful = False
        connect = day.connect or (lambda: Wire(lambda: day.port))
        self._wire, self._twin = connect(), connect()
        self._mate: Hand | None = None

    # Asking.

    def post(self, path: str, body: dict[str, Any] | str, *, token: str = "") -> Answer:
        """A request that changes something, under a key of its own."""
        return self.ask(Asked("POST", path, body, key=self.new_id()), token=token)

    def get(self, path: str, *, token: str = "") -> Answer:
        return self.ask(Asked("GET", path), token=token)

    def scan(self, code: str) -> Answer:
        return self.say("scans", {"scan_id": self.new_id(), "code": code})

    def act(self, name: str, **arguments: Any) -> Answer:
        return self.say("actions", {"action_id": self.new_id(), "name": name, **arguments})

    def way(self, way: dict[str, Any]) -> Answer:
        """Take one of the ways that the prompt offers."""
        return self.see(self.ask(self.asked(way)))

    def say(self, what: str, body: dict[str, Any]) -> Answer:
        """A scan or an action of the task in hand; the screen shows what comes back."""
        return self.see(self.ask(self._of_the_task(what, body)))

    def asked(self, way: dict[str, Any]) -> Asked:
        """The request that takes this way, not sent yet."""
        arguments = {name: value for name, value in way.items() if name != "label"}
        if "scan" in arguments:
            return self._of_the_task("scans", {"scan_id": self.new_id(), "code": arguments["scan"]})
        name = arguments.pop("action")
        return self._of_the_task("actions", {"action_id": self.new_id(), "name": name, **arguments})

    def _of_the_task(self, what: str, body: dict[str, Any]) -> Asked:
        assert self.task is not None, "nothing to scan at"
        return Asked("POST", f"/tasks/{self.task['id']}/{what}", body)

    def at_once(self, mine: Asked, other: Asked, *, token: str) -> tuple[Answer, Answer]:
        """My request and somebody else's at the same instant; both are answered. My screen shows my own."""
        with self.day.still.moving():
            return self._at_once(mine, other, token=token)

    def _at_once(self, mine: Asked, other: Asked, *, token: str) -> tuple[Answer, Answer]:
        self.day.took_step()
        self.day.took_step()
        pairs = [(self._wire, self.token, mine), (self._twin, token, other)]
        if self.dice.random() < 0.5:
            pairs.reverse()
        for wire, who, asked in pairs:
            with suppress(Gone):
                wire.send(who, asked)
        first = [self._first_heard(wire) for wire, _who, _asked in pairs]  # both, before one of them is asked again
        heard = [
            (who, asked, self._heard(one, who, asked)) for one, (_wire, who, asked) in zip(first, pairs, strict=True)
        ]
        for who, asked, answer in heard:
            self._note(who, asked, answer)
        answers = {id(asked): answer for _who, asked, answer in heard}
        return self.see(answers[id(mine)]), answers[id(other)]

    def mate(self, number: int, token: str) -> "Hand":
        """Somebody who stands beside this worker whenever two are needed."""
        if self._mate is None:
            self._mate = Hand(self.day, number, token)
        return self._mate

    def _first_heard(self, wire: Any) -> Answer | None:
        try:
            answer: Answer = wire.receive()
        except (Gone, AssertionError):
            return None
        return answer

    def _heard(self, answer: Answer | None, token: str, asked: Asked) -> Answer:
        if answer is None:
            return self._until_answered(token, asked)
        if answer.status >= 500 and self.day.is_killing:
            return self._until_answered(token, asked)
        if answer.status >= 500:
            self._broke(asked, answer)
        return answer

    def see(self, answer: Answer) -> Answer:
        if isinstance(answer.body, dict) and "prompt" in answer.body:
            self.task, self.prompt, self.said = answer.body["task"], answer.body["prompt"], answer.code
            if self.prompt.get("container", "") and len(self.prompt["container"]) > 12:
                self.day.board.cartons.append(self.prompt["container"])
        elif answer.status in (401, 403, 404, 409, 204):
            self.task, self.prompt = None, {}
        return answer

    def ask(self, asked: Asked, *, token: str = "") -> Answer:
        """One step: it is answered, however often that takes. What a client that died did not hear is asked later."""
        with self.day.still.moving():
            return self._ask(asked, token=token)

    def _ask(self, asked: Asked, *, token: str) -> Answer:
        token = token or self.token
        if asked.method == "POST":
            self.day.took_step()
        throw = 1.0 if asked.method == "GET" or self.is_careful else self.dice.random()
        if throw < LOSE_ANSWERS:
            answer = self._twice(token, asked)
        elif throw < LOSE_ANSWERS + HANG_UP:
            answer = self._impatient(token, asked)
        elif throw < LOSE_ANSWERS + HANG_UP + TWINS:
            answer = self._with_a_twin(token, asked)
        elif throw < LOSE_ANSWERS + HANG_UP + TWINS + AT_A_SCREEN:
            answer = self._at_a_screen(token, asked)
        elif throw < LOSE_ANSWERS + HANG_UP + TWINS + AT_A_SCREEN + DIE:
            return self._die(token, asked)
        else:
            answer = self._until_answered(token, asked)
        self._note(token, asked, answer)
        return answer

    def _until_answered(self, token: str, asked: Asked) -> Answer:
        for _try in range(TRIES):
            try:
                answer = self._wire.ask(token, asked)
            except Gone as gone:
                if not self.day.is_killing:
                    self.day.faults.append(f"{asked.method} {asked.path}: no answer ({gone})")
                time.sleep(0.05)
                continue
            if answer.status < 500:
                return answer
            if not self.day.is_killing:
                self._broke(asked, answer)
                return answer
            time.sleep(0.05)
        self.day.faults.append(f"{asked.method} {asked.path}: never answered")
        return Answer(599, None)

    def _broke(self, asked: Asked, answer: Answer) -> None:
        number = (answer.body or {}).get("detail", "").rsplit(": ", 1)[-1] if isinstance(answer.body, dict) else ""
        self.day.broken.append(number)
        self.day.faults.append(f"{answer.status} for {asked.method} {asked.path} {asked.body} [request {number}]")

    def _twice(self, token: str, asked: Asked) -> Answer:
        """The first answer is lost on its way: the same is asked again, and must be answered as the first time."""
        first, again = self._until_answered(token, asked), self._until_answered(token, asked)
        self._compare(asked, first, again)
        return again

    def _compare(self, asked: Asked, first: Answer, again: Answer) -> None:
        if first.status >= 500 or again.status >= 500 or not isinstance(first.body, dict):
            return
        is_verdict = "outcome" in first.body or (asked.key and first.status < 300)
        if is_verdict and _told(first) != _told(again):
            self.day.faults.append(f"{asked.path} {asked.body}: answered {first.body}, then {again.body}")
        self.day.replayed += 1

    def _impatient(self, token: str, asked: Asked) -> Answer:
        """Sent, hung up, sent again: the first may still be judged while the second comes in."""
        with suppress(Gone):
            self._wire.send(token, asked)
        self._wire.hang_up()
        return self._until_answered(token, asked)

    def _with_a_twin(self, token: str, asked: Asked) -> Answer:
        try:
            self._twin.send(token, asked)
        except Gone:
            return self._until_answered(token, asked)
        answer = self._until_answered(token, asked)
        try:
            twin = self._twin.receive()
        except Gone:
            return answer
        if twin.status >= 500 and not self.day.is_killing:
            self._broke(asked, twin)
        if {answer.status, twin.status} <= {200, 201, 422}:
            self._compare(asked, answer, twin)
        self.day.book.note(asked, twin)
        return answer

    def _at_a_screen(self, token: str, asked: Asked) -> Answer:
        """A scan or an action comes in by the handheld's page; what it was answered is then asked over HTTP, under the
        same id. It must have been judged once."""
        if not asked.path.startswith("/tasks/") or not asked.path.endswith(("/scans", "/actions")):
            return self._until_answered(token, asked)
        form = Asked("POST", f"@{asked.path}", asked.body)
        page = self._until_answered(self.day.keys.session_of(token), form)
        self.day.routes[route_of(form)] += 1
        answer = self._until_answered(token, asked)
        told = answer.body if isinstance(answer.body, dict) else {}
        if page.status in (200, 422) and "outcome" in told and not told["replayed"]:
            self.day.faults.append(f"{asked.path} {asked.body}: judged at a screen, and judged again as {told}")
        return answer

    def _die(self, token: str, asked: Asked) -> Answer:
        """The battery is empty: the task stays as it is; what was sent is asked again when the device comes back."""
        with suppress(Gone):
            self._wire.send(token, asked)
        self._wire.hang_up()
        self.day.orphans.append((token, asked))
        self.day.journal.append(Step(self.number, self.day.keys.name_of(token), asked, 0, {}))
        self.task, self.prompt = None, {}
        return Answer(0, None)

    def _note(self, token: str, asked: Asked, answer: Answer) -> None:
        self.day.book.note(asked, answer)
        said = answer.body if isinstance(answer.body, dict) else {}
        task = said.get("task") or {}
        if task:
            self.day.board.tasks.append(task["id"])
            prompt = said.get("prompt") or {}
            if asked.method == "POST" and prompt.get("counted"):
                self.day.board.counted_at[task["id"]] = (prompt.get("location") or "", prompt.get("sku") or "")
            if task["kind"] in ("pick", "pack", "ship"):
                self.day.board.in_work.append(task["document"])
        if asked.method == "POST":
            self.day.routes[route_of(asked)] += 1
            self.day.journal.append(Step(self.number, self.day.keys.name_of(token), asked, answer.status, said))

    def new_id(self) -> str:
        """Of a scan, or the key of a request."""
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4))


def route_of(asked: Asked) -> str:
    """The address without what it names: ``/api/v1/tasks/*/scans``."""
    return re.sub(r"/\d+(?=/|$)|(?<=/imports)/[a-z-]+$", "/*", asked.address.split("?")[0])


def _told(answer: Answer) -> tuple[Any, ...]:
    """What a repeated answer must say again."""
    body = {name: value for name, value in answer.body.items() if name != "replayed"}
    return answer.status, body


class Worker(threading.Thread):
    """A hand that chooses among the commands until the day's steps are used up."""

    def __init__(self, hand: Hand, commands: list[Command]) -> None:
        super().__init__(daemon=True, name=f"worker {hand.number}")
        self.hand, self._commands = hand, commands
        self._weights = [command.weight for command in commands]

    def run(self) -> None:
        hand = self.hand
        try:
            while hand.day.steps > 0:
                while hand.dice.choices(self._commands, self._weights)[0].do(hand) is False:
                    pass
        except Exception as error:  # noqa: BLE001 - a mistake of the day's own is a fault of the day
            hand.day.faults.append(f"worker {hand.number} broke: {error!r}\n{traceback.format_exc()[-1500:]}")

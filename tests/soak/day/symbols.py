"""A day's steps without the numbers that the database gave, so that they can be played again, all of them or some.

``{pick:O-1}`` is the pick task of order O-1 (``{pick:O-1:2}`` the second one); what a step opens itself bears the
``name`` that the step gives it: ``{W3 move 7}``. ``{carton}`` is the carton that the prompt shows.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.soak.day.journal import Step

SSCC_DIGITS = 18
_IDS = ("scan_id", "action_id")


@dataclass(frozen=True)
class Play:
    """One step: who asks what. ``name`` is what its answer's task, order or return is called from then on."""

    who: str
    path: str
    body: dict[str, Any]
    name: str = ""

    def __str__(self) -> str:
        named = f", {self.name!r}" if self.name else ""
        return f"Play({self.who!r}, {self.path!r}, {self.body!r}{named})"


def symbolic(journal: Sequence[Step]) -> list[tuple[Play, Step]]:
    """The journal as plays, each with its step, in the same order."""
    return _Naming(journal).plays()


class _Naming:
    def __init__(self, journal: Sequence[Step]) -> None:
        self._journal = journal
        self._tasks: dict[int, str] = {}
        self._orders: dict[int, str] = {}
        self._returns: dict[str, str] = {}
        self._cartons: set[str] = set()
        self._opened: dict[int, str] = {}
        for number, step in enumerate(journal):
            self._learn(number, step)
        self._name_the_rest()

    def _learn(self, number: int, step: Step) -> None:
        answer, body = step.answer, step.body
        task = answer.get("task")
        if (step.asked.path == "/tasks" and task and body.get("document") == "blind") or _is_move(step):
            self._opened[number] = self._tasks[task["id"]] = f"{step.who} {body['kind']} {number}"
        if "policy" in answer and "order_ref" in answer:
            self._orders[answer["id"]] = answer["order_ref"]
        if step.asked.path == "/returns" and "number" in answer:
            self._opened[number] = self._returns[answer["number"]] = f"return {number}"
        for way in (answer.get("prompt") or {}).get("ways", ()):
            if len(way.get("scan", "")) >= SSCC_DIGITS and way["scan"].isdigit():
                self._cartons.add(way["scan"])

    def _name_the_rest(self) -> None:
        """Tasks that nobody opened by name: the n-th of its kind for its document, by age."""
        known: dict[tuple[str, str], set[int]] = defaultdict(set)
        for step in self._journal:
            task = step.answer.get("task")
            if task and task["id"] not in self._tasks:
                document = self._returns.get(task["document"])
                known[task["kind"], f"={document}" if document else task["document"]].add(task["id"])
        for (kind, document), ids in known.items():
            for turn, id_ in enumerate(sorted(ids), 1):
                self._tasks[id_] = f"{kind}:{document}" + (f":{turn}" if turn > 1 else "")

    def plays(self) -> list[tuple[Play, Step]]:
        found = ((self._play(number, step), step) for number, step in enumerate(self._journal))
        return [(play, step) for play, step in found if play is not None]

    def _play(self, number: int, step: Step) -> Play | None:
        path, body = step.asked.path, {k: v for k, v in step.body.items() if k not in _IDS}
        parts = path.split("/")
        if path == "/tasks/claims":
            task = step.answer.get("task")
            return Play(step.who, f"/tasks/{{{self._tasks[task['id']]}}}/takeovers", {}) if task else None
        for number, part in enumerate(parts):
            if part.isdigit() and parts[number - 1] in ("tasks", "work"):
                name = self._tasks.get(int(part))
                if name is None:
                    return None
                parts[number] = f"{{{name}}}"
            elif part.isdigit() and parts[number - 1] == "orders":
                parts[number] = f"{{{self._orders.get(int(part), '?')}}}"
        if "orders" in body:
            body["orders"] = [f"{{{self._orders.get(id_, '?')}}}" for id_ in body["orders"]]
        if body.get("document") in self._returns:
            body["document"] = f"{{{self._returns[body['document']]}}}"
        if body.get("code") in self._cartons:
            body["code"] = "{carton}"
        return Play(step.who, "/".join(parts), body, self._opened.get(number, ""))


def _is_move(step: Step) -> bool:
    return bool(step.asked.path == "/tasks" and step.body.get("kind") == "move" and step.answer.get("task"))

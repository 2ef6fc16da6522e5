"""What was asked, by whom, in the order in which it was answered: the day as a list of steps.

Numbers that the database gave (a task, an order, a return, a carton) are kept with the answer that brought them, so
that a replay which leaves steps out finds its own in their place.
"""

from dataclasses import dataclass
from typing import Any

from tests.soak.day.wire import Asked


@dataclass(frozen=True)
class Step:
    """``status`` 0: the client died, nobody heard the answer. ``answer`` is empty where it was no JSON object."""

    worker: int
    who: str
    asked: Asked
    status: int
    answer: dict[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        """What was said; of a file its text, as ``file``."""
        return {"file": self.asked.body} if isinstance(self.asked.body, str) else self.asked.body or {}

    def __str__(self) -> str:
        task = self.answer.get("task") or {}
        what = f" {task['kind']} {task['document']} {task['status']}" if task else ""
        moved = [
            f"{m['quantity']} {m['sku']} {m['source']}>{m['target']}"
            for m in (self.answer.get("movements") if task else ()) or ()
            if isinstance(m, dict)
        ]
        body = {name: value for name, value in self.body.items() if name not in ("scan_id", "action_id")}
        said = f"{self.answer.get('code', '')}: {self.answer.get('message') or self.answer.get('detail', '')}"
        return f"{self.who} {self.asked.path} {body} -> {self.status} {said}{what} {'; '.join(moved)}".rstrip()

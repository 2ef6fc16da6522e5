"""What a device sent for a job: a scan, or an action with what it was given."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from app.floor.shared.step import Arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One scan or action. The device made its ``id``; ``code`` is what was scanned, or the action's name."""

    id: str
    task_id: int
    code: str
    arguments: Arguments | None = None
    """What the action was given; None for a scan."""
    scanned_at: datetime | None = None
    """When the device says it was."""

    @property
    def kind(self) -> str:
        return "scan" if self.arguments is None else "action"

    @property
    def body_hash(self) -> str:
        """By which a retry of this is told from something else under the same id; when it was scanned is left out."""
        body: dict[str, object] = {"task": self.task_id, "code": self.code}
        given = self.arguments
        if given is not None:
            body = {"task": self.task_id, "name": self.code, "quantity": given.quantity, "reason": given.reason}
            body |= {"code": given.code, "note": given.note}
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

"""The facts about something scanned, as the screen shows them: a title, figures, tables."""

from typing import Any


def shown(facts: dict[str, Any]) -> dict[str, Any]:
    """What ``templates/floor/_enquiry.html`` wants."""
    return {"outcome": "accepted", "code": "", "message": "", **facts}

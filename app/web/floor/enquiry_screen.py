"""The facts about something scanned, as the screen shows them: a title, figures in large type, tables."""

from datetime import datetime
from typing import Any

from flask import url_for

from app.language import _
from app.web.shared.screens import current_warehouse, local_time
from app.words import word

Facts = dict[str, Any]


def shown(facts: Facts) -> Facts:
    """What ``templates/floor/_enquiry.html`` wants; in a table the last column is a number."""
    tables = [_balances(facts), _facts(facts["facts"]), _tasks(facts["tasks"]), _movements(facts["movements"])]
    return {
        "outcome": "accepted",
        "code": "",
        "message": "",
        "title": facts["title"],
        "subtitle": facts["code"],
        "image_url": facts.get("image_url", ""),
        "figures": _figures(facts["availability"]),
        "tables": [table for table in tables if table["rows"]],
        "bin": facts["code"] if facts["type"] == "location" else "",
        "more_url": url_for("history.history", q=facts["code"]),
    }


def _figures(rows: list[Facts]) -> list[tuple[str, int]]:
    here = next((row for row in rows if row["warehouse"] == current_warehouse().code), None)
    if here is None:
        return []
    words = [
        ("on_hand", _("On hand")),
        ("committed", _("Committed")),
        ("atp", _("Free to promise")),
        ("inbound", _("Inbound")),
    ]
    return [(label, here[name]) for name, label in words]


def _facts(rows: list[list[str]]) -> Facts:
    codes = (_("Kind"), _("Status"))
    words = [[label, word(value) if label in codes else value] for label, value in rows]
    return {"title": _("What it is"), "columns": [_("Fact"), ""], "rows": words}


def _balances(facts: Facts) -> Facts:
    """Of an item or a lot: where it is. Of a place: what is there."""
    is_place = facts["type"] in ("location", "container")
    rows = [
        [
            row["sku"] if is_place else row["container"] or row["location"],
            " · ".join(str(word) for word in (row["lot"], row["expiry"], row["serial"]) if word),
            "" if row["condition"] == "available" else word(row["condition"]),
            row["quantity"],
        ]
        for row in facts["balances"]
    ]
    title = _("What is here") if is_place else _("Where it is")
    first = _("Item") if is_place else _("Place")
    return {"title": title, "columns": [first, _("Lot"), _("Condition"), _("Pieces")], "rows": rows}


def _movements(movements: list[Facts]) -> Facts:
    rows = [
        [
            local_time(datetime.fromisoformat(row["occurred_at"])),
            f"{row['source']} → {row['target']}",
            row["quantity"],
        ]
        for row in movements
    ]
    return {"title": _("Last movements"), "columns": [_("When"), _("Way"), _("Pieces")], "rows": rows}


def _tasks(tasks: list[Facts]) -> Facts:
    rows = [[word(row["kind"]), word(row["status"]), f"{row['done_lines']} / {row['lines']}"] for row in tasks]
    return {"title": _("Work"), "columns": [_("Kind"), _("Status"), _("Lines")], "rows": rows}

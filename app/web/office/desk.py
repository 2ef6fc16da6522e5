"""What the desk's screens share: their blueprint, pages, messages, and files for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.imports.table import guarded
from app.web.gate.access import CHIEFS, FLOOR, OFFICE, rule_of
from app.web.gate.security import current_bearer

desk = Blueprint("office", __name__, url_prefix="/office")
PAGE = 50
MOST_ROWS = 100_000
_PLACE_OF = {
    "files": "imports", "labels": "printers", "label_sheets": "printers", "first_steps": "overview",
    "security_log": "people", "devices": "people",
    "undecided": "exceptions", "lots": "stock", "pick_faces": "stock", "waves": "work",
}  # fmt: skip
"""The menu's place of a file of views, where it is not that file's own name."""
_BELOW = {
    "order", "purchase_order", "balances", "item", "correct", "one_return", "person", "change_person", "give_pin",
    "one_label", "label_sheets", "ended_work", "first_steps", "add_warehouse", "save_warehouse", "add_places",
    "security_log", "devices",
    "undecided", "lot", "correct_date", "release", "pick_faces", "set_face", "fill_face",
}  # fmt: skip
"""Pages below the one in the menu: from there it goes back up."""
Row = TypeVar("Row")


@desk.context_processor
def frame() -> dict[str, Any]:
    """Where this page is, and what this person may open and change: a button that would be refused is not shown."""
    bearer, endpoint = current_bearer(), (request.endpoint or "").removeprefix("office.")
    here = _place(endpoint)
    roles = bearer.actor.roles if bearer else frozenset()
    places = (
        "overview", "orders", "purchase_orders", "stock", "work", "returns", "exceptions", "people", "printers",
        "imports",
    )  # fmt: skip
    views = current_app.view_functions
    rules = {name: rule_of(views[f"office.{name}"]) for name in (*places, "ledger", "security_log", "devices")}
    return {
        "desk_here": here,
        "desk_up": here if endpoint in _BELOW else "",
        "desk_may": {name: rule is not None and rule.admits(bearer) for name, rule in rules.items()},
        "desk_change": not roles.isdisjoint(OFFICE),
        "desk_chief": not roles.isdisjoint(CHIEFS),
        "desk_admin": "admin" in roles,
        "may_work_floor": not roles.isdisjoint(FLOOR),
    }


def _place(endpoint: str) -> str:
    view = current_app.view_functions.get(f"office.{endpoint}")
    file = view.__module__.rpartition(".")[2] if view else ""
    return _PLACE_OF.get(file, file)


def page_of(rows: Sequence[Row], **cursor: object) -> tuple[list[Row], str | None]:
    """The rows of this page (one more was asked for, to know whether there is a next) and the next page's address."""
    if len(rows) <= PAGE:
        return list(rows), None
    kept = {name: value for name, value in request.args.items() if name not in cursor}
    wanted = urlencode(kept | {name: str(value) for name, value in cursor.items()})
    return list(rows[:PAGE]), f"{request.script_root}{request.path}?{wanted}"


def asked(name: str, *, longest: int = 100) -> str:
    """A search word from the address."""
    return request.args.get(name, "").strip()[:longest]


def back_to(endpoint: str, **values: Any) -> WerkzeugResponse:
    """After something was changed: to the page that shows it, so that a reload changes nothing again."""
    return redirect(
        url_for(f"office.{endpoint}", **{name: value for name, value in values.items() if value != ""}), 303
    )


def as_csv(name: str, columns: Sequence[str], rows: Iterable[object]) -> Response:
    """A file for a spreadsheet, UTF-8 with a mark so that it is read as such; a column is a field of every row."""
    return csv_file(name, columns, ([getattr(row, column) for column in columns] for row in rows))


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """As ``as_csv``, of rows that are cells already."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    response = Response("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula, and that comes back as it was."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return guarded(str(value))

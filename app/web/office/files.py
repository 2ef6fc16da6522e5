"""Files in: choose one, look at what it would do, then do it. Files out: the same columns, to be taken in again."""

import time

from flask import Response, make_response, request, url_for

from app.db import reading, transact
from app.imports import KINDS, ImportResult, Who, files_out, finish, how_far, take
from app.language import _
from app.refusal import NotFound, Refused
from app.web.gate.access import OFFICE, READERS, allow
from app.web.gate.security import current_actor
from app.web.office.desk import asked, csv_file, desk
from app.web.shared import forms
from app.web.shared.fragments import page

MOMENT_SECONDS = 1.5
"""How long a request writes at a large file before it says how far it is."""


@desk.get("/imports")
@allow(roles=OFFICE)
def imports() -> str:
    """The form, set to the kind that the address asks for."""
    kind = asked("kind")
    return _page(kind=kind if kind in KINDS else "items")


@desk.post("/imports")
@allow(roles=OFFICE)
def take_file() -> Response:
    """Read a CSV file; a dry run, or one with any error, writes nothing."""
    kind, is_dry_run = forms.needed("kind"), "dry_run" in request.form
    file = request.files.get("file")
    data = file.read() if file else b""
    if not data:
        raise Refused("no_file", _("Choose a file that is not empty."))
    actor = current_actor()
    who = Who(actor.operator_id, actor.device or "desk")
    taken = take(transact, reading, kind, data, who=who, dry_run=is_dry_run)
    if isinstance(taken, int):
        return _further(taken)
    return _answer(_page(taken, is_dry_run=is_dry_run, kind=kind), is_good=taken.ok)


@desk.post("/imports/<int:import_id>")
@allow(roles=OFFICE)
def go_on(import_id: int) -> Response:
    """A large file is written for a moment, then the page is told how far it is and asks again.

    A page that is closed stops nothing: the worker completes the file.
    """
    return _further(import_id)


def _further(import_id: int) -> Response:
    with reading() as session:
        kind, _done, _rows = how_far(session, import_id)
    end = time.monotonic() + MOMENT_SECONDS
    result = finish(transact, reading, import_id, KINDS, until=lambda: time.monotonic() > end)
    with reading() as session:
        kind, done, rows = how_far(session, import_id)
    told = {"import_id": import_id, "done": done, "rows": rows}
    return _answer(_page(result, is_dry_run=False, kind=kind, **told), is_good=result is None or result.ok)


@desk.get("/exports/<string:kind>.csv")
@allow(roles=READERS)
def give_file(kind: str) -> Response:
    """Everything of a kind, as its import takes it."""
    if kind not in files_out.EXPORTS:
        raise NotFound("unknown_export_kind", _("There is no file of this kind. Choose one of the list."))
    with reading() as session:
        rows = files_out.rows(session, kind)
    return csv_file(kind, files_out.header(kind), rows)


def _answer(html: str, *, is_good: bool) -> Response:
    return make_response(html, 200 if is_good else 422, {"HX-Push-Url": url_for("office.imports")})


def _page(result: ImportResult | None = None, *, is_dry_run: bool = True, kind: str = "items", **told: object) -> str:
    columns = {name: module.COLUMNS for name, module in KINDS.items()}
    return page(
        "office/imports.html",
        columns=columns,
        exports=list(files_out.EXPORTS),
        result=result,
        is_dry_run=is_dry_run,
        kind=kind,
        **told,
    )

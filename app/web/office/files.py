"""Files in: choose one, look at what it would do, then do it. Files out: the same columns, to be taken in again."""

from flask import Response, make_response, render_template, request

from app.db import reading, transact
from app.imports import KINDS, ImportResult, files_out, run
from app.language import _
from app.refusal import NotFound, Refused
from app.web import forms
from app.web.office.desk import asked, csv_file, desk
from app.web.rules import OFFICE, READERS, allow
from app.web.security import settings


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
    result = transact(lambda session: run(session, settings(), kind, data, dry_run=is_dry_run))
    return make_response(_page(result, is_dry_run=is_dry_run, kind=kind), 200 if result.ok else 422)


@desk.get("/exports/<string:kind>.csv")
@allow(roles=READERS)
def give_file(kind: str) -> Response:
    """Everything of a kind, as its import takes it."""
    if kind not in files_out.EXPORTS:
        raise NotFound("unknown_export_kind", _("There is no file of this kind. Choose one of the list."))
    with reading() as session:
        rows = files_out.rows(session, kind)
    return csv_file(kind, files_out.header(kind), rows)


def _page(result: ImportResult | None = None, *, is_dry_run: bool = True, kind: str = "items") -> str:
    columns = {name: module.COLUMNS for name, module in KINDS.items()}
    return render_template(
        "office/imports.html",
        columns=columns,
        exports=list(files_out.EXPORTS),
        result=result,
        is_dry_run=is_dry_run,
        kind=kind,
    )

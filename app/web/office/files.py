"""Files in: choose one, look at what it would do, then do it."""

from flask import Response, make_response, render_template, request

from app.db import transact
from app.imports import KINDS, ImportResult, run
from app.language import _
from app.refusal import Refused
from app.web import forms
from app.web.office.desk import desk
from app.web.rules import OFFICE, allow
from app.web.security import settings


@desk.get("/imports")
@allow(roles=OFFICE)
def imports() -> str:
    """The form."""
    return _page()


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


def _page(result: ImportResult | None = None, *, is_dry_run: bool = True, kind: str = "items") -> str:
    columns = {name: module.COLUMNS for name, module in KINDS.items()}
    return render_template("office/imports.html", columns=columns, result=result, is_dry_run=is_dry_run, kind=kind)

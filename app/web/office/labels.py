"""A thing's label at the desk: seen as it will be printed, then printed, here or as PDF."""

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.labels import queue
from app.labels.printers import printer_of, printers_of, takes
from app.labels.template import template as template_of
from app.web.gate.access import OFFICE, READERS, allow
from app.web.gate.security import current_actor
from app.web.labels.label_files import label_rows
from app.web.office.desk import back_to, desk
from app.web.shared import forms
from app.web.shared.fragments import page
from app.web.shared.screens import current_warehouse
from app.words import word


@desk.get("/labels/<template>/<path:code>")
@allow(roles=READERS)
def one_label(template: str, code: str) -> str:
    """The label as it will come out, and the printers that take it. Errors: those of ``label_rows``."""
    rows, chosen = label_rows(template, code), template_of(template)
    with reading() as session:
        found = [printer for printer in printers_of(session, current_warehouse().id) if takes(printer, template)]
    return page("office/label.html", label=chosen, code=code, pages=len(rows), printers=found, most=_MOST_COPIES)


@desk.post("/labels/<template>/<path:code>")
@allow(roles=OFFICE)
def print_one_label(template: str, code: str) -> WerkzeugResponse:
    """Queue it for a printer. Errors: those of ``label_rows`` and of the queue."""
    rows, printer_code, copies = label_rows(template, code), forms.needed("printer"), forms.number("copies") or 1

    def work(session: Session) -> None:
        new = queue.NewJob(
            printer_id=printer_of(session, printer_code).id, template=template, rows=rows, copies=copies,
            title=f"{word(template_of(template).title)} {code}",
        )  # fmt: skip
        queue.enqueue(session, current_actor(), new)

    transact(work)
    return back_to("printers")


_MOST_COPIES = 200

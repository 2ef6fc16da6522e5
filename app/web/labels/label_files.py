"""Pictures of codes for the screen, and labels as PDF for a printer that the browser knows."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.labels import by_hand, queue, render_png
from app.labels.badges import require_may_print
from app.labels.delivery import bytes_of
from app.labels.symbols import Symbol, encode, fitting
from app.language import _
from app.people.sign_in import is_badge
from app.refusal import Refused
from app.web.gate.access import FLOOR, OFFICE, allow
from app.web.gate.security import current_actor
from app.web.labels.label_drawer import draw_pdf, one_at_a_time
from app.web.labels.label_fields import Fields, rows_of
from app.web.shared.screens import current_warehouse

pages = Blueprint("labels", __name__)
_LONGEST = 200
_BAR_HEIGHT = 0.4  # of the width


@pages.get("/barcodes.svg")
@allow(any_role=True)
def barcode() -> Response:
    """A code as bars, or as a matrix where bars would be too fine to read off a screen; a badge, as a label is."""
    code = request.args.get("code", "")
    if not 0 < len(code) <= _LONGEST:
        raise Refused("code_too_long", _("A barcode has 1 to %(n)s characters. Shorten the code.", n=_LONGEST))
    with reading() as session:
        if is_badge(session, code):
            require_may_print(current_actor(), "badge", ())
    response = Response(drawing(_symbol(code)), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@pages.get("/labels/<template>/<path:code>.pdf")
@allow(any_role=True)
def label(template: str, code: str) -> Response:
    """The label of one thing. Errors: those of ``label_rows``."""
    response = Response(draw_pdf(template, label_rows(template, code)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{template}.pdf"'
    return response


@pages.get("/labels/<template>/<path:code>.png")
@allow(any_role=True)
def picture(template: str, code: str) -> Response:
    """Its first page as the printer draws it, one pixel per dot. Errors: those of ``label_rows``."""
    rows = label_rows(template, code)
    with one_at_a_time():
        return Response(render_png(template, rows[0]), mimetype="image/png")


@pages.post("/labels/carton/<code>/openings")
@allow(roles=(*FLOOR, *OFFICE))
def open_carton(code: str) -> WerkzeugResponse:
    """A carton's label on this screen: its job, where its printer is the browser, else one more copy of it."""
    with reading() as session:
        job = queue.last_job(session, "carton", code)
        job_id = job.id if job is not None and by_hand.is_by_hand(session, job) else None
    if job_id is None:
        return redirect(url_for("labels.label", template="carton", code=code), 303)
    return open_job(job_id)


@pages.post("/print-jobs/<int:job_id>/openings")
@allow(roles=(*FLOOR, *OFFICE))
def open_job(job_id: int) -> WerkzeugResponse:
    """Open a label whose printer is the browser; from now on a person is asked whether it came out.

    Errors: ``unknown_print_job``; ``not_by_hand``; ``role_missing`` where another asked for it; those of the label.
    """
    with reading() as session:
        job = by_hand.to_open(session, current_actor(), job_id)
    payload = bytes_of(job)
    transact(lambda session: by_hand.opened(session, job_id, payload))
    return redirect(url_for("labels.opened_job", job_id=job_id), 303)


@pages.get("/print-jobs/<int:job_id>.pdf")
@allow(roles=(*FLOOR, *OFFICE))
def opened_job(job_id: int) -> Response:
    """The label that was opened."""
    with reading() as session:
        response = Response(by_hand.document_of(session, current_actor(), job_id), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="label-{job_id}.pdf"'
    return response


def label_rows(template: str, code: str) -> list[Fields]:
    """What stands on the label of one thing here.

    Errors: ``role_missing``; those of ``rows_of``.
    """
    require_may_print(current_actor(), template, ())  # before it is told whether there is such a badge
    with reading() as session:
        return rows_of(session, template, code, warehouse_id=current_warehouse().id)


def _symbol(code: str) -> Symbol:
    last: Refused | None = None
    for symbology in fitting(code):
        try:
            symbol = encode(symbology, code)
        except Refused as refusal:
            last = refusal
            continue
        if symbol.is_matrix or symbol.width <= 300 or symbology == fitting(code)[-1]:
            return symbol
    assert last is not None, "no symbology was tried"
    raise last


def drawing(symbol: Symbol) -> str:
    """One path of runs of dark modules; quiet zones are part of the picture, so that a scanner reads the screen."""
    tall = 1 if symbol.is_matrix else max(20, round(symbol.width * _BAR_HEIGHT))
    pad = symbol.quiet if symbol.is_matrix else 2
    runs = "".join(
        f"M{symbol.quiet + start} {pad + row * tall}h{length}v{tall}h-{length}z"
        for row, modules in enumerate(symbol.rows)
        for start, length in _runs(modules)
    )
    height = tall * len(symbol.rows) + 2 * pad
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {symbol.width} {height}" shape-rendering="crispEdges">'
        f'<rect width="100%" height="100%" fill="#fff"/><path d="{runs}"/></svg>'
    )


def _runs(modules: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = 0
    for index, module in enumerate(modules + "0"):
        if module == "1" and (index == 0 or modules[index - 1] != "1"):
            start = index
        elif module != "1" and index and modules[index - 1] == "1":
            found.append((start, index - start))
    return found

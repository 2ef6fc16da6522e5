"""Labels of a whole range: as sheets for an office printer, or as a batch for a label printer."""

from dataclasses import asdict, dataclass

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.labels import queue
from app.labels.printers import printer_of, printers_of, takes
from app.labels.sheets import PLAIN, SHEETS, Sheet, fits, sheet_for, size_of
from app.labels.template import template as template_of
from app.language import _
from app.refusal import Refused
from app.web.gate.access import OFFICE, READERS, allow
from app.web.gate.security import current_actor
from app.web.labels.label_drawer import draw_pdf
from app.web.office.desk import asked, back_to, desk
from app.web.office.reads.labels import WHAT, Fields, Range, label_fields, zones_of
from app.web.shared import forms
from app.web.shared.fragments import page
from app.web.shared.screens import current_warehouse

MOST_LABELS = 5000
PER_FILE = 500
"""Labels of one PDF, about: a file is there after some seconds, and the next one can be fetched meanwhile."""


@dataclass(frozen=True, kw_only=True)
class File:
    """One PDF: its number, its sheets from 1, and the first and last label on them."""

    part: int
    first_sheet: int
    last_sheet: int
    first: str
    last: str


@desk.get("/label-sheets")
@allow(roles=READERS)
def label_sheets() -> str:
    """Choose a range and a sheet; then its files, each in itself short enough to wait for."""
    wanted, name, start = _range(), asked("sheet") or SHEETS[0].name, _start()
    label, here = template_of(wanted.what), current_warehouse().id
    with reading() as session:
        zones, printers = zones_of(session, here), printers_of(session, here)
        rows = _chosen(session, wanted) if "what" in request.args else []
    choices = [*((sheet.name, sheet.title) for sheet in SHEETS if fits(sheet, label)), ("plain", _(PLAIN))]
    sheet = sheet_for(name if name in dict(choices) else choices[0][0], label)
    start = start if start < sheet.fields else 0
    files = [
        File(
            part=number,
            first_sheet=(start + begin) // sheet.fields + 1,
            last_sheet=(start + end - 1) // sheet.fields + 1,
            first=_name(rows[begin]),
            last=_name(rows[end - 1]),
        )
        for number, (begin, end) in enumerate(_parts(len(rows), sheet, start))
    ]
    return page(
        "office/label_sheets.html", wanted=wanted, zones=zones, sheets=choices, sheet=sheet, start=start + 1,
        labels=len(rows), files=files, asked="what" in request.args, label=label,
        printers=[printer for printer in printers if takes(printer, wanted.what) and printer.kind != "browser"],
        address={**asdict(wanted), "sheet": sheet.name, "start": start + 1},
    )  # fmt: skip


@desk.get("/label-sheets.pdf")
@allow(roles=READERS)
def label_sheets_pdf() -> Response:
    """One of the files. Errors: ``too_many_labels``; ``no_labels``; those of ``sheet_for`` and of the labels."""
    wanted, start, part = _range(), _start(), forms.page_after("part")
    label = template_of(wanted.what)
    sheet = sheet_for(asked("sheet"), label)
    with reading() as session:
        rows = _chosen(session, wanted)
    parts = _parts(len(rows), sheet, start)
    begin, end = parts[part] if part < len(parts) else (0, 0)
    used = start if begin == 0 else 0
    response = Response(
        draw_pdf(wanted.what, rows[begin:end], per_sheet=size_of(sheet, label), used=used),
        mimetype="application/pdf",
    )
    response.headers["Content-Disposition"] = f'inline; filename="{wanted.what}-labels-{part + 1}.pdf"'
    return response


@desk.post("/label-batches")
@allow(roles=OFFICE)
def print_range() -> WerkzeugResponse:
    """A label for everything in the range, on a label printer; its progress is on the page of printers."""
    code = forms.needed("printer")
    wanted = Range(
        what=_known(forms.text("what") or "bin"),
        **{name: forms.text(name).strip() for name in ("prefix", "zone", "first", "last")},
    )

    def work(session: Session) -> None:
        words = _("Items %(prefix)s", prefix=wanted.prefix or wanted.first) if wanted.what == "item" else (
            _("Bins %(prefix)s", prefix=wanted.prefix or wanted.zone or wanted.first)
        )  # fmt: skip
        new = queue.NewJob(
            printer_id=printer_of(session, code).id, template=wanted.what, rows=_chosen(session, wanted),
            priority=queue.BATCH, title=words.strip(),
        )  # fmt: skip
        queue.enqueue_batch(session, current_actor(), new)

    transact(work)
    return back_to("printers")


def _chosen(session: Session, wanted: Range) -> list[Fields]:
    """Errors: ``too_many_labels``."""
    rows = label_fields(session, current_warehouse().id, wanted)
    if len(rows) > MOST_LABELS:
        raise Refused("too_many_labels", _("These are more than %(n)s labels. Choose a smaller range.", n=MOST_LABELS))
    return rows


def _range() -> Range:
    rest = {name: asked(name) for name in ("prefix", "zone", "first", "last")}
    return Range(what=_known(asked("what") or "bin"), **rest)


def _known(what: str) -> str:
    if what not in WHAT:
        raise Refused("bad_field", _("Choose bins or items."))
    return what


def _start() -> int:
    """How many fields of the first sheet are used already: people count the field to begin at from 1."""
    return max(0, forms.page_after("start") - 1)


def _parts(labels: int, sheet: Sheet, start: int) -> list[tuple[int, int]]:
    """First and last label (excluded) of each file; only the last file ends inside a sheet."""
    step = max(1, PER_FILE // sheet.fields) * sheet.fields
    ends = [*range(step - start % sheet.fields, labels, step), labels] if labels else []
    return list(zip([0, *ends], ends, strict=False))


def _name(row: Fields) -> str:
    return row.get("sku") or row["name"]

"""Labels: which there are, how one looks, and one as PDF."""

from dataclasses import dataclass
from typing import Annotated, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.labels import render_pdf, render_png, templates
from app.labels.parts import Barcode
from app.language import _
from app.places.models import Warehouse
from app.places.warehouses import warehouse_of
from app.refusal import Refused
from app.web.api.body import Between, Code, Size
from app.web.api.paging import Page
from app.web.api.route import reads
from app.web.label_fields import fields_of


@dataclass(frozen=True, kw_only=True)
class LabelTemplate:
    """A label that can be printed; ``fields`` must be given, and ``example`` has a value for each."""

    name: str
    title: str
    size_mm: tuple[float, ...]
    dpi: int
    fields: tuple[str, ...]
    optional_fields: tuple[str, ...]
    example: dict[str, str]
    has_barcode: bool


@reads("/labels/templates")
def list_label_templates(session: Session) -> Page[LabelTemplate]:
    """Every label template, by title."""
    found = [
        LabelTemplate(
            name=each.name,
            title=each.title,
            size_mm=each.size_mm,
            dpi=each.dpi,
            fields=each.fields,
            optional_fields=each.optional_fields,
            example=dict(each.example),
            has_barcode=any(isinstance(element, Barcode) for element in each.elements),
        )
        for each in templates()
    ]
    return Page(items=found, next=None)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The thing that the label is for; its fields are looked up. ``warehouse`` tells bins of one name apart."""

    type: Literal["bin", "item", "tote", "carton"]
    code: Annotated[str, Size(1, 64)]
    warehouse: Code | None = None


@dataclass(frozen=True, kw_only=True)
class LabelRequest:
    """A label by its ``fields``, or for a ``subject``: one of the two."""

    template: Annotated[str, Size(1, 64)]
    fields: dict[str, str] | None = None
    subject: Subject | None = None


@dataclass(frozen=True, kw_only=True)
class NewLabels(LabelRequest):
    """The same label ``copies`` times."""

    copies: Annotated[int, Between(1, 200)] = 1


@reads("/labels/previews", method="POST", content_type="image/png", answer=bytes)
def preview_label(session: Session, body: LabelRequest) -> bytes:
    """The label as the printer will draw it, one pixel per dot.

    Errors: ``unknown_template``; ``label_field_missing``; ``label_field_unknown``; ``label_field_invalid``;
    ``fields_or_subject``; ``unknown_*``.
    """
    return render_png(body.template, _fields(session, body))


@reads("/labels", method="POST", content_type="application/pdf", answer=bytes)
def print_labels(session: Session, body: NewLabels) -> bytes:
    """Labels as PDF, one on each page, every symbol read back before it is handed out. Errors: as for a preview."""
    return render_pdf(body.template, [_fields(session, body)] * body.copies)


def _fields(session: Session, body: LabelRequest) -> dict[str, str]:
    if (body.fields is None) == (body.subject is None):
        raise Refused("fields_or_subject", _("Give either fields or a subject."))
    if body.subject is None:
        return body.fields or {}
    return fields_of(session, body.subject.type, body.subject.code, warehouse_id=_warehouse_id(session, body.subject))


def _warehouse_id(session: Session, subject: Subject) -> int:
    if subject.warehouse:
        return warehouse_of(session, subject.warehouse).id
    first = session.scalar(select(Warehouse.id).order_by(Warehouse.priority, Warehouse.id).limit(1))
    if first is None:
        raise Refused("no_warehouse", _("There is no warehouse yet. Ask the office to import its locations."))
    return first

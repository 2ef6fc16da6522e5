"""A logistic unit that comes in: a pallet or carton whose label often stands in two symbols.

One symbol says which unit it is (00, its SSCC), the other what is inside (02 and 37, with 10 and 17). Scanned one after
the other, in either order, they are one unit: the second completes the first and counts nothing again (GS1 General
Specifications 4.13 wants 37 with 00 and 02, which one symbol has no room for). Received, the unit is a licence plate
under its SSCC at the dock, and the same SSCC does not come in again.

Goods without an SSCC get a container of the house in the same way: its code, new or printed beforehand, is scanned
before the dock.

What is known of it is the memory's ``unit``.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from sqlalchemy import select

from app.barcode import Barcode
from app.barcode.elements import join
from app.db import upsert
from app.floor.shared import over_receipt
from app.floor.shared.confirm import once_more
from app.floor.shared.memory import ArrivingGoods, LogisticUnit, OnUnit
from app.floor.shared.step import Meaning, Said, Work, WorkWith
from app.language import _
from app.ledger.models import Balance
from app.ledger.standing import stand, stand_nowhere
from app.places.models import Container
from app.refusal import Refused

Goods = TypeVar("Goods", bound=ArrivingGoods)


def of(work: Work) -> LogisticUnit:
    """What is known of the unit at hand; nothing where no label named one, or this kind of work has none."""
    return work.memory.unit if isinstance(work.memory, OnUnit) else LogisticUnit()


def is_complete(work: Work) -> bool:
    """Whether both halves are known: which unit it is, and what its label says is inside."""
    unit = of(work)
    return bool(work.counted and unit.sscc and unit.labels)


def joined(work: Work, barcode: Barcode) -> Barcode:
    """A content label with the half of it that was scanned before. Errors: ``duplicate_conflict``."""
    half = of(work).half
    if not half or not barcode.content or work.counted or barcode.sscc not in (None, half["sscc"]):
        return barcode
    return replace(barcode, elements=MappingProxyType(join(half, barcode.elements)))


def or_sscc(
    accept: Callable[[WorkWith[Goods], Meaning], Said],
) -> Callable[[WorkWith[Goods], Meaning], Said]:
    """A step that also takes the SSCC of what is being received: alone, or on a second symbol that says all."""

    def take(work: WorkWith[Goods], meaning: Meaning) -> Said:
        if meaning.type == "plate" or (meaning.type == "container" and work.counted):
            said = put_on(work, meaning)
            return accept(work, meaning) if said is None else said
        is_second = bool(work.counted) and "sscc" in meaning.facts
        return _note(work, meaning) if is_second or meaning.type == "sscc" else accept(work, meaning)

    return take


def put_on(work: WorkWith[OnUnit], meaning: Meaning) -> Said | None:
    """A container of the house for what is counted; None for one that is no licence plate.

    Errors: ``new_container`` for a code that nobody knows, until it is scanned once more; ``finish_unit_first``;
    ``container_in_use`` for a plate with something on it.
    """
    unit, code = work.memory.unit, meaning.code
    if unit.sscc or unit.plate not in (None, code):
        raise _finish_first(work)
    if meaning.type == "plate":
        once_more(work, "new_container", _("Not known: %(code)s. A new container? Then scan it again.", code=code))
    else:
        found = work.session.get_one(Container, meaning.id, populate_existing=True)
        if found.kind != "lpn":
            return None
        if not _is_free(work, found):
            raise _in_use(code)
    work.memory = replace(work.memory, unit=replace(unit, plate=code))
    return Said(
        "container_confirmed", _("%(n)s × %(sku)s in %(code)s", n=work.counted, sku=work.the_line.sku, code=code)
    )


def _note(work: WorkWith[ArrivingGoods], meaning: Meaning) -> Said:
    """The first half of a unit's label, or the second.

    Errors: ``sscc_received``; ``finish_unit_first`` for another unit's label; ``unit_unclear`` where several labels are
    counted already; ``duplicate_conflict``.
    """
    unit, sscc = work.memory.unit, meaning.facts["sscc"]
    if unit.sscc != sscc:
        _require_new(work, sscc)
    if not work.counted:
        work.memory = replace(work.memory, unit=LogisticUnit(sscc=sscc, half=dict(meaning.facts)))
        return Said("sscc_noted", _("SSCC %(sscc)s noted. Scan the label that says what is inside.", sscc=sscc))
    if unit.sscc not in (None, sscc) or unit.plate:
        raise _finish_first(work)
    if unit.labels and unit.scans > 1:
        raise Refused(
            "unit_unclear",
            _("%(n)s are counted from several labels. Undo, then scan each unit's labels together.", n=work.counted),
        )
    _complete(work, unit, meaning)
    return Said(
        "unit_complete", _("%(n)s × %(sku)s on SSCC %(sscc)s", n=work.counted, sku=work.the_line.sku, sscc=sscc)
    )


def _complete(work: WorkWith[ArrivingGoods], unit: LogisticUnit, meaning: Meaning) -> None:
    """The SSCC came second: what both symbols say must agree, and nothing is counted again.

    Errors: ``finish_unit_first``; ``duplicate_conflict``; ``too_many`` where it is the second that says how many.
    """
    memory, content, facts = work.memory, unit.content, meaning.facts
    if "content" in facts and any(content.get(word) != facts.get(word) for word in ("content", "count")):
        raise _finish_first(work)
    known = {"lot": memory.lot, "expiry": memory.expiry and memory.expiry.isoformat()}
    join({**content, **{word: text for word, text in known.items() if text}}, facts)
    if content and "count" in facts and "count" not in content:
        over_receipt.count(work, work.counted * ((int(facts["count"]) or 1) - 1))
    work.memory = replace(work.memory, unit=replace(unit, sscc=facts["sscc"]))


def whole(work: Work, meaning: Meaning) -> Meaning:
    """An SSCC that came second, with the date that the first symbol said before a lot was known."""
    content = of(work).content
    text = content.get("expiry") or content.get("best_before")
    return replace(meaning, expiry=date.fromisoformat(text)) if text and meaning.expiry is None else meaning


def require_one(work: Work, meaning: Meaning) -> None:
    """One unit at a time: an item may be added to the count. Errors: ``finish_unit_first``; ``sscc_received``."""
    sscc = meaning.facts.get("sscc")
    if sscc is not None:
        _require_new(work, sscc)
    if is_complete(work) or (work.counted and "content" in meaning.facts and of(work).sscc):
        raise _finish_first(work)


def counted(work: WorkWith[OnUnit], meaning: Meaning) -> None:
    """Remember of which labels the count is made up."""
    unit = replace(work.memory.unit, half={}, scans=work.memory.unit.scans + 1)
    if "content" in meaning.facts:
        unit = replace(unit, labels=unit.labels + 1, content=_content(meaning))
    work.memory = replace(work.memory, unit=replace(unit, sscc=meaning.facts.get("sscc", unit.sscc)))


def _content(meaning: Meaning) -> dict[str, str]:
    names = ("content", "count", "lot", "expiry", "best_before")
    return {name: meaning.facts[name] for name in names if name in meaning.facts}


def _finish_first(work: Work) -> Refused:
    return Refused(
        "finish_unit_first",
        _("One unit at a time: first scan the place where the %(n)s that are counted go.", n=work.counted),
    )


def _require_new(work: Work, sscc: str) -> None:
    """Errors: ``sscc_received`` where a unit of this SSCC came in, or is ours."""
    found = work.session.scalar(select(Container).where(Container.code == sscc))
    if found is not None and not _waits(found):
        raise _received(sscc)


def _waits(plate: Container) -> bool:
    """A licence plate that stands nowhere: made beforehand, or its receipt was undone. An SSCC is used once."""
    return plate.kind == "lpn" and plate.status == "open" and plate.location_id is None


def _is_free(work: Work, plate: Container) -> bool:
    """Whether nothing stands on a plate of the house: it is used again and again."""
    stands = select(Balance.id).where(Balance.container_id == plate.id, Balance.quantity > 0)
    return plate.kind == "lpn" and plate.status == "open" and work.session.scalar(stands.limit(1)) is None


def _in_use(code: str) -> Refused:
    return Refused("container_in_use", _("Something stands on %(code)s. Take another one, or empty it.", code=code))


def _received(sscc: str) -> Refused:
    return Refused(
        "sscc_received",
        _("SSCC %(sscc)s came in already. Look for the right label, or ask what is on it.", sscc=sscc),
    )


def plate(work: Work, dock_id: int) -> int | None:
    """The licence plate of the unit, standing at the dock now; None for goods without an SSCC.

    Errors: ``sscc_received``, ``container_in_use`` where somebody else received it meanwhile.
    """
    sscc, code = of(work).sscc, of(work).plate
    if not sscc and not code:
        return None
    new = {"code": sscc or code, "kind": "lpn", "warehouse_id": work.task.warehouse_id, "status": "open"}
    work.session.execute(upsert(work.session, Container).on_conflict_do_nothing(index_elements=["code"]), new)
    statement = select(Container).where(Container.code == (sscc or code))
    found = work.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).one()
    if sscc and not _waits(found):
        raise _received(sscc)
    if not _is_free(work, found):
        raise Refused("container_in_use", _("%(code)s is in use already. Undo, and take another one.", code=code))
    found.warehouse_id = work.task.warehouse_id
    work.session.flush()
    stand(work.session, found.id, dock_id)
    return found.id


def free(work: Work, container_id: int | None) -> None:
    """The receipt was undone: the unit stands nowhere and may come in again."""
    if container_id is not None:
        plate = work.session.get_one(Container, container_id, populate_existing=True)
        if _is_free(work, plate):
            stand_nowhere(work.session, plate.id)


def forget(work: WorkWith[OnUnit]) -> Said | None:
    """Undo of an SSCC that was noted and has no content yet; None where there is none."""
    sscc = of(work).sscc
    if sscc is None or work.counted:
        return None
    work.memory = replace(work.memory, unit=LogisticUnit())
    return Said("sscc_forgotten", _("SSCC %(sscc)s is not noted any more.", sscc=sscc))

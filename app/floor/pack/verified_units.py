"""What a packer has verified of an order and not put into a closed carton yet: units by line, and the weight of it."""

from dataclasses import replace

from sqlalchemy import ColumnElement, select

from app.floor.pack.memory import Work
from app.floor.shared.step import Meaning
from app.language import _
from app.refusal import Refused
from app.tasks.lines import Line, line_of, lines
from app.tasks.models import UNFINISHED, Task, TaskLine


def verified_units(work: Work) -> dict[int, int]:
    """Line id -> units verified and not in a carton yet."""
    return dict(work.memory.verified)


def open_lines(work: Work, *where: ColumnElement[bool]) -> list[Line]:
    """The lines with units that nobody has verified yet, narrowed by conditions."""
    counts = verified_units(work)
    found = lines(work.session, work.task.id, TaskLine.status == "open", *where)
    return [line for line in found if line.left > counts.get(line.id, 0)]


def next_line(work: Work) -> Line | None:
    """The line being counted, else the first with units that nobody has verified."""
    counts = verified_units(work)
    last = work.memory.verified_last
    if last is not None and last in counts:
        line = line_of(work.session, last)
        if line is not None and line.status == "open" and line.left > counts[last]:
            return line
    if work.line is not None and work.line.id not in counts:
        return work.line
    whole = [id_ for id_ in counts if id_ in work.memory.whole_lines]
    found = lines(work.session, work.task.id, TaskLine.status == "open", TaskLine.id.not_in(whole), limit=1)
    return found[0] if found else None


def verify_units(work: Work, line: Line, units: int) -> None:
    """Set the verified units of a line, and the open carton's weight with them.

    Errors: ``carton_too_heavy`` before the limit of a carton is passed, so that nobody lifts it.
    """
    counts = verified_units(work)
    grams = work.memory.grams + line.unit_weight_grams * (units - counts.get(line.id, 0))
    most = work.settings.carton_max_grams
    counts[line.id] = units
    if grams > most and line.unit_weight_grams and sum(counts.values()) > 1:
        raise Refused(
            "carton_too_heavy",
            _("Too heavy: a carton takes %(kg)s kg. Scan the carton, then go on with a new one.", kg=most // 1000),
        )
    whole = set(work.memory.whole_lines)
    whole = whole | {line.id} if units >= line.left else whole - {line.id}
    work.memory = replace(
        work.memory, verified=counts, verified_last=line.id, grams=grams, whole_lines=tuple(sorted(whole))
    )


def not_wanted(work: Work, meaning: Meaning) -> Refused:
    """Say why: already whole, another lot, or picked for another order, which is named."""
    same = lines(work.session, work.task.id, TaskLine.item_id == meaning.id)
    if same and meaning.lot and all(line.lot and line.lot != meaning.lot for line in same):
        wanted = ", ".join(sorted({line.lot or "" for line in same}))
        return Refused("wrong_lot", _("This is lot %(this)s. Wanted: lot %(lot)s.", this=meaning.lot, lot=wanted))
    if same:
        return Refused("too_many", _("All %(sku)s of this order are packed. Set this one aside.", sku=meaning.code))
    picked_for = work.session.scalars(
        select(Task.document)
        .join(TaskLine, TaskLine.task_id == Task.id)
        .where(Task.kind == "pack", Task.status.in_(UNFINISHED), TaskLine.item_id == meaning.id)
        .distinct()
        .limit(3)
    ).all()
    if picked_for:
        return Refused(
            "item_of_another",
            _(
                "%(sku)s is not in this order. It was picked for order %(order)s.",
                sku=meaning.code,
                order=", ".join(picked_for),
            ),
        )
    return Refused("wrong_item", _("%(sku)s is not in this order. Set it aside.", sku=meaning.code))

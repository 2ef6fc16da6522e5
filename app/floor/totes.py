"""Which tote a pick goes into: one order a tote, and no empty tote offered to two workers."""

from sqlalchemy import ColumnElement, exists, select, update

from app.db import table
from app.floor.confirm import wrong
from app.floor.step import Meaning, Work
from app.language import _
from app.ledger.models import Balance
from app.orders.fulfil import held_in
from app.places.models import Container
from app.refusal import Refused
from app.tasks.models import Task

container = table(Container)


def _is_busy() -> ColumnElement[bool]:
    """The tote was given to a task that is not finished; once that task is over, an empty tote is free again."""
    return exists().where(Task.id == Container.task_id, Task.status.in_(("open", "claimed")))


def proposed(work: Work) -> int | None:
    """The tote of this task, taking the first free one if it has none; None where every tote is in use."""
    if work.task.container_id is not None:
        return work.task.container_id
    is_used = exists().where(Balance.container_id == Container.id, Balance.quantity > 0)
    found = work.session.scalar(
        select(Container.id)
        .where(
            Container.kind == "tote",
            Container.warehouse_id == work.task.warehouse_id,
            Container.status == "open",
            ~is_used,
            ~_is_busy(),
        )
        .order_by(Container.code)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if found is not None:
        take(work, found)
    return found


def take(work: Work, container_id: int) -> None:
    """Give a tote to this task; one that was proposed and is still empty goes back to the others."""
    old = work.task.container_id
    if old is not None and old != container_id and old not in work.memory.get("totes", []):
        _let_go(work, old)
    if old != container_id:
        work.session.execute(
            update(container)
            .where(container.c.id == container_id)
            .values(task_id=work.task.id, location_id=work.floor_id)
        )
        work.task.container_id = container_id
        work.session.flush()


def ask_again(work: Work) -> None:
    """A task that was over goes on: the tote that it was given is another's by now, or anybody's."""
    if work.task.container_id is not None:
        _let_go(work, work.task.container_id)
        work.task.container_id = None


def _let_go(work: Work, container_id: int) -> None:
    is_mine = (container.c.id == container_id, container.c.task_id == work.task.id)  # somebody may have it by now
    work.session.execute(update(container).where(*is_mine).values(task_id=None))


def accept(work: Work, meaning: Meaning) -> Meaning:
    """The tote that was scanned may take this order's goods.

    The tote that is this task's already was looked at when it was given: no other work is let near it meanwhile.
    Errors: ``wrong_*``; ``not_a_tote``; ``tote_of_another`` where it holds or waits for another order.
    """
    if meaning.type != "container":
        raise wrong(meaning, wanted=_("Scan the tote."))
    if meaning.id == work.task.container_id:
        return meaning
    # Locked: of two who scan one empty tote at the same moment, the second sees that it is in use.
    found = work.session.get_one(Container, meaning.id, populate_existing=True, with_for_update=True)
    if found.kind != "tote":
        raise Refused("not_a_tote", _("%(code)s is no tote. Scan a tote.", code=found.code))
    if found.warehouse_id != work.task.warehouse_id:
        raise Refused("not_here", _("%(code)s belongs to another warehouse. Scan another tote.", code=found.code))
    others = {held.order_ref for held in held_in(work.session, [found.id]) if held.order_id != work.task.document_id}
    if others:
        raise Refused(
            "tote_of_another",
            _("%(code)s holds order %(order)s. Scan another tote.", code=found.code, order=", ".join(sorted(others))),
        )
    is_mine = found.task_id == work.task.id or found.id in work.memory.get("totes", [])
    if not is_mine and work.session.scalar(select(_is_busy()).where(Container.id == found.id)):
        raise Refused("tote_of_another", _("%(code)s is in use. Scan another tote.", code=found.code))
    return meaning

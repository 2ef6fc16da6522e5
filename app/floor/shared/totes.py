"""Which tote a pick goes into: one order a tote, and no empty tote offered to two workers."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, exists, func, select, update
from sqlalchemy.orm import Session

from app.db import table
from app.floor.shared.confirm import wrong
from app.floor.shared.memory import WithTotes
from app.floor.shared.step import Meaning, Work, WorkWith
from app.language import _
from app.ledger.models import Balance
from app.ledger.standing import fetch
from app.orders.fulfil import held_in
from app.places.models import Container
from app.refusal import Refused
from app.tasks.models import IS_UNFINISHED, UNFINISHED, Task

container = table(Container)


def _is_busy() -> ColumnElement[bool]:
    """The tote was given to a task that is not finished; once that task is over, an empty tote is free again."""
    return exists().where(Task.id == Container.task_id, Task.status.in_(UNFINISHED))


def _is_used() -> ColumnElement[bool]:
    """Something is in the tote."""
    return exists().where(Balance.container_id == Container.id, Balance.quantity > 0)


def proposed(work: WorkWith[WithTotes]) -> int | None:
    """The tote of this task, taking the first free one if it has none; None where every tote is in use."""
    if work.task.container_id is not None:
        return work.task.container_id
    free = _free(work.task.warehouse_id).order_by(Container.code).limit(1)
    found = work.session.scalar(free.with_for_update(skip_locked=True))
    if found is not None:
        take(work, found)
    return found


def _free(warehouse_id: int) -> Select[int]:
    return select(Container.id).where(
        Container.kind == "tote",
        Container.warehouse_id == warehouse_id,
        Container.status == "open",
        ~_is_used(),
        ~_is_busy(),
    )


def picks_without(session: Session, warehouse_id: int) -> int:
    """The picks that wait here and can be given no tote, because none is free."""
    if session.scalar(_free(warehouse_id).limit(1)) is not None:
        return 0
    waiting = select(func.count()).where(
        Task.kind == "pick", Task.warehouse_id == warehouse_id, IS_UNFINISHED, Task.container_id.is_(None)
    )
    return session.scalar(waiting) or 0


def take(work: WorkWith[WithTotes], container_id: int) -> int:
    """Give a tote to this task; one that was proposed and is still empty goes back to the others.

    Returns where it stands now: an empty one is in the worker's hands, one with goods of this order in it (at packing,
    from an earlier pick) is filled where it stands.
    """
    old = work.task.container_id
    if old not in (None, container_id) and old not in work.memory.totes:
        _let_go(work, old)
    stands = fetch(work.session, container_id, floor_id=work.floor_id, task_id=work.task.id)
    work.task.container_id = container_id
    work.session.flush()
    return stands


def ask_again(work: Work) -> None:
    """A task that was over goes on: the tote that it was given is another's by now, or anybody's."""
    if work.task.container_id is not None:
        _let_go(work, work.task.container_id)
        work.task.container_id = None


def let_go_of_all(work: Work) -> None:
    """The job is over: every tote that it was given is free again once it is empty."""
    work.session.execute(update(container).where(container.c.task_id == work.task.id).values(task_id=None))


def _let_go(work: Work, container_id: int) -> None:
    is_mine = (container.c.id == container_id, container.c.task_id == work.task.id)  # somebody may have it by now
    work.session.execute(update(container).where(*is_mine).values(task_id=None))


def accept(work: WorkWith[WithTotes], meaning: Meaning) -> Meaning:
    """The tote that was scanned may take this order's goods, and is this task's now; ``stands`` says where it stands.

    The tote that is this task's already was looked at when it was given: no other work is let near it meanwhile.
    Errors: ``wrong_*``; ``not_a_tote``; ``tote_of_another`` where it holds or waits for another order;
    ``tote_not_empty`` where it holds what no order wants.
    """
    if meaning.type != "container":
        raise wrong(meaning, wanted=_("Scan the tote."))
    if meaning.id == work.task.container_id:
        return meaning
    # Locked: of two who scan one empty tote at the same moment, the second sees that it is in use.
    found = work.session.get_one(Container, meaning.id, populate_existing=True, with_for_update=True)
    if found.kind != "tote":
        raise Refused("not_a_tote", _("%(code)s isn't a tote. Scan a tote.", code=found.code))
    if found.warehouse_id != work.task.warehouse_id:
        raise Refused("not_here", _("%(code)s belongs to another warehouse. Scan another tote.", code=found.code))
    held = held_in(work.session, [found.id])
    others = {one.order_ref for one in held if one.order_id != work.task.document_id}
    if others:
        raise Refused(
            "tote_of_another",
            _("%(code)s holds order %(order)s. Scan another tote.", code=found.code, order=", ".join(sorted(others))),
        )
    is_mine = found.task_id == work.task.id or found.id in work.memory.totes
    if not is_mine and work.session.scalar(select(_is_busy()).where(Container.id == found.id)):
        raise Refused("tote_of_another", _("%(code)s is in use. Scan another tote.", code=found.code))
    if not is_mine and not held and work.session.scalar(select(_is_used()).where(Container.id == found.id)):
        raise Refused(
            "tote_not_empty", _("%(code)s is not empty: its goods are to be put away. Scan another.", code=found.code)
        )
    return replace(meaning, stands=take(work, found.id))


def require_mine(work: Work, container_ids: Iterable[int]) -> None:
    """Goods of this work come back into these containers.

    Errors: ``tote_in_use`` where another order has one by now.
    """
    mine = work.task.document_id if work.task.document_type in ("order", "put_back") else 0
    for container_id in sorted(container_ids):
        found = work.session.get_one(
            Container, container_id, populate_existing=True, with_for_update={"key_share": True}
        )
        require_nobody_else(work, found, {mine})


def require_nobody_else(work: Work, found: Container, order_ids: Collection[int | None]) -> None:
    """Only these orders have units in the container, or are picked into it. Errors: ``tote_in_use``."""
    filling = select(Task.document_id).where(Task.id == found.task_id, Task.status.in_(UNFINISHED))
    orders = {one.order_id for one in held_in(work.session, [found.id])} | set(work.session.scalars(filling))
    if not orders <= set(order_ids):
        raise Refused(
            "tote_in_use", _("%(code)s is in use for another order by now. Leave this as it is.", code=found.code)
        )


def require_unused(work: Work, container_id: int) -> None:
    """Nobody is filling this container. Errors: ``tote_in_use``."""
    found = work.session.get_one(Container, container_id, populate_existing=True, with_for_update={"key_share": True})
    if work.session.scalar(select(_is_busy()).where(Container.id == container_id)):
        raise Refused("tote_in_use", _("Someone is picking into %(code)s. Leave it to them.", code=found.code))

"""One scan, as far as it goes: replay, lock, resolve, judge, remember, answer.

The device made the id of the scan. The task is locked first, then the id is looked up: a retry gets the stored answer
again, with ``replayed`` set, and changes nothing. Judging happens inside a savepoint: a refusal undoes whatever the
rule had begun, while the refused scan itself is kept with its answer.
"""

import copy
import hashlib
import json
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind
from app.config import Settings
from app.db import core, table
from app.floor import confirm, logistic_unit, printing
from app.floor.confirm import AskAgain
from app.floor.models import Scan
from app.floor.resolve import read, resolve
from app.floor.step import BEGUN, Arguments, Meaning, Prompt, Said, Step, Work, Workflow, action_way
from app.floor.workflows import WORKFLOWS
from app.language import _
from app.people.actor import Actor
from app.people.models import Operator
from app.places.models import Location, Warehouse
from app.refusal import Conflict, NotFound, Refused
from app.tasks import lines
from app.tasks.models import Task
from app.tasks.queue import require_role, take_over, taken

Answer = dict[str, Any]
scan_table, task_table = table(Scan), table(Task)
_SCAN = insert(scan_table)


def scan(
    session: Session,
    settings: Settings,
    actor: Actor,
    task_id: int,
    *,
    scan_id: str,
    code: str,
    scanned_at: datetime | None = None,
) -> Answer:
    """Judge one scan of a task. A refusal is an answer too (``outcome`` refused) and is remembered.

    Errors: ``unknown_task``; ``task_taken``; ``role_missing``; ``idempotency_key_reused``.
    """
    code = _storable(code)
    body = {"task": task_id, "code": code}
    return _advance(session, settings, actor, task_id, scan_id, body, code, scanned_at, None)


def act(
    session: Session,
    settings: Settings,
    actor: Actor,
    task_id: int,
    *,
    action_id: str,
    name: str,
    quantity: int | None = None,
    reason: str = "",
    code: str = "",
    note: str = "",
    scanned_at: datetime | None = None,
) -> Answer:
    """Do one action of a task (quantity, short, skip, undo, ...). Errors: as ``scan``."""
    name, reason, code, note = map(_storable, (name, reason, code, note))
    arguments = Arguments(quantity=quantity, reason=reason, code=code, note=note)
    body = {"task": task_id, "name": name, "quantity": quantity, "reason": reason, "code": code, "note": note}
    return _advance(session, settings, actor, task_id, action_id, body, name, scanned_at, arguments)


def _storable(text: str) -> str:
    """The text without what no database keeps: a NUL, or half a character."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


def show(session: Session, settings: Settings, actor: Actor, task_id: int) -> Answer:
    """The task as it stands: its prompt, and nothing judged. Reads only."""
    work, _seen = _load(session, settings, actor, task_id)
    return _answer(work, outcome=None, code="", message="")


def _advance(
    session: Session,
    settings: Settings,
    actor: Actor,
    task_id: int,
    scan_id: str,
    body: dict[str, Any],
    code: str,
    scanned_at: datetime | None,
    arguments: Arguments | None,
) -> Answer:
    work, stored = _load(session, settings, actor, task_id, scan_id=scan_id, is_locked=True)
    task = work.task
    body_hash = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    if stored is not None:
        return _replayed(stored, actor, body_hash)
    if arguments is not None and body["name"] == "take_over":
        take_over(session, actor, task_id)
        session.refresh(task)
    _require_mine(session, actor, task)
    work.key, work.raw, work.scanned_at = f"scan:{scan_id}", code, scanned_at
    work.again = work.memory.pop("again", "")
    workflow = WORKFLOWS[task.kind]
    expected = ""
    connection = core(session)
    connection.exec_driver_sql("SAVEPOINT judged")  # by hand: SQLAlchemy's own costs as much as two more statements
    try:
        said = _vanished(work)
        if said is None:
            step = None if task.status in ("done", "cancelled") else workflow.waiting(work)
            expected = " ".join(step.expects) if step else ""
            said = _judge(work, workflow, step, code, arguments)
        session.flush()
        connection.exec_driver_sql("RELEASE SAVEPOINT judged")
        answer = _answer(work, outcome="accepted", code=said.code, message=said.message)
    except Refused as refused:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT judged")
        session.expunge_all()  # what the rule had begun is gone from the database, and from here
        work, _seen = _load(session, settings, actor, task_id, is_locked=True)
        work.memory.pop("again", None)
        if isinstance(refused, AskAgain):
            work.remember(again=code)
        answer = _answer(work, outcome="refused", code=refused.code, message=refused.message)
    _keep(work)
    core(session).execute(
        _SCAN,
        {
            "scan_id": scan_id,
            "task_id": task_id,
            "operator_id": actor.operator_id,
            "device": actor.device,
            "kind": "scan" if arguments is None else "action",
            "code": code,
            "expected": expected,
            "outcome": answer["outcome"],
            "answer_code": answer["code"],
            "answer": answer,
            "body_hash": body_hash,
            "scanned_at": scanned_at or work.now,
            "received_at": work.now,
        },
    )
    return answer


@cache
def _change(names: tuple[str, ...]) -> Any:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names if name != "done_lines"}
    if "done_lines" in names:
        values["done_lines"] = task_table.c.done_lines + bindparam("new_done_lines")
    return update(task_table).where(task_table.c.id == bindparam("task")).values(values)


def _keep(work: Work) -> None:
    """What this scan changed in its task's row, in one statement."""
    values: dict[str, Any] = {}
    if work.task.memory != work.memory:
        values["memory"] = work.memory
    if work.lines_done:
        values["done_lines"] = work.lines_done
    if work.is_finished:
        values |= {"status": "done", "done_at": work.now}
    if values:
        given = {f"new_{name}": value for name, value in values.items()}
        core(work.session).execute(_change(tuple(values)), {"task": work.task.id, **given})


def _replayed(stored: Row[Any], actor: Actor, body_hash: str) -> Answer:
    """The first answer to this id. Errors: ``idempotency_key_reused`` for another body or another person."""
    if stored.body_hash != body_hash or stored.scanned_by != actor.operator_id:
        raise Conflict(
            "idempotency_key_reused", _("This scan id was used for something else. Give each scan an id of its own.")
        )
    return {**stored.answer, "replayed": True}


def _require_mine(session: Session, actor: Actor, task: Task) -> None:
    require_role(actor, task.kind)
    if task.status == "claimed" and task.operator_id != actor.operator_id:
        raise taken(session, task)
    if task.status == "done" and task.operator_id != actor.operator_id:
        raise Conflict("not_your_task", _("Somebody else finished this task. Only they can undo it."))
    if task.status == "open":
        raise Conflict("task_not_claimed", _("Nobody holds this task. Claim it first, then scan."))


_TASK = (
    select(
        Task,
        Warehouse.code,
        Warehouse.time_zone,
        Location.id,
        scan_table.c.answer,
        scan_table.c.body_hash,
        scan_table.c.operator_id.label("scanned_by"),
    )
    .join(Warehouse, Warehouse.id == Task.warehouse_id)
    .join(Location, (Location.warehouse_id == Warehouse.id) & (Location.kind == "floor"))
    .outerjoin(scan_table, scan_table.c.scan_id == bindparam("scan_id"))
    .where(Task.id == bindparam("task"))
    .execution_options(populate_existing=True)
)
_LOCKED_TASK = _TASK.with_for_update(of=Task)


def _load(
    session: Session, settings: Settings, actor: Actor, task_id: int, *, scan_id: str = "", is_locked: bool = False
) -> tuple[Work, Row[Any] | None]:
    """The task with its warehouse, ready to be worked at, and what this scan's id was answered before, if it was.

    On PostgreSQL a twin of this scan that held the lock meanwhile is not seen here: the unique id then fails at the
    end, and the transaction is run again and finds it.
    Errors: ``unknown_task``.
    """
    given = {"task": task_id, "scan_id": scan_id}
    row = session.execute(_LOCKED_TASK if is_locked else _TASK, given).first()
    if row is None:
        raise NotFound("unknown_task", _("There is no such task. Go back and choose again."))
    task: Task = row[0]
    work = Work(
        session=session,
        settings=settings,
        actor=actor,
        task=task,
        warehouse=row[1],
        time_zone=row[2],
        floor_id=row[3],
        now=clock.now(),
        memory=copy.deepcopy(task.memory),
    )
    return work, row if row.scanned_by is not None else None


def _vanished(work: Work) -> Said | None:
    """The line that the worker was at went away, or shrank (its order was cancelled): say so and go on, never crash."""
    line_id = work.memory.get("line")
    if line_id is None:
        return None
    line, in_hand = work.line, work.counted
    if line is not None and line.id == line_id:
        if in_hand <= line.left or work.task.kind != "pick":  # no other line shrinks; a receipt may pass its line
            return None
        work.remember(counted=line.left)
        return _too_many_now(line, in_hand - line.left)
    gone = lines.line_of(work.session, line_id)
    work.forget("line", "counted", *BEGUN)
    if gone is not None and in_hand:
        return _too_many_now(gone, in_hand)
    if gone is not None and gone.status == "cancelled":
        return Said("line_gone", _("This line was cancelled. Go on with the next."))
    return None


def _too_many_now(line: lines.Line, units: int) -> Said:
    return Said(
        "line_gone",
        _(
            "This was cancelled meanwhile. Put %(n)s %(sku)s back in %(place)s.",
            n=units,
            sku=line.sku or line.source_container,
            place=line.source or "?",
        ),
    )


def _judge(work: Work, workflow: Workflow, step: Step | None, code: str, arguments: Arguments | None) -> Said:
    if arguments is not None:
        if code == "take_over":
            return Said("taken_over", _("You have taken this over. Everything counted so far is kept."))
        if step is None and work.task.status == "claimed" and code == "done":
            return Said("nothing_left", _("Nothing is left to do here."))
        if step is None and code != "undo":
            raise _cannot(code)
        return _action(work, workflow, code, arguments)
    if step is None:
        raise Refused("task_done", _("This task is finished. Take the next one."))
    barcode = logistic_unit.joined(work, read(code, today=work.today, profile=work.actor.scanner))
    if barcode.internal is not None and barcode.internal.kind is InternalKind.PRINTER:
        return printing.choose(work, barcode.internal.code)
    item_id = work.line.item_id if work.line is not None else None
    meaning = resolve(
        work.session,
        barcode,
        expects=step.expects,
        warehouse_id=work.task.warehouse_id,
        item_id=work.memory.get("item", item_id),
        today=work.today,
        takes_new=step.takes_new,
    )
    if meaning.type == "action":
        return _action(work, workflow, meaning.code, Arguments())
    confirm.whole_label(work, barcode, meaning)
    if meaning.type not in ("item", "sscc"):
        return step.accept(work, meaning)
    is_of_line = meaning.id == work.memory.get("item", item_id) and "sscc" not in meaning.facts
    is_only_a_fact = step.expects[0] in FACTS and is_of_line
    said = _other_facts(work, workflow, meaning) if is_only_a_fact else None
    if said is None:
        said = step.accept(work, meaning)
        said = _other_facts(work, workflow, logistic_unit.whole(work, meaning)) or said
    return said


FACTS = ("lot", "expiry", "serial")


def _other_facts(work: Work, workflow: Workflow, meaning: Meaning) -> Said | None:
    """One label that carries item, lot and expiry answers all of those prompts in one scan."""
    said = None
    for word, value in (("lot", meaning.lot), ("expiry", meaning.expiry), ("serial", meaning.serial)):
        step = workflow.waiting(work)
        if value and step is not None and step.expects[0] == word:
            fact = Meaning(
                type=word,
                code=str(value),
                item_id=meaning.item_id,
                lot=meaning.lot,
                expiry=meaning.expiry,
                serial=meaning.serial,
            )
            said = step.accept(work, fact)
    return said


def _action(work: Work, workflow: Workflow, name: str, arguments: Arguments) -> Said:
    action = workflow.actions.get(name)
    if action is None or (work.task.status != "claimed" and not (work.task.status == "done" and name == "undo")):
        raise _cannot(name)
    return action(work, arguments)


def _cannot(name: str) -> Refused:
    return Refused("unknown_action", _("%(name)s cannot be done here. See what the screen offers.", name=name[:30]))


def _answer(work: Work, *, outcome: str | None, code: str, message: str) -> Answer:
    """The whole answer; a task whose last line is done is closed here."""
    task = work.task
    workflow = WORKFLOWS[task.kind]
    step = workflow.waiting(work) if task.status in ("open", "claimed") else None
    is_given_back = task.status == "open" and outcome == "accepted"
    if step is None and task.status == "claimed" and outcome == "accepted":
        work.finish()
    prompt = step.prompt(work) if step and not is_given_back else _nothing_waits(work, workflow, said=message)
    is_mine = task.operator_id == work.actor.operator_id
    operator = (
        work.actor.name
        if is_mine
        else work.session.scalar(select(Operator.name).where(Operator.id == task.operator_id))
    )
    return {
        "outcome": outcome,
        "code": code,
        "message": message,
        "replayed": False,
        "task": {
            "id": task.id,
            "kind": task.kind,
            "status": task.status,
            "done_lines": task.done_lines,
            "lines": task.lines,
            "operator": operator,
            "document": task.document,
            "warehouse": work.warehouse,
            "can_undo": task.status == "done" and is_mine and workflow.may_undo(work),
        },
        "prompt": prompt.as_json(),
        "movements": work.movements,
    }


def _nothing_waits(work: Work, workflow: Workflow, *, said: str) -> Prompt:
    """What comes next, where this task asks for nothing more: finished, cancelled, or given back to the queue."""
    if work.task.status == "open":
        return Prompt(instruction=said)
    if work.task.status == "claimed":  # its last lines went away before anybody scanned
        ways = [action_way("done", _("Done"))]
        return Prompt(expects=("confirm",), instruction=_("Nothing is left to do here."), ways=ways)
    if work.task.status == "cancelled":
        return Prompt(instruction=_("This task was cancelled. Bring what you hold back and take the next one."))
    return Prompt(instruction=workflow.finished(work))

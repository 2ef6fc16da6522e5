"""One scan or action, judged: which step waits, what the code means there, and what the step says to it."""

from app.barcode.internal import InternalKind
from app.floor.loop.ended_job import require_going_on
from app.floor.meaning.resolve import read, resolve
from app.floor.shared import confirm, logistic_unit, over_receipt, printing
from app.floor.shared.step import BEGUN, Arguments, Meaning, Said, Step, Work, Workflow
from app.language import _
from app.refusal import Refused
from app.tasks import lines

FACTS = ("lot", "expiry", "serial")


def vanished(work: Work) -> Said | None:
    """The line that the worker was at went away, or shrank (its order was cancelled): say so and go on, never crash.

    Errors: ``task_ended`` where a supervisor ended the whole job.
    """
    require_going_on(work)
    line_id = work.memory.get("line")
    if line_id is None:
        return None
    line, in_hand = work.line, work.counted
    if line is not None and line.id == line_id:
        if work.task.kind == "receive":
            return _ordered_less(work, line, in_hand - over_receipt.limit(work, line))
        if in_hand <= line.left or work.task.kind != "pick":  # no other line shrinks
            return None
        work.remember(counted=line.left)
        return _too_many_now(line, in_hand - line.left)
    gone = lines.line_of(work.session, line_id)
    if gone is not None and in_hand and work.task.kind == "receive":
        return _ordered_less(work, gone, in_hand)
    work.forget("line", "counted", *BEGUN)
    if gone is not None and in_hand:
        return _too_many_now(gone, in_hand)
    if gone is not None and gone.status == "cancelled":
        return Said("line_gone", _("This line was cancelled. Go on with the next."))
    return None


def _ordered_less(work: Work, line: lines.Line, units: int) -> Said | None:
    """The office changed the purchase order while it was unpacked: what is counted beyond it stays outside."""
    if units <= 0:
        return None
    left = work.counted - units
    if left:
        work.remember(counted=left)
        if serials := work.memory.get("serials"):
            work.remember(serials=serials[:left])
    else:
        work.forget("line", "counted", *BEGUN)
    return Said(
        "line_gone",
        _(
            "%(document)s was changed meanwhile. Set %(n)s × %(sku)s aside and ask the office.",
            document=work.task.document,
            n=units,
            sku=line.sku,
        ),
    )


def _too_many_now(line: lines.Line, units: int) -> Said:
    return Said(
        "line_gone",
        _(
            "This was cancelled meanwhile. Put %(n)s × %(sku)s back in %(place)s.",
            n=units,
            sku=line.sku or line.source_container,
            place=line.source or "?",
        ),
    )


def judge(work: Work, workflow: Workflow, step: Step | None, code: str, arguments: Arguments | None) -> Said:
    """What the waiting ``step`` says to a scan (``arguments`` is None) or to an action called ``code``.

    Errors: every refusal of a rule.
    """
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
        task_id=work.task.id,
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
                produced=meaning.produced,
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

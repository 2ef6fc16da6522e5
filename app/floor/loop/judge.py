"""One scan or action, judged: which step waits, what the code means there, and what the step says to it."""

from app.barcode.internal import InternalKind
from app.floor.kinds import Kind
from app.floor.loop.heard import Heard
from app.floor.meaning.resolve import read, resolve
from app.floor.shared import confirm, logistic_unit
from app.floor.shared.step import Arguments, M, Meaning, Said, Step, Workflow, WorkWith
from app.language import _
from app.refusal import Refused

FACTS = ("lot", "expiry", "serial")


def judge(work: WorkWith[M], kind: Kind[M], step: Step[M] | None, heard: Heard) -> Said:
    """What the waiting ``step`` says to a scan or an action.

    Errors: every refusal of a rule.
    """
    if heard.arguments is not None:
        return _acted(work, kind.workflow, step, heard.code, heard.arguments)
    if step is None:
        raise Refused("task_done", _("This task is finished. Take the next one."))
    barcode = logistic_unit.joined(work, read(heard.code, today=work.today, profile=work.actor.scanner))
    if barcode.internal is not None and barcode.internal.kind is InternalKind.PRINTER:
        return kind.choose_printer(work, barcode.internal.code)
    item_id = work.memory.item or (work.line.item_id if work.line is not None else None)
    meaning = resolve(
        work.session,
        barcode,
        expects=step.expects,
        warehouse_id=work.task.warehouse_id,
        item_id=item_id,
        task_id=work.task.id,
        today=work.today,
        takes_new=step.takes_new,
    )
    if meaning.type == "action":
        return _action(work, kind.workflow, meaning.code, Arguments())
    confirm.whole_label(work, barcode, meaning)
    if meaning.type not in ("item", "sscc"):
        return step.accept(work, meaning)
    is_of_line = meaning.id == item_id and "sscc" not in meaning.facts
    is_only_a_fact = step.expects[0] in FACTS and is_of_line
    said = _other_facts(work, kind.workflow, meaning) if is_only_a_fact else None
    if said is None:
        said = step.accept(work, meaning)
        said = _other_facts(work, kind.workflow, logistic_unit.whole(work, meaning)) or said
    return said


def _acted(work: WorkWith[M], workflow: Workflow[M], step: Step[M] | None, name: str, arguments: Arguments) -> Said:
    """An action; where no step waits there is little to be done."""
    if name == "take_over":
        return Said("taken_over", _("You have taken this over. Everything counted so far is kept."))
    if step is None and work.task.status == "claimed" and name == "done":
        return Said("nothing_left", _("Nothing is left to do here."))
    if step is None and name != "undo":
        raise _cannot(name)
    return _action(work, workflow, name, arguments)


def _other_facts(work: WorkWith[M], workflow: Workflow[M], meaning: Meaning) -> Said | None:
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


def _action(work: WorkWith[M], workflow: Workflow[M], name: str, arguments: Arguments) -> Said:
    action = workflow.actions.get(name)
    if action is None or (work.task.status != "claimed" and not (work.task.status == "done" and name == "undo")):
        raise _cannot(name)
    return action(work, arguments)


def _cannot(name: str) -> Refused:
    return Refused("unknown_action", _("%(name)s cannot be done here. See what the screen offers.", name=name[:30]))

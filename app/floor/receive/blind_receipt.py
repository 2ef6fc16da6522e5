"""A blind receipt: goods that no purchase order announced. The receiver says why; each line is made by scanning."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.floor.receive import prompts
from app.floor.receive.memory import Work
from app.floor.shared import confirm, over_receipt
from app.floor.shared.blind_number import BLIND, spelt
from app.floor.shared.step import Arguments, Meaning, Prompt, Said, Step, action_way
from app.language import _
from app.places.models import Warehouse
from app.places.numbers import next_number
from app.refusal import Refused
from app.tasks.lines import Line, line_of, lines, shrink_line
from app.tasks.models import TaskLine
from app.tasks.queue import NewLine, add_lines, open_task
from app.words import word

REASONS = ("no_order", "sample", "found", "other")


def open_receipt(session: Session, warehouse: Warehouse) -> int:
    """Begin one, under a number of its own. Returns the task's id."""
    number = next_number(session, "blind receipt")
    return open_task(
        session,
        kind="receive",
        warehouse_id=warehouse.id,
        document_type=BLIND,
        document_id=number,
        document=spelt(number),
    ).id


def _ask_reason(work: Work) -> Prompt:
    ways = [action_way("reason", word(reason), reason=reason) for reason in REASONS]
    return prompts.prompt(
        work, _("Why is there no purchase order?"), value=work.task.document, ways=ways, expects=("reason",)
    )


def _no_scan(_work: Work, meaning: Meaning) -> Said:
    raise confirm.wrong(meaning, wanted=_("First say why there is no purchase order."))


def say_why(work: Work, arguments: Arguments) -> Said:
    """The action *reason*. Errors: ``unknown_action`` where a purchase order is the reason; ``unknown_reason``."""
    if not over_receipt.is_blind(work):
        raise Refused("unknown_action", _("%(name)s cannot be done here. See what the screen offers.", name="reason"))
    if arguments.reason not in REASONS:
        raise Refused(
            "unknown_reason", _("Give a reason: %(reasons)s.", reasons=", ".join(REASONS)), reasons=list(REASONS)
        )
    work.memory = replace(work.memory, reason=arguments.reason)
    return Said("reason_noted", _("%(reason)s. Now scan what came.", reason=word(arguments.reason)))


def line_for(work: Work, meaning: Meaning) -> Line:
    """The line of this item: one that was undone, else a new one."""
    again = lines(work.session, work.task.id, TaskLine.item_id == meaning.id, TaskLine.status == "open", limit=1)
    if again:
        return again[0]
    new = add_lines(work.session, work.task.id, [NewLine(item_id=meaning.id, quantity=meaning.quantity)])[0]
    work.session.refresh(work.task)
    line = line_of(work.session, new)
    assert line is not None, "a line that was just made is gone"
    return line


def leave_rest(work: Work) -> None:
    """Lines whose receipt was undone ask for nothing any more."""
    for line in lines(work.session, work.task.id, TaskLine.status == "open"):
        shrink_line(work.session, line.id, line.left)
    work.session.refresh(work.task)


REASON = Step(("reason",), _ask_reason, _no_scan)

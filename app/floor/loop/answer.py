"""The answer to a scan: the verdict, the task, what was posted, and the prompt that waits now."""

from typing import Any

from sqlalchemy import select

from app.floor.kinds import KINDS
from app.floor.loop.ended_job import ended_words
from app.floor.shared.step import M, Prompt, Workflow, WorkWith, action_way
from app.language import _
from app.people.models import Operator
from app.tasks.models import UNFINISHED

Answer = dict[str, Any]


def answered(work: WorkWith[Any], *, outcome: str | None, code: str, message: str, is_asked: bool = False) -> Answer:
    """The whole answer; a task whose last line is done is closed here. ``is_asked``: the same once more does it."""
    task = work.task
    workflow = KINDS[task.kind].workflow
    step = workflow.waiting(work) if task.status in UNFINISHED else None
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
        "asked": is_asked,
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


def _nothing_waits(work: WorkWith[M], workflow: Workflow[M], *, said: str) -> Prompt:
    """What comes next, where this task asks for nothing more: finished, cancelled, or given back to the queue."""
    if work.task.status == "open":
        return Prompt(instruction=said)
    if work.task.status == "claimed":  # its last lines went away before anybody scanned
        ways = [action_way("done", _("Done"))]
        return Prompt(expects=("confirm",), instruction=_("Nothing is left to do here."), ways=ways)
    if work.task.status == "cancelled":
        if ended := ended_words(work):
            return Prompt(instruction=ended)
        return Prompt(instruction=_("This task was cancelled. Bring what you hold back and take the next one."))
    return Prompt(instruction=workflow.finished(work))

"""Every kind of floor work: the explicit list."""

from app.floor.step import Workflow
from app.floor.workflows import pick, putaway, receive

WORKFLOWS: dict[str, Workflow] = {
    workflow.kind: workflow for workflow in (receive.WORKFLOW, putaway.WORKFLOW, pick.WORKFLOW)
}

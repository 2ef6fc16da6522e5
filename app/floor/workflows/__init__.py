"""Every kind of floor work: the explicit list."""

from app.floor.step import Workflow
from app.floor.workflows import count, inspect, move, pack, pick, putaway, receive, ship

WORKFLOWS: dict[str, Workflow] = {
    module.WORKFLOW.kind: module.WORKFLOW for module in (receive, putaway, pick, pack, ship, inspect, count, move)
}

"""Every kind of floor work: the explicit list."""

from app.floor.count import workflow as count
from app.floor.inspect import workflow as inspect
from app.floor.move import workflow as move
from app.floor.pack import workflow as pack
from app.floor.pick import workflow as pick
from app.floor.putaway import workflow as putaway
from app.floor.receive import workflow as receive
from app.floor.shared.step import Workflow
from app.floor.ship import workflow as ship

WORKFLOWS: dict[str, Workflow] = {
    module.WORKFLOW.kind: module.WORKFLOW for module in (receive, putaway, pick, pack, ship, inspect, count, move)
}

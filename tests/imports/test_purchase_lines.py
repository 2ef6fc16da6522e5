"""Lines of purchase orders that a file brings again, with other goods: *inbound* follows, in portions of many."""

import pytest
from sqlalchemy import event, select

from app.catalog.models import Item
from app.config import Settings
from app.control.verification import verify
from app.imports import run
from app.ledger.models import Availability
from app.supply.models import PurchaseOrder, PurchaseOrderLine
from app.supply.purchase_orders import receive_units, short_close
from app.tasks.models import Task, TaskLine

HEAD = "number,supplier,warehouse,line,sku,quantity\n"
PLACES = "warehouse,code,kind\nW,D-1,dock\nV,D-1,dock\n"


def load(session, kind, text):
    return run(session, Settings(), kind, text, dry_run=False)


def lines(session, text):
    """(created, updated, unchanged) of these lines."""
    result = load(session, "purchase-orders", HEAD + text)
    assert not result.errors, result.errors
    return result.created, result.updated, result.unchanged


def inbound(session):
    statement = select(Item.sku, Availability.inbound).join(Availability, Availability.item_id == Item.id)
    return {sku: units for sku, units in session.execute(statement) if units}


def line_id(session, number, line):
    statement = select(PurchaseOrderLine.id).join(PurchaseOrder).where(PurchaseOrder.number == number)
    return session.scalars(statement.where(PurchaseOrderLine.line == line)).one()


def status(session, number):
    return session.scalars(select(PurchaseOrder.status).where(PurchaseOrder.number == number)).one()


@pytest.fixture
def house(session):
    load(session, "items", "sku,name\nA,Mug\nB,Bowl\nC,Cup\n")
    load(session, "locations", PLACES)
    assert lines(session, "P1,S,W,1,A,10\nP1,S,W,2,B,5\nP2,S,W,1,A,3\n") == (3, 0, 0)
    return session


def test_other_items_more_and_fewer_move_inbound_together(house):
    assert lines(house, "P1,S,W,1,C,10\nP1,S,W,2,B,7\nP2,S,W,1,A,1\nP2,S,W,2,A,4\n") == (1, 3, 0)
    assert inbound(house) == {"A": 5, "B": 7, "C": 10}
    assert lines(house, "P1,S,W,1,A,10\nP1,S,W,2,A,7\n") == (0, 2, 0)
    assert inbound(house) == {"A": 22}
    assert verify(house).ok


def test_what_was_received_stays_received_and_an_order_opens_and_closes_with_it(house):
    receive_units(house, line_id(house, "P2", "1"), 2, tolerance_percent=0)
    assert lines(house, "P2,S,W,1,A,2\n") == (0, 1, 0)
    assert (status(house, "P2"), inbound(house)["A"]) == ("closed", 10)
    assert lines(house, "P2,S,W,1,A,6\n") == (0, 1, 0)
    assert (status(house, "P2"), inbound(house)["A"]) == ("open", 14)
    short_close(house, "P2")
    assert lines(house, "P2,S,W,1,A,7\n") == (0, 1, 0)
    assert inbound(house)["A"] == 11, "what was given up stays given up"
    assert verify(house).ok


def test_each_line_that_may_not_change_is_named_and_nothing_is_written(house):
    receive_units(house, line_id(house, "P1", "2"), 2, tolerance_percent=0)
    warehouse_id = house.scalars(select(PurchaseOrder.warehouse_id).where(PurchaseOrder.number == "P2")).one()
    at = house.scalars(select(PurchaseOrder.created_at).where(PurchaseOrder.number == "P2")).one()
    job = Task(kind="receive", warehouse_id=warehouse_id, created_at=at)
    house.add(job)
    house.flush()
    house.add(TaskLine(task_id=job.id, position=1, quantity=3, document_line_id=line_id(house, "P2", "1")))
    house.flush()
    before = inbound(house)
    changed = HEAD + "P1,S,W,1,A,11\nP1,S,W,2,B,1\nP2,S,W,1,C,3\n"
    result = load(house, "purchase-orders", changed)
    assert [(one.row, one.column, one.code) for one in result.errors] == [
        (3, "quantity", "line_received"),
        (4, "quantity", "line_in_work"),
    ]
    assert inbound(house) == before
    assert lines(house, "P2,S,W,1,A,9\n") == (0, 1, 0), "more of the same may come while it is received"
    assert verify(house).ok


def test_a_thousand_changed_lines_take_no_more_statements_than_a_few(house):
    """Statements of a portion, and not of each line: a night's file would hold up the floor otherwise."""

    def statements(text):
        said = []
        note = lambda *arguments: said.append(arguments[2])  # noqa: E731 - a listener is told six things
        connection = house.connection()
        event.listen(connection, "before_cursor_execute", note)
        assert lines(house, text)[1] == text.count("\n")
        event.remove(connection, "before_cursor_execute", note)
        return len(said)

    orders = [(f"M{number // 10}", number % 10) for number in range(1300)]
    assert lines(house, "".join(f"{order},S,W,{line},A,5\n" for order, line in orders))[0] == 1300
    few = statements("P1,S,W,1,C,11\nP1,S,W,2,A,4\n")
    many = statements("".join(f"{order},S,W,{line},{'ABC'[line % 3]},{line + 6}\n" for order, line in orders))
    assert many <= few + 10
    assert verify(house).ok

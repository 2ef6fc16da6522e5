"""Returns: what was shipped may come back once."""

import pytest

from app.refusal import Refused
from app.returns.authorise import authorise, lines_of, rma_of
from app.returns.disposition import close, inspected, received
from app.returns.models import Rma
from tests.stock.house import House


@pytest.fixture
def sold(house: House) -> House:
    """Order SO-1: five mugs of which three are shipped, and two cups of which none is."""
    house.stock("MUG", 9)
    house.stock("CUP", 9)
    house.order("SO-1", ("MUG", 5), ("CUP", 2))
    house.fulfil("SO-1", 3, line="1")
    return house


def announce(house: House, *lines: tuple[str, int], ref: str = "SO-1", channel: str = "shop") -> Rma:
    named = [(line, units, "too big") for line, units in lines]
    return authorise(house.session, channel=channel, order_ref=ref, lines=named)


def refused(house: House, *lines: tuple[str, int], **order: str) -> str:
    with pytest.raises(Refused) as refusal:
        announce(house, *lines, **order)
    return refusal.value.code


def test_an_rma_names_what_comes_back_and_moves_nothing(sold: House):
    rma = announce(sold, ("1", 2))
    assert rma.number == "RMA-000001"
    [(line, order_line)] = lines_of(sold.session, rma.id)
    assert (line.quantity, line.reason, order_line.sku, order_line.returned) == (2, "too big", "MUG", 0)
    assert sold.sums("MUG") == (6, 0, 2, 0)


def test_what_was_not_shipped_or_is_announced_already_is_refused(sold: House):
    assert refused(sold, ("2", 1)) == "not_shipped"
    assert refused(sold, ("1", 4)) == "return_too_many"
    assert refused(sold, ("1", 2), ("1", 2)) == "return_too_many"
    assert refused(sold, ("7", 1)) == "unknown_line"
    assert refused(sold, ("1", 0)) == "bad_quantity"
    assert refused(sold) == "bad_quantity"
    assert refused(sold, ("1", 1), ref="SO-9") == "unknown_order"
    assert refused(sold, ("1", 1), channel="other") == "unknown_order"
    announce(sold, ("1", 2))
    assert refused(sold, ("1", 2)) == "return_too_many"
    announce(sold, ("1", 1))


def test_the_return_closes_with_its_last_inspected_unit_and_opens_when_that_is_taken_back(sold: House):
    rma = announce(sold, ("1", 2))
    [(line, _)] = lines_of(sold.session, rma.id)

    def status() -> str:
        sold.session.refresh(rma)
        return rma.status

    received(sold.session, line.id, 2)
    assert sold.line("SO-1").returned == 2
    inspected(sold.session, line.id, 1)
    assert status() == "open"
    inspected(sold.session, line.id, 1)
    assert status() == "closed"
    inspected(sold.session, line.id, -1)
    assert status() == "open"
    received(sold.session, line.id, -1)
    assert sold.line("SO-1").returned == 1


def test_more_than_announced_does_not_arrive_and_more_than_arrived_is_not_decided(sold: House):
    rma = announce(sold, ("1", 2))
    [(line, _)] = lines_of(sold.session, rma.id)
    with pytest.raises(Refused) as refusal:
        received(sold.session, line.id, 3)
    assert refusal.value.code == "return_too_many"
    received(sold.session, line.id, 1)
    with pytest.raises(Refused) as refusal:
        inspected(sold.session, line.id, 2)
    assert refusal.value.code == "not_received"


def test_a_return_closed_early_frees_what_did_not_come(sold: House):
    rma = announce(sold, ("1", 3))
    [(line, _)] = lines_of(sold.session, rma.id)
    received(sold.session, line.id, 1)
    with pytest.raises(Refused) as refusal:
        close(sold.session, rma.number)
    assert refusal.value.code == "inspection_waiting"
    inspected(sold.session, line.id, 1)
    close(sold.session, rma.number)
    assert refused(sold, ("1", 3)) == "return_too_many"
    announce(sold, ("1", 2))
    with pytest.raises(Refused) as refusal:
        rma_of(sold.session, "RMA-9")
    assert refusal.value.code == "unknown_return"

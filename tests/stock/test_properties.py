"""Any sequence of what a warehouse does, against a model of plain numbers: after every step all invariants hold.

``TRUESHELF_SOAK=1`` tries many more and longer sequences.
"""

import os

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.control.verification import verify
from app.ledger.models import Balance, Movement
from app.orders.models import Allocation, Reservation
from tests.stock.model_goods import Goods
from tests.stock.model_orders import Orders
from tests.stock.model_parcels import Parcels

SOAK = bool(os.environ.get("TRUESHELF_SOAK"))
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if SOAK else [])]
"""Shrinking a failure takes minutes on a database: it is left to the long run."""


class Warehouse(Goods, Orders, Parcels):
    """Everything that can happen, and what must be true after every step."""

    @invariant()
    def the_kept_sums_are_those_of_the_model(self) -> None:
        for sku, sums in self.sums.items():
            kept = self.house.sums(sku)
            assert kept == (sums.on_hand, sums.unavailable, self.committed(sku), sums.inbound)

    @invariant()
    def every_line_holds_what_the_model_says(self) -> None:
        for ref, told in self.orders.items():
            for name, line in told.lines.items():
                kept = self.house.line(ref, name)
                facts = (kept.quantity, kept.cancelled, kept.shipped, kept.returned, self.house.reserved(ref, name))
                assert facts == (line.quantity, line.cancelled, line.shipped, line.returned, line.held)

    @invariant()
    def every_kept_number_is_the_replay_of_the_facts(self) -> None:
        assert verify(self.session).differences == ()

    @invariant()
    def everything_that_is_here_came_from_somewhere(self) -> None:
        """The sum over all places, virtual ones too, is zero: what a place gained another one lost."""
        both = [(Movement.target_location_id, 1), (Movement.source_location_id, -1)]
        sides = [select(func.coalesce(func.sum(Movement.quantity), 0)).where(place > 0) for place, _sign in both]
        assert self.session.scalar(sides[0]) == self.session.scalar(sides[1])
        assert self.session.scalar(select(func.count()).where(Balance.quantity < Balance.allocated)) == 0

    @invariant()
    def each_promised_unit_is_resolved_once(self) -> None:
        spent = Reservation.consumed + Reservation.released + Reservation.expired
        assert self.session.scalar(select(func.count()).where(spent > Reservation.quantity)) == 0
        chosen = Allocation.picked + Allocation.released
        assert self.session.scalar(select(func.count()).where(chosen > Allocation.quantity)) == 0
        over = text(
            "SELECT count(*) FROM reservation r WHERE r.quantity - r.consumed - r.released - r.expired <"
            " (SELECT coalesce(sum(quantity - picked - released), 0) FROM allocation WHERE reservation_id = r.id)"
            " + (SELECT coalesce(sum(quantity), 0) FROM holding WHERE reservation_id = r.id AND NOT is_shipped)"
        )
        assert self.session.scalar(over) == 0


# Case 4, too: reserved never falls below zero, by any sequence of commands.
def test_after_any_sequence_of_commands_all_invariants_hold(session: Session):
    """Stock case 4."""
    machine = type("Here", (Warehouse,), {"session": session})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=300 if SOAK else 8, stateful_step_count=60 if SOAK else 25, phases=PHASES),
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_machine_would_notice_a_unit_that_is_promised_twice(session: Session, monkeypatch: pytest.MonkeyPatch):
    """The net itself is tested: with the rule broken, some sequence falls through it."""
    from app.orders import reserve

    monkeypatch.setattr(reserve, "lock_availability", lambda _session, ids: dict.fromkeys(((i, 1) for i in ids), 99))
    monkeypatch.setattr(
        reserve,
        "commit_units",
        lambda session, item, house, n: reserve.shift(session, item, house, committed=n) or True,
    )
    machine = type("Broken", (Warehouse,), {"session": session})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine, settings=settings(max_examples=50, stateful_step_count=20, database=None, phases=PHASES)
        )

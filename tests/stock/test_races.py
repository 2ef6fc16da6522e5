"""Many at once, on a real file and a real server: nothing is promised twice and nobody sees a deadlock.

Each test starts its workers together behind a barrier and asks afterwards only what must be true whoever was faster.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.control.verification import verify
from app.db import db, reading, transact
from app.ledger.models import Posting
from app.ledger.post import Header, Move, Place, post
from app.ledger.seal import head, seal
from app.orders.cancel import cancel_order
from app.orders.models import Allocation, Order, Reservation
from app.orders.place import LineRequest, OrderRequest, place
from app.orders.waves import release_wave
from app.places.models import ADJUSTMENT
from app.places.warehouses import warehouse_of
from app.refusal import Refused
from app.supply.models import PurchaseOrderLine
from app.supply.purchase_orders import open_purchase_order, receive_units, save_line, supplier_of
from tests.stock.house import House

WORKERS = 50
Job = Callable[[Session], Any]


@pytest.fixture
def engine(app: Flask) -> Iterator[Engine]:
    with app.app_context():
        engine = db.engine
    yield engine
    with reading(engine) as session:
        assert verify(session).differences == ()


def at_once(engine: Engine, jobs: Sequence[Job], *, readers: Sequence[Job] = ()) -> list[Any]:
    """Run each job in its own transaction and thread, all released together; a refusal is an answer."""
    barrier = Barrier(len(jobs) + len(readers))

    def write(job: Job) -> Any:
        barrier.wait()
        try:
            return transact(job, engine=engine)
        except Refused as refusal:
            return refusal.code

    def read(job: Job) -> Any:
        barrier.wait()
        with reading(engine) as session:
            return job(session)

    with ThreadPoolExecutor(len(jobs) + len(readers)) as pool:
        answers = [*(pool.submit(write, job) for job in jobs), *(pool.submit(read, job) for job in readers)]
        return [answer.result() for answer in answers]


def ordering(ref: str, units: int = 1, *, skus: Sequence[str] = ("MUG",), **fields: Any) -> Callable[[Session], str]:
    lines = [LineRequest(line_ref=str(n), sku=sku, quantity=units) for n, sku in enumerate(skus, 1)]
    return lambda session: place(session, OrderRequest(channel="shop", order_ref=ref, lines=lines, **fields))[1]


def stocked(engine: Engine, **units: int) -> None:
    transact(lambda session: [House(session).stock(sku, n) for sku, n in units.items()], engine=engine)


def told(engine: Engine, what: Callable[[House], Any]) -> Any:
    with reading(engine) as session:
        return what(House(session))


def test_fifty_reach_for_the_last_unit_and_one_gets_it(engine: Engine):
    """Stock case 2."""
    stocked(engine, MUG=1)
    answers = at_once(engine, [ordering(f"SO-{n}") for n in range(WORKERS)])
    assert answers == ["created"] * WORKERS
    assert told(engine, lambda house: house.sums("MUG")) == (1, 0, 1, 0)
    with reading(engine) as session:
        assert session.execute(select(func.count(), func.sum(Reservation.quantity))).one() == (1, 1)


def test_fifty_under_policy_refuse_and_the_losers_leave_no_order(engine: Engine):
    """Stock case 3."""
    stocked(engine, MUG=3)
    answers = Counter(at_once(engine, [ordering(f"SO-{n}", policy="refuse") for n in range(WORKERS)]))
    assert answers == {"created": 3, "insufficient_stock": WORKERS - 3}
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 3
    assert told(engine, lambda house: house.sums("MUG")) == (3, 0, 3, 0)


def test_orders_of_several_items_in_opposite_orders_neither_deadlock_nor_oversell(engine: Engine):
    stocked(engine, MUG=20, CUP=15, POT=10)
    skus = ("MUG", "CUP", "POT")
    jobs = [ordering(f"SO-{n}", skus=skus if n % 2 else skus[::-1]) for n in range(WORKERS)]
    assert at_once(engine, jobs) == ["created"] * WORKERS
    assert [told(engine, lambda house, sku=sku: house.committed(sku)) for sku in skus] == [20, 15, 10]


def test_the_same_order_placed_by_many_at_once_is_one_order(engine: Engine):
    stocked(engine, MUG=30)
    answers = Counter(at_once(engine, [ordering("SO-1", 5)] * 20))
    assert answers == {"created": 1, "unchanged": 19}
    assert told(engine, lambda house: house.sums("MUG")) == (30, 0, 5, 0)


def test_status_events_that_race_move_the_promise_once(engine: Engine):
    """Stock case 29."""
    stocked(engine, MUG=30)
    transact(ordering("SO-1", 9, revision=1), engine=engine)
    jobs = [ordering("SO-1", 5, revision=3), ordering("SO-1", 7, revision=2)] * 10
    at_once(engine, jobs)
    assert told(engine, lambda house: house.sums("MUG")) == (30, 0, 5, 0)


def test_cancels_that_race_with_each_other_and_with_updates_release_once(engine: Engine):
    """Stock case 30."""
    stocked(engine, MUG=30)
    transact(ordering("SO-1", 9), engine=engine)
    transact(ordering("SO-2", 4), engine=engine)
    order_id = told(engine, lambda house: house.id("SO-1"))
    cancel = lambda session: cancel_order(session, order_id, reason="race")  # noqa: E731
    at_once(engine, [cancel, ordering("SO-1", 7), ordering("SO-1", is_cancelled=True), ordering("SO-1", 9)] * 5)
    assert told(engine, lambda house: house.status("SO-1")) == "cancelled"
    assert told(engine, lambda house: house.sums("MUG")) == (30, 0, 4, 0)


def test_jobs_that_allocate_the_same_units_at_once_take_them_once(engine: Engine):
    """Stock case 47."""
    stocked(engine, MUG=12)
    transact(ordering("SO-1", 5), engine=engine)
    wave = lambda session: release_wave(session, warehouse_of(session, "W"))  # noqa: E731
    tasks = at_once(engine, [wave] * 8)
    assert sum(len(made) for made in tasks) == 1
    with reading(engine) as session:
        assert session.scalar(select(func.sum(Allocation.quantity))) == 5
    assert told(engine, lambda house: house.allocated("MUG")) == 5


def test_waves_that_race_over_many_orders_allocate_each_once(engine: Engine):
    stocked(engine, MUG=40, CUP=40)
    for n in range(12):
        transact(ordering(f"SO-{n}", 3, skus=("MUG", "CUP")), engine=engine)
    wave = lambda session: release_wave(session, warehouse_of(session, "W"))  # noqa: E731
    tasks = at_once(engine, [wave] * 6)
    assert sum(len(made) for made in tasks) == 12
    assert told(engine, lambda house: (house.allocated("MUG"), house.allocated("CUP"))) == (36, 36)


def test_a_cancel_that_races_with_a_wave_leaves_nothing_allocated(engine: Engine):
    stocked(engine, MUG=40)
    refs = [f"SO-{n}" for n in range(6)]
    for ref in refs:
        transact(ordering(ref, 3), engine=engine)
    ids = [told(engine, lambda house, ref=ref: house.id(ref)) for ref in refs]
    cancels = [lambda session, id_=id_: cancel_order(session, id_, reason="race") for id_ in ids]
    wave = lambda session: release_wave(session, warehouse_of(session, "W"))  # noqa: E731
    at_once(engine, [*cancels, wave, wave])
    assert told(engine, lambda house: (house.allocated("MUG"), house.sums("MUG"))) == (0, (40, 0, 0, 0))


def test_a_cancel_that_races_with_picking_and_packing_sets_aside_what_was_picked(engine: Engine):
    stocked(engine, MUG=40)
    refs = [f"SO-{n}" for n in range(6)]
    for ref in refs:
        transact(ordering(ref, 3), engine=engine)
    transact(lambda session: House(session).wave(), engine=engine)
    for ref in refs[3:]:
        transact(lambda session, ref=ref: House(session).pick(ref, tote=f"T-{ref}"), engine=engine)
    transact(lambda session: [House(session).box(f"T-{ref}") for ref in refs], engine=engine)
    transact(lambda session: [House(session).box(f"C-{ref}", kind="carton") for ref in refs], engine=engine)
    ids = {ref: told(engine, lambda house, ref=ref: house.id(ref)) for ref in refs}
    cancels = [lambda session, ref=ref: cancel_order(session, ids[ref], reason="race") for ref in refs]
    picks = [lambda session, ref=ref: House(session).pick(ref, tote=f"T-{ref}") for ref in refs[:3]]
    packs = [lambda session, ref=ref: House(session).pack(ref, tote=f"T-{ref}", carton=f"C-{ref}") for ref in refs[3:]]
    at_once(engine, [*cancels, *picks, *packs])
    on_hand, unavailable, committed, _inbound = told(engine, lambda house: house.sums("MUG"))
    assert (on_hand, committed, told(engine, lambda house: house.allocated("MUG"))) == (40, 0, 0)
    assert unavailable == 40 - told(engine, lambda house: house.at("MUG"))


def test_postings_that_take_places_in_opposite_orders_all_succeed(engine: Engine):
    stocked(engine, MUG=100, CUP=100)

    def swap(n: int) -> Callable[[Session], Any]:
        def work(session: Session) -> None:
            house = House(session)
            places = [house.bin("A-01").id, house.bin("A-02").id]
            skus = ["MUG", "CUP"] if n % 2 else ["CUP", "MUG"]
            for sku in skus:  # two postings in one transaction: no order inside a posting can help here
                move = Move(house.item(sku).id, 1, Place(places[0]), Place(places[1]))
                post(session, Header(key=f"swap:{n}:{sku}", reason="move", device="tests"), [move])

        return work

    transact(lambda session: House(session).bin("A-02"), engine=engine)
    at_once(engine, [swap(n) for n in range(16)])
    assert told(engine, lambda house: (house.at("MUG", "A-02"), house.at("CUP", "A-02"))) == (16, 16)


def test_more_are_not_taken_from_a_bin_than_it_holds(engine: Engine):
    stocked(engine, MUG=7)

    def take(n: int) -> Callable[[Session], Any]:
        def work(session: Session) -> None:
            house = House(session)
            move = Move(house.item("MUG").id, 1, Place(house.bin("A-01").id), Place(ADJUSTMENT))
            post(session, Header(key=f"take:{n}", reason="lost", device="tests"), [move])

        return work

    answers = Counter(at_once(engine, [take(n) for n in range(WORKERS)]))
    assert answers == {None: 7, "not_enough_stock": WORKERS - 7}
    assert told(engine, lambda house: house.on_hand("MUG")) == 0


def test_receipts_that_race_stay_within_the_order(engine: Engine):
    """Stock case 38."""

    def buy(session: Session) -> int:
        house = House(session)
        order = open_purchase_order(
            session,
            number="PO-1",
            supplier_id=supplier_of(session, "ACME").id,
            warehouse_id=house.warehouse().id,
        )
        save_line(session, order, line="1", item_id=house.item("MUG").id, quantity=10)
        return session.scalars(select(PurchaseOrderLine.id)).one()

    line = transact(buy, engine=engine)
    answers = Counter(at_once(engine, [lambda session: receive_units(session, line, 4, tolerance_percent=0)] * 8))
    assert answers == {None: 2, "over_receipt": 6}
    assert told(engine, lambda house: house.sums("MUG")) == (0, 0, 0, 2)


def test_the_proof_holds_while_others_post_and_promise(engine: Engine):
    """One snapshot: a posting that commits between two of its questions must not look like a difference."""
    stocked(engine, MUG=500)

    def work(n: int) -> Job:
        def order_and_post(session: Session) -> None:
            ordering(f"SO-{n}")(session)
            House(session).stock("MUG", 1)

        return order_and_post

    proofs = [lambda session: verify(session).differences] * 20
    assert at_once(engine, [work(n) for n in range(20)], readers=proofs)[20:] == [()] * 20


def test_sealers_that_race_make_one_chain(engine: Engine):
    for n in range(6):
        stocked(engine, **{f"SKU-{n}": 1})
    counts = at_once(engine, [lambda session: seal(session, limit=4)] * 4)
    assert sum(counts) == 6
    with reading(engine) as session:
        assert head(session)[0] == session.scalar(select(func.count()).select_from(Posting)) == 6


def test_a_lot_that_many_bring_at_once_is_one_lot_with_one_date(engine: Engine):
    days = [date(2050, 12, day) for day in range(1, 11)]

    def build(session: Session) -> None:
        house = House(session)
        house.item("MILK", tracking="lot", has_expiry=True)
        house.actor("supervisor")
        house.bin("A-01")

    transact(build, engine=engine)
    jobs = [lambda session, d=d: House(session).adjust("MILK", 1, lot="L1", expiry=d) and d for d in days]
    answers = at_once(engine, [*jobs, *jobs])
    (kept,) = {answer for answer in answers if answer != "expiry_conflict"}
    assert answers.count(kept) == 2
    assert told(engine, lambda house: house.lot("MILK", "L1").expiry) == kept

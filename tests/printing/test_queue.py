"""The queue: nothing is lost, nothing comes out twice by itself, and a person decides what a machine cannot know."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app import clock
from app.db import db, reading, transact
from app.labels import queue
from app.labels.delivery import MOST_TRIES
from app.labels.models import Printer, PrintJob
from app.labels.printers import (
    choose_printer,
    give_printer,
    nearest_printer,
    printer_of,
    retire_printer,
    save_station,
)
from app.labels.queue import BATCH, NewJob, enqueue_batch, progress
from app.ports import PrintError, Receipt
from app.refusal import Refused
from app.work.printing import Printing
from tests.labels.zpl_reader import print_out
from tests.printing.conftest import PrintShop
from tests.printing.tcp_printer import printing


def test_a_label_goes_from_queued_to_done(shop: PrintShop) -> None:
    with printing() as printer:
        here = shop.set_up(printer)
        job = shop.label(here)
        assert shop.job(job).state == "queued"
        assert shop.deliver(here) == 1
        assert shop.job(job).state == "done"
        assert [page.copies for page in print_out(printer.labels)] == [1]
        assert shop.printer(here).has_answered


def test_without_a_byte_sent_it_is_tried_again_and_printed_once(shop: PrintShop) -> None:
    with printing() as printer:
        here = shop.set_up(printer)
        job = shop.label(here)
        shop.change(Printer, here, address="127.0.0.1:1025")
        shop.deliver(here, jobs=2)
        assert (shop.job(job).state, shop.job(job).attempts) == ("queued", 2)
        assert shop.printer(here).state == "offline"
        assert shop.printer(here).next_at > clock.now()
        shop.change(Printer, here, address=printer.address)
        shop.deliver(here)
        assert shop.job(job).state == "done"
        assert len(print_out(printer.labels)) == 1


def test_a_dead_printer_fails_its_label_so_that_somebody_decides(shop: PrintShop) -> None:
    with printing() as printer:
        here = shop.set_up(printer)
    job = shop.label(here)
    shop.deliver(here, jobs=MOST_TRIES + 3)
    assert (shop.job(job).state, shop.job(job).attempts) == ("failed", MOST_TRIES)
    late = shop.label(here)  # it is known to be dead: nobody waits for six tries more
    shop.deliver(here)
    assert shop.job(late).state == "failed"


@pytest.mark.parametrize(("behaviour", "after"), [("reset", 100), ("stall", 100)])
def test_a_label_of_which_a_part_was_sent_is_never_sent_again(
    shop: PrintShop, behaviour: str, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.connectors.printers.raw_tcp.PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr("app.connectors.printers.raw_tcp.BYTES_PER_SECOND", 10**9)
    with printing(behaviour=behaviour, after=after, answers=False) as printer:
        here = shop.set_up(printer, language="zpl_hex", dpi=600)
        rows = [{"code": f"L.A-{n:02}.XX", "name": f"A-{n:02}"} for n in range(12)]
        new = NewJob(printer_id=here, template="bin", rows=rows)
        job = transact(lambda session: queue.enqueue(session, shop.actor, new).id)
        shop.deliver(here)
        assert shop.job(job).state == "unknown"
        assert shop.job(job).bytes_sent > 0
        connections = printer.connections
        shop.deliver(here, jobs=3)
        assert printer.connections == connections


def test_a_printer_that_says_nothing_is_believed_once_a_person_has_seen_its_label(shop: PrintShop) -> None:
    with printing(behaviour="hang", answers=False) as printer:
        here = shop.set_up(printer)
        first = shop.label(here)
        shop.deliver(here)
        assert (shop.job(first).state, shop.job(first).error_code) == ("unknown", "unread")
        transact(lambda session: queue.it_did_not_print(session, shop.actor, first).id)
        shop.deliver(here)
        again = first + 1
        assert shop.job(again).state == "unknown", "nobody has seen a label of it yet"
        transact(lambda session: queue.it_printed(session, shop.actor, again).id)
        late = shop.label(here)
        shop.deliver(here)
        assert shop.job(late).state == "sent"
        assert shop.printer(here).problems == ["mute"]


def test_however_many_printers_are_dead_the_one_that_lives_prints_at_once(
    shop: PrintShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each dead one holds a thread while it is waited for: here for as long as the test lasts."""
    monkeypatch.setattr("app.work.printing.MOST_THREADS", 4)
    monkeypatch.setattr("app.work.printing.FOR_FAILING", 3)
    released = threading.Event()

    class Dead:
        def send(self, address: str, data: bytes, *, title: str, has_answered: bool) -> Receipt:
            released.wait()
            raise PrintError("nobody there")

    shop.ways["ipp"] = Dead()  # type: ignore[assignment]
    for number in range(8):
        dead = shop.set_up("ipp://127.0.0.1/x", f"DEAD-{number}")
        shop.change(Printer, dead, kind="ipp", failures=1)
        shop.label(dead)
    alive = shop.set_up("desk", "ALIVE")
    job = shop.label(alive)
    printing_, stop = Printing(shop.ways, db.engine), threading.Event()
    try:
        for _tick in range(3):
            printing_.look(stop)
            assert alive in printing_.busy
            printing_.busy[alive].join()
            assert shop.job(job).state == "done"
            job = shop.label(alive)
    finally:
        stop.set()
        released.set()
        for thread in printing_.busy.values():
            thread.join()


def test_a_worker_that_died_while_it_sent_leaves_a_question(shop: PrintShop) -> None:
    with printing() as printer:
        here = shop.set_up(printer)
        job = shop.label(here)
        old = clock.now() - timedelta(seconds=1)
        shop.change(PrintJob, job, state="sending", locked_until=old)
        shop.change(Printer, here, worker="dead", locked_until=old)
        shop.deliver(here)
        assert shop.job(job).state == "unknown"
        assert printer.labels == b""


def test_a_worker_that_died_before_it_sent_loses_and_doubles_nothing(shop: PrintShop) -> None:
    with printing() as printer:
        here = shop.set_up(printer)
        job = shop.label(here)
        shop.change(Printer, here, worker="dead", locked_until=clock.now() + timedelta(seconds=60))
        assert shop.deliver(here) == 0  # its lease runs
        shop.change(Printer, here, locked_until=clock.now() - timedelta(seconds=1))
        assert shop.deliver(here) == 1
        assert shop.job(job).state == "done"


def test_two_workers_never_print_the_same_label(shop: PrintShop) -> None:
    with printing() as printer:
        here = shop.set_up(printer)
        for number in range(8):
            shop.label(here, f"A-{number:02}")
        workers = [Printing(shop.ways, db.engine) for _each in range(4)]

        def work(worker: Printing) -> None:
            stop = threading.Event()
            for _turn in range(8):
                worker._serve(here, stop)

        threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(print_out(printer.labels)) == 8


def test_labels_come_out_in_their_order_and_an_urgent_one_first(shop: PrintShop) -> None:
    batch = shop.set_up("desk")
    new = NewJob(
        printer_id=batch, template="bin", priority=BATCH,
        rows=[{"code": f"L.A-{n:03}.XX", "name": f"A-{n:03}"} for n in range(45)],
    )  # fmt: skip
    name = transact(lambda session: enqueue_batch(session, shop.actor, new))
    shop.deliver(batch)
    shop.label(batch, "URGENT", title="urgent")
    assert shop.ask(lambda session: progress(session, name)) == queue.Progress(jobs=3, finished=1, stuck=0)
    shop.deliver(batch, jobs=5)
    assert shop.ask(lambda session: progress(session, name)) == queue.Progress(jobs=3, finished=3, stuck=0)
    files = sorted((shop.ways["folder"].root / "desk").iterdir())  # type: ignore[attr-defined]
    assert [len(print_out(file.read_bytes())) for file in files] == [20, 1, 20, 5]
    assert "urgent" in files[1].name


def test_a_batch_can_be_stopped(shop: PrintShop) -> None:
    here = shop.set_up("desk")
    rows = [{"code": f"L.A-{n:03}.XX", "name": f"A-{n:03}"} for n in range(60)]
    new = NewJob(printer_id=here, template="bin", priority=BATCH, rows=rows)
    name = transact(lambda session: enqueue_batch(session, shop.actor, new))
    shop.deliver(here)
    assert transact(lambda session: queue.cancel_batch(session, shop.actor, name)) == 2
    assert shop.deliver(here, jobs=3) == 0


def test_paper_out_waits_for_paper_and_is_no_try(shop: PrintShop) -> None:
    with printing() as printer:
        here = shop.set_up(printer)
        printer.flags["paper_out"] = 1
        job = shop.label(here)
        shop.deliver(here, jobs=MOST_TRIES + 2)
        assert (shop.job(job).state, shop.job(job).error_code) == ("queued", "paper_out")
        assert shop.printer(here).problems == ["paper_out"]
        printer.flags["paper_out"] = 0
        shop.deliver(here)
        assert shop.job(job).state == "done"


def test_a_label_that_is_wrong_itself_fails_with_its_reason_and_stops_nobody(shop: PrintShop) -> None:
    with printing() as printer:
        here = shop.set_up(printer)
        wrong = shop.label(here, "王")
        right = shop.label(here, "A-02")
        shop.deliver(here, jobs=2)
        assert (shop.job(wrong).state, shop.job(wrong).error_code) == ("failed", "label_glyph_missing")
        assert shop.job(right).state == "done"


def payload(job_id: int) -> bytes | None:
    with reading() as session:
        return session.scalar(select(PrintJob).where(PrintJob.id == job_id).options(undefer(PrintJob.payload))).payload  # type: ignore[union-attr]


def test_a_reprint_names_the_first_and_is_the_same_bytes(shop: PrintShop) -> None:
    here = shop.set_up("desk")
    first = shop.label(here)
    shop.deliver(here)
    again = transact(lambda session: queue.reprint(session, shop.actor, first, reason="damaged").id)
    third = None
    shop.deliver(here)
    third = transact(lambda session: queue.reprint(session, shop.actor, again, reason="second_side").id)
    assert (shop.job(third).reprint_of, shop.job(third).reason) == (first, "second_side")
    assert payload(first) == payload(again) == payload(third) is not None
    with pytest.raises(Refused) as refusal:
        transact(lambda session: queue.reprint(session, shop.actor, first, reason="because"))
    assert refusal.value.code == "reprint_reason"


def test_a_twin_of_a_lost_carton_label_says_so_and_keeps_its_sscc(shop: PrintShop) -> None:
    from app.labels.template import template
    from tests.labels.readers import read_by_zbar

    here = shop.set_up("desk")
    new = NewJob(printer_id=here, template="carton", rows=[template("carton").example])
    first = transact(lambda session: queue.enqueue(session, shop.actor, new).id)
    shop.deliver(here)
    again = transact(lambda session: queue.reprint(session, shop.actor, first, reason="lost").id)
    shop.deliver(here)
    one, other = (print_out(payload(job) or b"")[0].image for job in (first, again))
    assert one.tobytes() != other.tobytes()
    assert read_by_zbar(one) == read_by_zbar(other) == {b"00340123450000000017"}


def test_did_it_print(shop: PrintShop) -> None:
    here = shop.set_up("desk")
    seen, unseen = shop.label(here), shop.label(here)
    for job in (seen, unseen):
        shop.change(PrintJob, job, state="unknown")
    assert queue.is_undecided(shop.job(seen))
    transact(lambda session: queue.it_printed(session, shop.actor, seen))
    assert shop.job(seen).state == "done"
    again = transact(lambda session: queue.it_did_not_print(session, shop.actor, unseen).id)
    assert not queue.is_undecided(shop.job(unseen))
    assert shop.job(again).reason == "not_printed"
    with pytest.raises(Refused) as refusal:
        transact(lambda session: queue.it_printed(session, shop.actor, unseen))
    assert refusal.value.code == "print_job_decided"


def test_another_printer_takes_over_and_renders_for_its_own_resolution(shop: PrintShop) -> None:
    with printing() as dead:
        first = shop.set_up(dead, "OLD")
    with printing() as printer:
        second = shop.set_up(printer, "NEW", dpi=300)
        job = shop.label(first)
        shop.deliver(first, jobs=MOST_TRIES)
        assert shop.job(job).state == "failed"
        transact(lambda session: queue.move(session, shop.actor, job, printer=printer_of(session, "NEW")))
        shop.deliver(second)
        assert shop.job(job).state == "done"
        assert print_out(printer.labels)[0].image.size == (1181, 591)


def test_cancelling_is_for_what_has_not_begun(shop: PrintShop) -> None:
    here = shop.set_up("desk")
    job = shop.label(here)
    transact(lambda session: queue.cancel(session, shop.actor, job))
    assert shop.deliver(here) == 0
    with pytest.raises(Refused) as refusal:
        transact(lambda session: queue.cancel(session, shop.actor, job))
    assert refusal.value.code == "print_job_decided"


def test_a_dead_printer_slows_no_other(shop: PrintShop) -> None:
    with printing(behaviour="stall", after=0, answers=False) as stuck, printing() as printer:
        blocked, here = shop.set_up(stuck, "STUCK"), shop.set_up(printer, "GOOD")
        shop.label(blocked)
        job = shop.label(here)
        stop = threading.Event()
        worker = threading.Thread(target=shop.printing.run, kwargs={"stop": stop})
        worker.start()
        for _turn in range(200):
            if shop.job(job).state == "done":
                break
            stop.wait(0.05)
        stop.set()
        stuck.hold.set()
        worker.join()
        assert shop.job(job).state == "done"


def test_the_nearest_printer_is_the_one_scanned_else_the_stations(shop: PrintShop) -> None:
    from app.barcode.internal import InternalKind, encode

    labels, office = shop.set_up("labels", "LABELS", labels=("carton",)), shop.set_up("office", "OFFICE")

    def nearest(device: str, template: str) -> int | None:
        with reading() as session:
            found = nearest_printer(
                session, device=device, warehouse_id=shop.warehouse_id, location_id=None, template_name=template
            )
            return found.id if found else None

    assert nearest("TC52", "carton") is None
    station = transact(lambda session: save_station(session, shop.warehouse_id, "Pack 1", location_id=None).id)
    transact(lambda session: give_printer(session, station, template_name="", printer_id=office))
    transact(lambda session: give_printer(session, station, template_name="carton", printer_id=labels))
    assert (nearest("TC52", "carton"), nearest("TC52", "packing_slip")) == (labels, office)
    code = encode(InternalKind.PRINTER, "OFFICE")
    transact(lambda session: choose_printer(session, device="TC52", printer_id=printer_of(session, code).id))
    assert (nearest("TC52", "carton"), nearest("PC-1", "carton")) == (office, labels)
    transact(lambda session: retire_printer(session, office))
    assert (nearest("TC52", "carton"), nearest("TC52", "packing_slip")) == (labels, None)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ({"rows": []}, "no_labels"),
        ({"copies": 0}, "bad_copies"),
        ({"copies": 1001}, "bad_copies"),
        ({"template": "nothing"}, "unknown_template"),
        ({"rows": [{"code": "X"}]}, "label_field_missing"),
        ({"template": "item", "rows": [{"code": "X", "sku": "X", "name": "X"}]}, "printer_takes_others"),
    ],
)
def test_a_wrong_job_is_refused_when_it_is_asked_for(shop: PrintShop, new: dict[str, object], code: str) -> None:
    here = shop.set_up("desk", labels=("bin",))
    with pytest.raises(Refused) as refusal:
        shop.label(here, **new) if "rows" not in new else transact(
            lambda session: queue.enqueue(
                session,
                shop.actor,
                NewJob(**{"printer_id": here, "template": "bin", **new}),  # type: ignore[arg-type]
            )
        )
    assert refusal.value.code == code


def test_old_labels_are_forgotten_and_undecided_ones_are_not(shop: PrintShop) -> None:
    here = shop.set_up("desk")
    old = clock.now() - timedelta(days=100)
    over, open_ = shop.label(here), shop.label(here)
    shop.change(PrintJob, over, state="done", created_at=old)
    shop.change(PrintJob, open_, state="unknown", created_at=old)
    fresh = shop.label(here)
    shop.change(PrintJob, fresh, state="done")
    transact(lambda session: queue.forget_old(session, before=clock.now() - timedelta(days=90)))
    with reading() as session:
        assert list(session.scalars(select(PrintJob.id).order_by(PrintJob.id))) == [open_, fresh]

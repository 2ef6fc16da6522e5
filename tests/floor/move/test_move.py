"""Move: goods from here to there, for nobody's order."""

from tests.floor.story import Floor, Worker


def test_moving_goes_bin_item_quantity_bin(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    picker.start("move").asked("location", "container").scan("A-01").hears("source_confirmed").asked("item")
    picker.scan("MUG").hears("item_confirmed").scan("MUG").act("quantity", quantity=3).scan("B-01").hears("moved")
    assert picker.movements == [("MUG", 3, "A-01", "B-01")]
    assert (floor.at("MUG"), floor.at("MUG", "B-01")) == (2, 3)
    assert floor.sums("MUG") == (5, 0, 0, 0)
    picker.asked("location").scan("B-01", "MUG", "A-01").hears("moved").act("done").hears("move_done").finished()
    assert picker.answer["task"]["done_lines"] == picker.answer["task"]["lines"] == 2


def test_the_bin_comes_first(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    picker.start("move").scan("MUG").refused("scan_bin_first").scan("B-01").refused("nothing_here")
    picker.act("override").refused("role_missing").act("quantity", quantity=1).refused("scan_item_first")


def test_what_is_not_there_cannot_be_moved(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5, "B-01")
    floor.bin("C-01", is_blocked=True)
    picker.start("move").scan("A-01", "TEA").refused("not_here").scan("MUG").act("quantity", quantity=6)
    picker.refused("not_enough_stock").act("quantity", quantity=0).refused("bad_quantity")
    picker.act("quantity", quantity=4006381333931).refused("barcode_in_quantity")
    assert picker.prompt["counted"] == 1
    picker.scan("TEA").refused("finish_line_first").act("done").refused("finish_line_first")
    picker.scan("A-01").refused("same_place").scan("C-01").refused("location_blocked")
    picker.scan("QUARANTINE").refused("not_here").scan("B-01").hears("moved")


def test_a_bin_without_room_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01", max_units=2)
    picker.start("move").scan("A-01", "MUG").act("quantity", quantity=3).scan("B-01").refused("bin_full")
    picker.act("quantity", quantity=2).scan("B-01").hears("moved")


def test_stock_that_waits_for_an_order_stays_unless_a_supervisor_overrides(
    floor: Floor, picker: Worker, supervisor: Worker
) -> None:
    """Floor case 48."""
    floor.stock("MUG", 5)
    floor.bin("B-01")
    task = floor.order("O-1", ("MUG", 4))[0]
    picker.start("move").scan("A-01", "MUG").act("quantity", quantity=2).refused("reserved_stock")
    picker.act("override").refused("role_missing").scan("B-01").hears("moved").act("done")
    supervisor.start("move").scan("A-01").act("override").hears("override").scan("MUG").act("quantity", quantity=4)
    supervisor.scan("B-01").hears("moved")
    assert floor.lines(task) == [("B-01", 4, 0)]
    supervisor.scan("B-01", "MUG").act("quantity", quantity=5).refused("reserved_stock"), "it was for that line only"
    floor.totes("TOTE-1")
    floor.worker("robot").take(task).robot().finished()


def test_stock_that_an_order_chose_while_it_was_in_hand_is_refused_at_the_target(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    picker.start("move").scan("A-01", "MUG").act("quantity", quantity=5)
    floor.order("O-1", ("MUG", 4))
    picker.scan("B-01").refused("reserved_stock").act("quantity", quantity=1).scan("B-01").hears("moved")


def test_a_container_that_was_emptied_meanwhile_does_not_move(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5, box="LPN-1")
    floor.bin("B-01")
    picker.start("move").scan("LPN-1").hears("source_confirmed")
    floor.worker("Ben", "picker").start("move").scan("LPN-1", "MUG").act("quantity", quantity=5).scan("B-01")
    picker.scan("B-01").refused("nothing_here").scan("MUG").refused("not_here")
    picker.act("undo").scan("B-01", "MUG", "A-01").hears("moved")


def test_a_container_that_was_carried_off_meanwhile_is_scanned_again(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5, box="LPN-1")
    floor.bin("B-01")
    floor.bin("C-01")
    picker.start("move").scan("LPN-1").hears("source_confirmed")
    floor.worker("Ben", "picker").start("move").scan("LPN-1", "B-01").hears("moved")
    picker.scan("C-01").refused("stands_elsewhere")
    assert "B-01" in picker.message
    picker.act("undo").scan("LPN-1", "C-01").hears("moved")


def test_what_was_moved_away_by_another_is_not_moved_twice(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    picker.start("move").scan("A-01", "MUG").act("quantity", quantity=5)
    floor.worker("Ben", "picker").start("move").scan("A-01", "MUG").act("quantity", quantity=5).scan("B-01")
    picker.scan("B-01").refused("not_enough_stock").act("undo").act("undo").scan("B-01", "MUG", "A-01").hears("moved")


def test_a_licence_plate_moves_whole(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5, box="LPN-1")
    floor.stock("TEA", 3, box="LPN-1")
    floor.bin("B-01")
    picker.start("move").scan("A-01").refused("scan_container").scan("LPN-1").asked("item", "target").scan("B-01")
    picker.hears("moved")
    assert len(picker.movements) == 2
    assert (floor.at("MUG", "B-01"), floor.at("TEA", "B-01")) == (5, 3)
    assert floor.inside("MUG", "LPN-1") == 5
    picker.act("undo").hears("undone")
    assert sorted(picker.movements)[0][0] == "MUG"
    assert floor.at("MUG", "A-01") == 5
    picker.scan("LPN-1", "B-01").hears("moved").act("done").finished()


def test_an_item_is_taken_out_of_a_licence_plate(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5, box="LPN-1")
    floor.stock("TEA", 5)
    floor.bin("B-01")
    picker.start("move").scan("A-01", "MUG").refused("scan_container").act("undo").hears("undone")
    picker.scan("LPN-1", "MUG", "B-01").hears("moved")
    assert (floor.inside("MUG", "LPN-1"), floor.at("MUG", "B-01")) == (4, 1)


def test_a_licence_plate_with_chosen_stock_stays_unless_overridden(
    floor: Floor, picker: Worker, supervisor: Worker
) -> None:
    floor.stock("MUG", 5, box="LPN-1")
    floor.bin("B-01")
    task = floor.order("O-1", ("MUG", 4))[0]
    picker.start("move").scan("LPN-1", "B-01").refused("reserved_stock")
    supervisor.start("move").scan("LPN-1").act("override").scan("B-01").hears("moved")
    assert floor.lines(task) == [("B-01", 4, 0)]


def test_what_is_picked_is_never_moved_away(floor: Floor, supervisor: Worker) -> None:
    """Floor case 48."""
    floor.stock("MUG", 5)
    floor.bin("B-01")
    floor.picked("O-1", ("MUG", 2))
    supervisor.start("move").scan("TOTE-1").act("override").scan("B-01").refused("picked_stock")
    assert "O-1" in supervisor.message
    supervisor.scan("MUG").refused("picked_stock")


def test_a_carton_that_left_is_not_here(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.packed("O-1", ("MUG", 2))
    carton = str(floor.worker("robot").start("ship", "O-1").prompt["container"])
    floor.worker("robot").start("ship", "O-1").robot()
    picker.start("move").scan(carton).refused("not_here").scan("O-1").refused("wrong_document")


def test_several_lots_ask_for_the_lot(floor: Floor, picker: Worker) -> None:
    floor.stock("MILK", 5, lot="L1")
    floor.stock("MILK", 5, lot="L2")
    floor.stock("MILK", 5, "C-01", lot="L3")
    floor.bin("B-01")
    floor.barcode("MILK", "9506000134352", gtin="09506000134352")
    picker.start("move").scan("A-01", "MILK").asked("lot").scan("L3").refused("wrong_lot").scan("B-01")
    picker.refused("wrong_location").scan("L2").hears("item_confirmed").scan("(01)09506000134352(10)L1")
    picker.refused("wrong_lot").scan("B-01").hears("moved").scan("A-01", "(01)09506000134352(10)L1")
    assert picker.prompt["lot"] == "L1"


def test_serials_move_one_by_one(floor: Floor, picker: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN10")
    floor.bin("B-01")
    picker.start("move").scan("A-01", "PHONE").asked("serial").scan("SN5").refused("wrong_serial").scan("SN1")
    picker.hears("item_confirmed").act("quantity", quantity=2).refused("scan_each").scan("PHONE")
    picker.refused("finish_line_first").scan("B-01").hears("moved")
    assert floor.at("PHONE", "B-01") == 1


def test_quarantined_stock_stays_among_its_like(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5, "QUARANTINE", condition="quarantine")
    floor.bin("Q-2", kind="quarantine")
    floor.bin("B-01")
    picker.start("move").scan("QUARANTINE", "MUG").scan("B-01").refused("not_here").scan("Q-2").hears("moved")
    assert floor.sums("MUG") == (5, 5, 0, 0)


def test_undo_takes_back_the_count_the_place_and_the_posting(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    picker.start("move").act("undo").refused("nothing_to_undo").scan("A-01", "MUG").act("undo").hears("count_undone")
    picker.scan("A-01", "MUG").act("quantity", quantity=3).scan("B-01").act("undo").hears("undone")
    assert picker.movements == [("MUG", 3, "B-01", "A-01")]
    assert floor.at("MUG") == 5
    picker.asked("location").act("done").finished()
    assert floor.lines(picker.task) == []


def test_undo_after_the_end_opens_the_task_again(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    picker.start("move").scan("A-01", "MUG", "B-01").act("done").finished().act("undo").hears("undone")
    picker.asked("location").scan("A-01", "MUG", "B-01").act("done").finished()


def test_an_empty_plate_takes_what_is_moved_wherever_it_stands(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    floor.stock("TEA", 1, "B-01", box="LPN-1")
    floor.do(lambda house: setattr(house.box("LPN-5", kind="lpn"), "location_id", house.bin("B-01").id))
    picker.start("move").scan("A-01", "MUG", "MUG").scan("LPN-1").refused("container_in_use")
    picker.scan("LPN-5").hears("container_confirmed")
    assert ["Onto", "LPN-5"] in [list(row) for row in picker.prompt["detail"]]
    picker.scan("B-01").hears("moved")
    assert (floor.inside("MUG", "LPN-5"), floor.at("MUG"), floor.at("MUG", "B-01")) == (2, 3, 2)
    picker.scan("A-01", "MUG", "B-01").hears("moved")
    assert floor.inside("MUG", "LPN-5") == 2, "the next move is none onto the plate"
    picker.act("undo").hears("undone").act("undo").hears("undone")
    assert (floor.inside("MUG", "LPN-5"), floor.at("MUG")) == (0, 5)
    picker.scan("A-01", "MUG", "LPN-5").hears("container_confirmed").act("undo").hears("count_undone")
    picker.scan("A-01", "MUG", "B-01").hears("moved")
    assert floor.inside("MUG", "LPN-5") == 0, "an undone count forgets its plate"


def test_a_new_plate_is_asked_about_once_more_and_moves_on_with_what_it_took(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    picker.start("move").scan("A-01", "MUG").scan("LPN-NEW").refused("new_container").scan("LPN-NEW", "A-01")
    picker.refused("same_place").scan("B-01").hears("moved").scan("LPN-NEW").hears("source_confirmed").scan("A-01")
    picker.hears("moved")
    assert (floor.inside("MUG", "LPN-NEW"), floor.at("MUG")) == (1, 5)

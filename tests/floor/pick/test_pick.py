"""Pick: bin, item, tote, drop; what a scan narrows down, what it counts, and undo."""

from tests.floor.story import Floor, Worker

GTIN = "09506000134352"


def test_picking_goes_bin_item_tote_drop(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 10)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 2))[0])
    picker.asked("location").scan("A-01").hears("bin_confirmed").asked("item")
    picker.scan("MUG").hears("item_confirmed").scan("MUG").asked("target").scan("TOTE-7").hears("picked")
    assert picker.movements == [("MUG", 2, "A-01", "TOTE-7")]
    assert picker.asked("target").prompt["instruction"] == "Bring TOTE-7 to packing and scan the place"
    picker.scan("PACK").hears("dropped").finished()
    assert floor.at("MUG", "PACK") == 2
    assert floor.sums("MUG") == (10, 0, 2, 0)
    assert len(floor.tasks("pack")) == 1


def test_the_expected_item_by_any_of_its_names_leads_to_the_tote(floor: Floor, picker: Worker) -> None:
    """Floor case 6."""
    floor.stock("MUG", 10)
    floor.barcode("MUG", "4006381333931")
    floor.barcode("MUG", "CASE-2", quantity=2)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 4))[0]).scan("A-01", "4006381333931", "MUG", "CASE-2").asked("target")
    assert floor.at("MUG") == 10
    picker.scan("TOTE-7").hears("picked")
    assert floor.at("MUG") == 6


def test_a_lot_number_counts_its_item(floor: Floor, picker: Worker) -> None:
    """Floor case 6."""
    floor.stock("MILK", 5, lot="L1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 1))[0]).scan("A-01", "L1").hears("item_confirmed").asked("target")


def test_a_serial_number_counts_its_item(floor: Floor, picker: Worker) -> None:
    """Floor case 6."""
    floor.serials("PHONE", "SN1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("PHONE", 1))[0]).scan("A-01", "SN1").hears("item_confirmed").asked("target")


def test_a_licence_plate_counts_its_item(floor: Floor, picker: Worker) -> None:
    """Floor case 6."""
    floor.stock("MUG", 5, box="LPN-1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("LPN-1").hears("bin_confirmed")
    picker.scan("LPN-1").hears("item_confirmed").asked("target")


def test_a_bin_with_one_thing_names_it(floor: Floor, picker: Worker) -> None:
    """Floor case 7."""
    floor.stock("MUG", 5)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "A-01").hears("item_confirmed").asked("target")


def test_a_bin_with_several_things_asks_for_a_narrower_scan_and_remembers_the_bin(floor: Floor, picker: Worker) -> None:
    """Floor case 7."""
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "A-01").refused("narrower_scan").asked("item")
    picker.scan("MUG").hears("item_confirmed")


def test_several_lots_here_ask_for_the_lot(floor: Floor, picker: Worker) -> None:
    """Floor case 8."""
    floor.stock("MILK", 5, lot="L1")
    floor.stock("MILK", 5, lot="L2")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 2))[0]).scan("A-01", "MILK").hears("scan_lot").asked("lot")
    picker.scan("L2").refused("wrong_lot").scan("L1").hears("item_confirmed").scan("MILK").asked("target")


def test_one_lot_here_is_accepted(floor: Floor, picker: Worker) -> None:
    """Floor case 8."""
    floor.stock("MILK", 5, lot="L1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 1))[0]).scan("A-01", "MILK").hears("item_confirmed")


def test_serial_tracked_items_always_ask_for_the_serial(floor: Floor, picker: Worker) -> None:
    """Floor case 8."""
    floor.serials("PHONE", "SN1", "SN10")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("PHONE", 2))[0]).scan("A-01", "PHONE").hears("scan_serial").asked("serial")
    picker.scan("SN10").refused("wrong_serial").scan("SN1").hears("item_confirmed").scan("TOTE-7").hears("picked")
    picker.act("quantity", quantity=1).refused("scan_each")
    picker.scan("PHONE", "SN10", "TOTE-7").hears("picked").scan("PACK").finished()


def test_the_item_in_two_containers_asks_for_the_container(floor: Floor, picker: Worker) -> None:
    """Floor case 9."""
    floor.stock("MUG", 5, box="LPN-1")
    floor.stock("MUG", 5, box="LPN-2")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01", "MUG").hears("scan_container").asked("container")
    picker.scan("LPN-2").refused("wrong_container").scan("LPN-1").hears("item_confirmed").scan("MUG", "TOTE-7")
    assert floor.inside("MUG", "LPN-1") == 3


def test_loose_stock_elsewhere_does_not_ask_for_the_container(floor: Floor, picker: Worker) -> None:
    """Floor case 9."""
    floor.stock("MUG", 5, box="LPN-1")
    floor.stock("MUG", 5, "B-01")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01", "MUG").hears("item_confirmed")


def test_loose_units_beside_a_container_are_named_by_the_bin(floor: Floor, picker: Worker) -> None:
    """Floor case 9."""
    floor.stock("MUG", 5)
    floor.stock("MUG", 5, box="LPN-1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG").hears("scan_container")
    picker.scan("A-01").hears("item_confirmed").scan("TOTE-7").hears("picked")
    assert floor.inside("MUG", "LPN-1") == 5


def test_a_lot_number_of_two_items_is_that_of_the_line(floor: Floor, picker: Worker) -> None:
    """Floor case 12."""
    floor.stock("CREAM", 5, lot="L")
    floor.stock("MILK", 5, lot="L")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 1))[0]).scan("A-01", "L").hears("item_confirmed").scan("TOTE-7")
    assert picker.movements == [("MILK", 1, "A-01", "TOTE-7")]


def test_four_of_ten_are_done_and_six_come_next(floor: Floor, picker: Worker) -> None:
    """Floor case 15."""
    floor.stock("MUG", 20)
    floor.totes("TOTE-7")
    task = floor.order("O-1", ("MUG", 10))[0]
    picker.take(task).scan("A-01", "MUG").act("quantity", quantity=4).scan("TOTE-7").hears("picked")
    assert floor.lines(task) == [("A-01", 10, 4)]
    assert picker.prompt["quantity"] == 6
    assert "counted" in picker.prompt
    assert picker.prompt["counted"] == 0
    picker.scan("MUG").act("quantity", quantity=6).scan("TOTE-7", "PACK").finished()
    assert floor.inside("MUG", "TOTE-7") == 10


def test_each_scan_counts_and_a_case_counts_six(floor: Floor, picker: Worker) -> None:
    """Floor case 16."""
    floor.stock("MUG", 20)
    floor.stock("TEA", 20, "B-01")
    floor.barcode("MUG", "CASE", quantity=6)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 10))[0]).scan("A-01", "MUG", "CASE")
    assert picker.prompt["counted"] == 7
    picker.scan("TEA").refused("wrong_item").scan("CASE").refused("too_many").scan("TOTE-9").refused("unknown_code")
    assert picker.prompt["counted"] == 7


def test_serial_1_stands_beside_serial_10(floor: Floor, picker: Worker) -> None:
    """Floor case 53."""
    floor.serials("PHONE", "SN10", "SN1")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("PHONE", 1))[0]).scan("A-01")
    picker.scan("SN1").refused("wrong_serial").scan("SN10").hears("item_confirmed").scan("TOTE-7")
    assert floor.at("PHONE") == 1


def test_two_barcodes_of_one_item_fill_one_line(floor: Floor, picker: Worker) -> None:
    """Floor case 54."""
    floor.stock("MUG", 20)
    floor.barcode("MUG", "OLD")
    floor.barcode("MUG", "NEW")
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01", "OLD", "NEW").asked("target").scan("TOTE-7")
    assert picker.movements == [("MUG", 2, "A-01", "TOTE-7")]


def test_a_scan_works_right_after_an_error(floor: Floor, picker: Worker) -> None:
    """Floor case 55."""
    floor.stock("MUG", 20)
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("Z-99").refused("unknown_code").scan("A-01")
    picker.hears("bin_confirmed").scan("???").refused("unknown_code").scan("MUG").hears("item_confirmed")


def test_a_gs1_label_names_item_and_lot_at_once(floor: Floor, picker: Worker) -> None:
    floor.stock("MILK", 5, lot="L1")
    floor.stock("MILK", 5, lot="L2")
    floor.barcode("MILK", GTIN[1:], gtin=GTIN)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("MILK", 1))[0]).scan("A-01")
    picker.scan(f"]C101{GTIN}10L2").refused("wrong_lot").scan(f"(01){GTIN}(10)L1").hears("item_confirmed")
    picker.asked("target")


def test_a_gs1_label_with_another_serial_is_refused(floor: Floor, picker: Worker) -> None:
    floor.serials("PHONE", "SN1", "SN2")
    floor.barcode("PHONE", GTIN[1:], gtin=GTIN)
    floor.totes("TOTE-7")
    picker.take(floor.order("O-1", ("PHONE", 1))[0]).scan("A-01").scan(f"(01){GTIN}(21)SN2").refused("wrong_serial")
    picker.scan(f"(01){GTIN}(21)SN1").hears("item_confirmed").asked("target")
    picker.act("undo").scan("PHONE").hears("scan_serial").scan(f"(01){GTIN}(21)SN2").refused("wrong_serial")
    picker.scan(f"(01){GTIN}(21)SN1").hears("item_confirmed")


def test_a_place_that_is_no_packing_place_is_refused(floor: Floor, picker: Worker) -> None:
    """Floor case 27."""
    floor.stock("MUG", 4)
    floor.bin("PACK-2", kind="pack", is_blocked=True)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG", "TOTE-1")
    picker.scan("A-01").refused("not_here").scan("PACK-2").refused("location_blocked")
    picker.scan("TOTE-1").refused("wrong_container").scan("PACK").finished()


def test_a_warehouse_without_a_packing_place_drops_by_a_word(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    floor.bin("PACK", kind="pack", is_blocked=True)
    floor.bin("DOOR", kind="stage", is_blocked=True)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG", "TOTE-1").robot().finished()
    assert len(floor.tasks("pack")) == 1


# Undo.


def test_undo_takes_back_the_count_then_the_posting_by_one_of_its_own(floor: Floor, picker: Worker) -> None:
    """Floor case 56."""
    floor.stock("MUG", 10)
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 4))[0]
    picker.take(task).act("undo").refused("nothing_to_undo")
    picker.scan("A-01", "MUG").act("quantity", quantity=3).scan("TOTE-1", "MUG").act("undo").hears("count_undone")
    assert floor.inside("MUG", "TOTE-1") == 3
    picker.act("undo").hears("undone")
    assert picker.movements == [("MUG", 3, "TOTE-1", "A-01")]
    assert floor.at("MUG") == 10
    assert floor.lines(task) == [("A-01", 4, 0)]
    assert floor.reasons()[-2:] == ["pick", "undo"]
    picker.act("undo").refused("nothing_to_undo")
    picker.scan("A-01", "MUG").act("quantity", quantity=4).scan("TOTE-1", "PACK").finished()


def test_undo_in_parts_takes_back_the_newest_first(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 10)
    floor.stock("TEA", 10, "B-01")
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 4), ("TEA", 1))[0]
    picker.take(task).scan("A-01", "MUG").act("quantity", quantity=4).scan("TOTE-1").scan("B-01", "TEA", "TOTE-1")
    picker.act("undo").hears("undone")
    assert floor.lines(task) == [("B-01", 1, 0)]
    picker.act("undo").hears("undone")
    assert floor.lines(task) == [("A-01", 4, 0), ("B-01", 1, 0)]
    assert picker.answer["task"]["done_lines"] == 0


def test_after_the_drop_undo_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 10)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("MUG", 1))[0]).scan("A-01", "MUG", "TOTE-1", "PACK").finished()
    picker.act("undo").refused("packed_next")

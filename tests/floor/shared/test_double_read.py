"""A scanner that is held on a label reads it twice; whoever scans it twice means something by it."""

from tests.floor.story import Floor, Worker


def test_a_bin_that_is_read_twice_within_a_moment_counts_nothing(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 2))[0]).read("A-01", at=0).hears("bin_confirmed")
    for moment in (0.5, 1.0, 1.5):
        assert picker.read("A-01", at=moment).hears("bin_confirmed").prompt["counted"] == 0
    assert picker.read("A-01", at=4).hears("item_confirmed").prompt["counted"] == 1, "case 7: the bin names its item"


def test_without_the_devices_time_a_second_scan_is_meant(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4)
    picker.take(floor.order("O-1", ("MUG", 2))[0]).scan("A-01", "A-01").hears("item_confirmed")


def test_a_licence_plate_that_is_read_twice_counts_nothing(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 4, box="LPN-1")
    picker.take(floor.order("O-1", ("MUG", 2))[0]).read("LPN-1", at=0).read("LPN-1", at=0.5).hears("bin_confirmed")
    assert picker.prompt["counted"] == 0
    assert picker.read("LPN-1", at=3).hears("item_confirmed").prompt["counted"] == 1


def test_ten_reads_of_an_item_in_a_second_are_ten(floor: Floor, picker: Worker) -> None:
    floor.stock("MUG", 12)
    picker.take(floor.order("O-1", ("MUG", 12))[0]).read("A-01", at=0)
    for tenth in range(10):
        picker.read("MUG", at=1 + tenth / 10)
    assert picker.prompt["counted"] == 10


def test_a_bin_that_is_read_twice_does_not_end_its_count(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 2)
    counter.start("count", location="A-01").read("A-01", at=0).read("A-01", at=0.6).hears("bin_confirmed").asked("item")
    counter.read("MUG", at=2).read("MUG", at=2.1).read("A-01", at=5).hears("count_agrees").finished()
    assert floor.at("MUG") == 2


def test_a_label_that_comes_again_after_another_one_is_meant_however_quick_that_was(
    floor: Floor, counter: Worker
) -> None:
    floor.stock("MUG", 1)
    floor.bin("B-01")
    counter.start("count", location="A-01").read("A-01", at=0).read("MUG", at=0.3).read("A-01", at=0.7)
    counter.hears("count_agrees").finished()
    counter.start("count", location="B-01").read("B-01", at=1).read("A-01", at=1.2).refused("wrong_location")
    counter.read("B-01", at=1.5).hears("zero_confirmed").finished()


def test_the_end_of_a_count_that_is_read_twice_does_not_end_the_count_after_it(floor: Floor, counter: Worker) -> None:
    floor.stock("MUG", 40)
    counter.start("count", location="A-01").read("A-01", at=0).read("MUG", at=2).read("A-01", at=5).hears("recount")
    counter.read("A-01", at=5.6).hears("bin_confirmed").asked("item")
    counter.scan("MUG").act("quantity", quantity=40).read("A-01", at=20).hears("count_agrees")


def test_a_place_that_was_not_planned_is_not_confirmed_by_one_long_look_at_it(floor: Floor, receiver: Worker) -> None:
    floor.stock("MUG", 1)
    floor.bin("B-01")
    floor.stock("MUG", 5, "DOCK")
    floor.purchase("PO-1", ("MUG", 1))
    receiver.start("receive", "PO-1").robot()
    receiver.take(floor.tasks("putaway")[0]).scan("MUG")
    receiver.read("B-01", at=0).refused("other_bin").read("B-01", at=0.5).refused("other_bin")
    receiver.read("B-01", at=1.2).refused("other_bin").read("B-01", at=3).hears("put_away")

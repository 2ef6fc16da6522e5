"""Pick: the order changed while it was being picked."""

from tests.floor.story import Floor, Worker


def test_a_line_that_vanished_moves_on_with_a_message(floor: Floor, picker: Worker) -> None:
    """Floor case 32."""
    floor.stock("ANT", 5)
    floor.stock("BEE", 5, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 2), ("BEE", 1))[0]).scan("A-01", "ANT")
    floor.cancel("O-1", ("1", 2))
    picker.scan("ANT").hears("line_gone")
    assert "1 × ANT" in picker.message
    assert "A-01" in picker.message
    assert picker.prompt["location"] == "B-01"
    assert picker.prompt["counted"] == 0
    picker.scan("B-01", "BEE", "TOTE-1", "PACK").finished()


def test_a_line_that_shrank_asks_to_put_the_rest_back(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 9)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 5))[0]).scan("A-01", "ANT").act("quantity", quantity=5)
    floor.cancel("O-1", ("1", 2))
    picker.scan("TOTE-1").hears("line_gone")
    assert "2 × ANT" in picker.message
    picker.scan("TOTE-1").hears("picked").scan("PACK").finished()
    assert floor.inside("ANT", "TOTE-1") == 3


def test_the_last_line_cancelled_still_brings_the_tote_to_packing(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 5)
    floor.stock("BEE", 5, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 2), ("BEE", 1))[0])
    picker.scan("A-01", "ANT", "ANT", "TOTE-1").hears("picked")
    floor.cancel("O-1", ("2", 1))
    picker.look().asked("target").scan("PACK").finished()
    assert len(floor.tasks("pack")) == 1


def test_a_task_whose_every_line_vanished_is_put_down_with_a_word(floor: Floor, picker: Worker) -> None:
    """The order stays open for what is on backorder, but nothing of it is left to pick."""
    floor.stock("ANT", 5)
    floor.item("BEE")
    task = floor.order("O-1", ("ANT", 2), ("BEE", 1))[0]
    picker.take(task)
    floor.cancel("O-1", ("1", 2))
    picker.look().robot().finished()
    assert picker.next("pick") is None


def test_a_whole_order_cancelled_in_the_middle_becomes_a_put_back(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 5)
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 4))[0]).scan("A-01", "ANT").act("quantity", quantity=3).scan("TOTE-1")
    picker.scan("ANT")
    floor.cancel("O-1")
    assert floor.sums("ANT") == (5, 3, 0, 0)
    picker.scan("ANT").hears("line_gone")
    assert picker.answer["task"]["status"] == "cancelled"
    assert picker.prompt["ways"] == []
    picker.scan("ANT").refused("task_done")
    picker.act("undo").refused("unknown_action")
    back = floor.tasks("putaway")[0]
    putter = floor.worker("Rob").take(back).scan("TOTE-1", "ANT")
    assert putter.prompt["target"] == "A-01"
    putter.scan("A-01").hears("put_away").finished()
    assert floor.sums("ANT") == (5, 0, 0, 0)
    assert floor.at("ANT") == 5


def test_a_line_cancelled_after_its_tote_was_dropped_is_put_back_from_there(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 5)
    floor.stock("BEE", 5, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 2), ("BEE", 1))[0]).scan("A-01", "ANT", "ANT", "TOTE-1")
    floor.cancel("O-1", ("1", 2))
    picker.look().scan("B-01", "BEE", "TOTE-1", "PACK").finished()
    floor.worker("Rob").take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.sums("ANT") == (5, 0, 0, 0)
    floor.worker("robot").start("pack", "O-1").robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("BEE") == (4, 0, 0, 0)


def test_a_part_of_a_picked_line_is_cancelled_and_only_that_part_put_back(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 9)
    floor.picked("O-1", ("ANT", 4))
    floor.cancel("O-1", ("1", 1))
    picker.take(floor.tasks("putaway")[0]).robot().finished()
    assert floor.inside("ANT", "TOTE-1") == 3
    assert floor.sums("ANT") == (9, 0, 3, 0)
    floor.worker("robot").start("pack", "O-1").robot().finished()
    floor.worker("robot").start("ship", "O-1").robot().finished()
    assert floor.sums("ANT") == (6, 0, 0, 0)


def test_undo_of_a_pick_whose_units_were_cancelled_is_refused(floor: Floor, picker: Worker) -> None:
    floor.stock("ANT", 9)
    floor.stock("BEE", 9, "B-01")
    floor.totes("TOTE-1")
    picker.take(floor.order("O-1", ("ANT", 4), ("BEE", 1))[0]).scan("A-01", "ANT").act("quantity", quantity=4)
    picker.scan("TOTE-1").hears("picked")
    floor.cancel("O-1", ("1", 4))
    picker.act("undo").refused("changed_meanwhile")
    picker.robot().finished()

"""A robot that always takes the first way finishes every kind of work."""

from tests.floor.story import Floor


def test_a_robot_receives_puts_away_picks_packs_and_ships(floor: Floor) -> None:
    floor.purchase("PO-1", ("MUG", 6), ("TEA", 3))
    floor.bin("A-01")
    floor.bin("A-02")
    floor.totes("TOTE-1")
    floor.worker("robot").start("receive", "PO-1").robot().finished()
    assert floor.sums("MUG") == (6, 0, 0, 0)
    robot = floor.worker("robot")
    assert robot.next("putaway")
    robot.robot().finished()
    assert floor.at("MUG", "DOCK") == 0
    floor.order("O-1", ("MUG", 4), ("TEA", 3))
    for kind in ("pick", "pack", "ship"):
        robot = floor.worker("robot")
        assert robot.next(kind)
        robot.robot().finished()
        assert robot.answer["task"]["done_lines"] == robot.answer["task"]["lines"]
    assert floor.sums("MUG") == (2, 0, 0, 0)
    assert floor.sums("TEA") == (0, 0, 0, 0)


def test_a_robot_inspects_a_return_and_it_is_sellable_again(floor: Floor) -> None:
    floor.stock("MUG", 5)
    floor.shipped("O-1", ("MUG", 2))
    number = floor.rma("O-1", ("1", 1, "unwanted"))
    robot = floor.worker("robot").start("inspect", number).robot().finished()
    assert floor.sums("MUG") == (4, 0, 0, 0)
    assert robot.answer["task"]["done_lines"] == 1


def test_a_robot_counts_an_empty_bin(floor: Floor) -> None:
    floor.bin("A-01")
    floor.worker("robot").start("count", location="A-01").robot().finished()


def test_a_robot_told_to_move_nothing_ends(floor: Floor) -> None:
    floor.worker("robot").start("move").robot().finished()


def test_a_robot_moves_what_somebody_began_to_move(floor: Floor) -> None:
    floor.stock("MUG", 5)
    floor.bin("B-01")
    floor.worker("robot").start("move").scan("A-01").robot().finished()
    assert floor.at("MUG", "A-01") == 4


def test_a_robot_handles_lots_expiry_and_serials(floor: Floor) -> None:
    floor.item("MILK", tracking="lot", has_expiry=True)
    floor.item("PHONE", tracking="serial")
    floor.purchase("PO-1", ("MILK", 4), ("PHONE", 2))
    floor.bin("A-01")
    floor.bin("A-02")
    floor.totes("TOTE-1")
    floor.worker("robot").start("receive", "PO-1").robot().finished()
    robot = floor.worker("robot")
    while robot.next("putaway"):
        robot.robot().finished()
    floor.order("O-1", ("MILK", 3), ("PHONE", 2))
    for kind in ("pick", "pack", "ship"):
        assert robot.next(kind)
        robot.robot().finished()
    assert floor.sums("MILK") == (1, 0, 0, 0)
    assert floor.sums("PHONE") == (0, 0, 0, 0)
    number = floor.rma("O-1", ("1", 1, "defective"), ("2", 1, "unwanted"))
    floor.worker("robot").start("inspect", number).robot().finished()
    assert floor.sums("MILK") == (2, 0, 0, 0)
    assert floor.sums("PHONE") == (1, 0, 0, 0)

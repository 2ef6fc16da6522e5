"""What every kind of floor work has in common: jobs are claimed, done by the prompt, or otherwise."""

from typing import Any

from tests.soak.day import ideas
from tests.soak.day.house import BINS, ITEMS, LOTS, PLACES, SERIALS, TOTES, WAREHOUSE, place_code, tote_code
from tests.soak.day.worker import Command, Hand

KINDS = ("receive", "putaway", "replenish", "pick", "pack", "ship", "inspect", "count", "move")


def claim(hand: Hand) -> bool | None:
    if hand.task is not None:
        return False
    body: dict[str, Any] = {"warehouse": WAREHOUSE}
    if hand.dice.random() < 0.7:
        body["kind"] = hand.dice.choice(
            ("putaway", "replenish", "pick", "pick", "pick", "pack", "pack", "ship", "count")
        )
    hand.see(hand.post("/tasks/claims", body))
    return None


def go_on(hand: Hand) -> bool | None:
    """A few steps as the prompt says; a count, an arriving lot, what is moved: by an idea of one's own."""
    if hand.task is None:
        return False
    for _step in range(hand.dice.randint(1, 7)):
        if hand.task is None or not step(hand):
            break
    return None


def step(hand: Hand) -> bool:
    """One step of the job in hand; False where it is over."""
    assert hand.task is not None
    if hand.task["status"] != "claimed":
        if hand.task["can_undo"] and hand.dice.random() < 0.12:
            hand.act("undo")
            return True
        hand.task = None
        return False
    way = ideas.idea(hand)
    if way is None:
        hand.see(hand.post(f"/tasks/{hand.task['id']}/releases", {}))
        hand.task = None
        return False
    hand.way(way)
    return True


def another_way(hand: Hand) -> bool | None:
    """Any of the ways that are offered, not the first."""
    if hand.task is None or not hand.prompt.get("ways"):
        return False
    hand.way(hand.dice.choice(hand.prompt["ways"]))
    return None


def wrong_scan(hand: Hand) -> bool | None:
    """Anything that has a label, wherever it is pointed at; often twice, which says "I mean it"."""
    if hand.task is None:
        return False
    code = anything(hand)
    for _time in range(hand.dice.choice((1, 1, 2))):
        if hand.task is not None:
            hand.scan(code)
    return None


def anything(hand: Hand) -> str:
    dice, kind = hand.dice, ITEMS[hand.dice.choice(list(ITEMS))]
    cartons = list(hand.day.board.cartons)
    return str(
        dice.choice(
            [
                place_code(dice.choice(PLACES)),
                place_code(dice.choice(BINS)),
                tote_code(dice.choice(TOTES)),
                kind.barcode or kind.sku,
                kind.case or kind.sku,
                kind.sku,
                dice.choice(LOTS),
                dice.choice(SERIALS),
                dice.choice(cartons) if cartons else "1234",
                ideas.gs1_label(hand, kind),
                "no such thing",
            ]
        )
    )


def action(name: str, weight: float, **choices: Any) -> Command:
    """An action that any task may know: asked for wherever the worker is."""

    def do(hand: Hand) -> bool | None:
        if hand.task is None:
            return False
        arguments = {key: choose(hand) for key, choose in choices.items()}
        hand.act(name, **{key: value for key, value in arguments.items() if value is not None})
        return None

    return Command(weight, do)


def release(hand: Hand) -> bool | None:
    if hand.task is None:
        return False
    hand.post(f"/tasks/{hand.task['id']}/releases", {})
    hand.task = None
    return None


def leave(hand: Hand) -> bool | None:
    """Gone to lunch with the task held: somebody will have to take it over."""
    if hand.task is None:
        return False
    hand.task = None
    return None


def take_over(hand: Hand) -> bool | None:
    if not hand.day.board.tasks:
        return False
    hand.see(hand.post(f"/tasks/{hand.dice.choice(list(hand.day.board.tasks))}/takeovers", {}))
    return None


def end(hand: Hand) -> bool | None:
    """A supervisor ends any job, whoever holds it and however far it is."""
    if not hand.day.board.tasks:
        return False
    task = hand.dice.choice(list(hand.day.board.tasks))
    hand.post(f"/tasks/{task}/ends", {"reason": "nobody can finish it"}, token=hand.dice.choice(hand.day.keys.chiefs))
    return None


def look(hand: Hand) -> bool | None:
    if hand.task is None:
        return False
    hand.see(hand.get(f"/tasks/{hand.task['id']}"))
    return None


def _few(hand: Hand) -> int:
    return hand.dice.choice((0, 1, 1, 2, 3, 5))


def _few_or_none(hand: Hand) -> int | None:
    return hand.dice.choice((None, None, 0, 1, 2))


COMMANDS = [
    Command(14, claim),
    Command(40, go_on),
    Command(4, another_way),
    Command(3, wrong_scan),
    Command(1, release),
    Command(0.5, leave),
    Command(0.8, take_over),
    Command(0.5, look),
    Command(0.5, end),
    action("undo", 2.5),
    action("short", 1.6, quantity=_few_or_none),
    action("skip", 1),
    action("quantity", 2, quantity=_few),
    action("full", 0.6),
    action("missing", 0.5),
    action("done", 1),
    action("damaged", 0.6, quantity=_few_or_none),
    action("set_aside", 0.6),
    action("override", 0.6),
    action("reprint", 0.2),
    action("take_over", 0.2),
    action("approve", 0.2),
    action("recount", 0.2),
    action("dance", 0.1),
]

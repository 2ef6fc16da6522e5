"""What a job's screen shows: a figure once, the straight way as the wide button, the rest under Problem."""

from typing import Any

import pytest

from app.web.floor.task_screen import action_screen, prompt_screen

ALL = {"action": "quantity", "quantity": 12, "label": "All 12"}
SOME = {"action": "quantity"}
DONE = {"action": "done"}
SHORT = {"action": "short"}
UNDO = {"action": "undo"}
SCAN = {"scan": "MUG", "label": "Mug"}
LEAVE = {"action": "leave_out"}


def prompt(*expects: str, **facts: Any) -> dict[str, Any]:
    return {"expects": list(expects), "instruction": "Scan", **facts}


def buttons(kind: str, *ways: dict[str, Any], expects: tuple[str, ...] = ("item",), **facts: Any) -> Any:
    answer = {"task": {"kind": kind}, "prompt": prompt(*expects, ways=list(ways), **facts)}
    return action_screen(answer)


@pytest.mark.parametrize(("value", "size"), [("A-01-04", "s"), ("A-01-04-1", "m"), ("A-01-04-12", "l"), (7, "s")])
def test_a_long_value_is_written_smaller(value: object, size: str) -> None:
    assert prompt_screen(prompt("location", value=value)).size == size


def test_a_quantity_stands_beside_the_item_unless_it_is_the_huge_value() -> None:
    assert prompt_screen(prompt("item", value="A-01", quantity=3)).units == 3
    assert prompt_screen(prompt("quantity", value=3, quantity=3)).units is None
    assert prompt_screen(prompt("item", value="1 / 3", quantity=3, counted=1)).units is None
    assert prompt_screen(prompt("target", value="B-02", quantity=3, counted=2)).units == 2, (
        "what is in hand is put away"
    )


def test_a_tally_is_shown_only_while_units_are_counted() -> None:
    assert prompt_screen(prompt("item", value="MUG", quantity=3, counted=1)).is_tally
    assert prompt_screen(prompt("serial", value="0 / 3", quantity=3, counted=0)).is_tally
    assert not prompt_screen(prompt("item", value="MUG", quantity=3, counted=0)).is_tally
    assert not prompt_screen(prompt("target", value="B-02", quantity=3, counted=2)).is_tally
    assert not prompt_screen(prompt("item", value="MUG", counted=2)).is_tally


def test_a_fact_is_not_said_twice() -> None:
    shown = prompt_screen(prompt("location", value="A-01", location="A-01", lot="L1", target="PACK", container="A-01"))
    assert [fact for _label, fact in shown.facts] == ["L1", "PACK"]
    held = prompt_screen(prompt("item", value="MUG", sku="MUG", location="A-01", container="TOTE-7"))
    assert (held.sku, [fact for _label, fact in held.facts]) == ("", ["A-01", "TOTE-7"])
    assert prompt_screen(prompt("location", value="A-01", sku="MUG")).sku == "MUG"
    assert prompt_screen(prompt("location", value="A-01")).sku == ""


def test_where_a_person_decides_only_the_details_stand_beside() -> None:
    shown = prompt_screen(
        prompt("disposition", value="MUG", quantity=2, location="RETURNS", detail=[("Why", "broken")])
    )
    assert (shown.units, shown.facts) == (None, [("Why", "broken")])


def test_the_straight_way_is_the_wide_button_and_another_number_stands_beside_it() -> None:
    shown = buttons("receive", ALL, SHORT, UNDO)
    assert (shown.primary, shown.has_pad, shown.quantity) == (ALL, False, ALL)
    assert (shown.undo, shown.problems) == (UNDO, [SHORT])


def test_a_number_without_a_proposal_opens_its_pad() -> None:
    shown = buttons("receive", SCAN, SOME, SHORT)
    assert (shown.primary, shown.has_pad, shown.quantity, shown.problems) == (SOME, True, None, [SHORT])


def test_ending_a_delivery_early_is_no_button_to_hit_by_habit() -> None:
    assert buttons("receive", SCAN, DONE).primary is None
    assert buttons("receive", SCAN, DONE).problems == [DONE]
    assert buttons("count", SCAN, DONE).primary == DONE, "a count ends by it"
    assert buttons("move", SCAN, DONE).primary == DONE


def test_an_action_that_leads_the_list_is_the_way_on() -> None:
    assert buttons("pack", LEAVE, SHORT).primary == LEAVE
    assert buttons("pack", LEAVE, SHORT).problems == [SHORT]
    assert buttons("pack", UNDO, SHORT).primary is None


def test_choices_of_a_decision_are_the_screen_and_in_no_sheet() -> None:
    shown = buttons("inspect", {"action": "restock"}, {"action": "scrap"}, UNDO, expects=("disposition",))
    assert (shown.primary, shown.problems, shown.undo) == (None, [], UNDO)


def test_the_carton_that_is_packed_can_have_its_label_again() -> None:
    assert buttons("pack", SCAN, container="X", target="003400").label_code in ("003400", "X")
    assert buttons("pick", SCAN, target="TOTE-7").label_code == ""

"""What was scanned stays until the server has answered it."""

import time

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import screens
from tests.browser.conftest import open_task, press_at, scan, until
from tests.browser.stub import Stub

FIVE = ["A-01-3", "MUG", "CUP", "JUG", "TOTE-7"]


def test_a_reload_in_the_middle_keeps_the_queue(floor: Page, stub: Stub) -> None:
    stub.delay = 0.3
    for code in FIVE:
        scan(floor, code)
    until(floor, lambda: stub.taken)
    floor.reload()
    until(floor, lambda: len(stub.taken) >= 5)
    assert stub.taken == FIVE


def test_a_killed_tab_leaves_the_queue_to_the_next(floor: Page, device: BrowserContext, stub: Stub) -> None:
    stub.faults = ["503"] * 1000
    for code in FIVE:
        scan(floor, code)
    expect(floor.locator("#sync")).to_contain_text("5 waiting")
    floor.close()
    stub.faults = []
    page = open_task(device)
    until(page, lambda: len(stub.taken) >= 5)
    assert stub.taken == FIVE


def test_a_server_error_is_sent_again_with_the_same_id(floor: Page, stub: Stub) -> None:
    stub.faults = ["500", "503", "429"]
    scan(floor, "MUG")
    until(floor, lambda: stub.taken)
    scan(floor, "CUP")
    until(floor, lambda: len(stub.taken) == 2)
    assert stub.taken == ["MUG", "CUP"]
    assert len(set(stub.attempts[:4])) == 1
    assert len(stub.attempts) == 5


def test_a_timeout_is_sent_again_with_the_same_id(device: BrowserContext, stub: Stub) -> None:
    stub.ui = {"timeout_ms": 300}
    stub.faults = ["hang"]
    page = open_task(device)
    scan(page, "MUG")
    until(page, lambda: stub.taken)
    assert stub.taken == ["MUG"]
    assert len(stub.attempts) >= 2
    assert len(set(stub.attempts)) == 1


def test_no_answer_yet_is_said(device: BrowserContext, stub: Stub) -> None:
    stub.ui = {"slow_ms": 100}
    stub.delay = 1
    page = open_task(device)
    scan(page, "MUG")
    expect(page.locator("#sync")).to_contain_text("No answer yet")
    expect(page.locator("#sync")).not_to_contain_text("No answer yet")
    assert stub.taken == ["MUG"]


def test_without_a_network_scans_wait_and_go_out_in_order(floor: Page, device: BrowserContext, stub: Stub) -> None:
    device.set_offline(True)
    for code in FIVE:
        scan(floor, code)
    expect(floor.locator("#sync")).to_contain_text("Offline · 5 waiting")
    device.set_offline(False)
    until(floor, lambda: len(stub.taken) >= 5)
    assert stub.taken == FIVE
    expect(floor.locator("#sync")).to_have_text("")


def test_a_hotspots_own_page_is_no_answer(floor: Page, stub: Stub) -> None:
    stub.faults = ["hotspot"]
    scan(floor, "MUG")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["MUG"]
    assert len(stub.attempts) == 2
    assert len(set(stub.attempts)) == 1


def test_a_refusal_stays_until_the_next_valid_scan(floor: Page, stub: Stub) -> None:
    stub.refused = {"CUP"}
    scan(floor, "CUP")
    expect(floor.get_by_role("alert").filter(has_text="Wrong item: CUP.")).to_be_visible()
    scan(floor, "MUG")
    expect(floor.locator("#verdict")).to_have_attribute("data-outcome", "accepted")
    assert stub.taken == ["CUP", "MUG"]


def test_scans_behind_a_refusal_go_on(floor: Page, stub: Stub) -> None:
    stub.delay = 0.2
    stub.refused = {"MUG"}
    for code in FIVE:
        scan(floor, code)
    until(floor, lambda: len(stub.taken) >= 5)
    assert stub.taken == FIVE


def replay(floor: Page, stub: Stub, *, refused: set[str]) -> Locator:
    """Five scans in a dead spot, then the server again, which refuses some of them: the screen that asks."""
    stub.refused = refused
    stub.faults = ["503"] * 1000
    for code in FIVE:
        scan(floor, code)
    expect(floor.locator("#sync")).to_contain_text("Offline · 5 waiting")
    stub.faults = []
    held = floor.get_by_role("dialog", name="Not taken")
    expect(held).to_be_visible(timeout=15_000)
    return held


def lines(held: Locator) -> Locator:
    return held.locator("[data-line-code]")


def test_a_replay_stops_at_the_first_refusal_and_a_person_decides(floor: Page, stub: Stub) -> None:
    held = replay(floor, stub, refused={"MUG"})
    expect(held).to_contain_text("Wrong item: MUG.")
    expect(lines(held)).to_have_text(FIVE[2:])
    assert stub.taken == FIVE[:2]
    held.get_by_role("button", name="Send the rest").click()
    until(floor, lambda: len(stub.taken) >= 5)
    assert stub.taken == FIVE
    expect(held).to_be_hidden()


def test_a_replay_stops_again_at_the_next_refusal(floor: Page, stub: Stub) -> None:
    held = replay(floor, stub, refused={"MUG", "JUG"})
    held.get_by_role("button", name="Send the rest").click()
    expect(held).to_contain_text("Wrong item: JUG.")
    expect(lines(held)).to_have_text(FIVE[4:])
    assert stub.taken == FIVE[:4]


def test_a_held_replay_is_held_after_a_reload_and_in_every_tab(floor: Page, device: BrowserContext, stub: Stub) -> None:
    replay(floor, stub, refused={"MUG"})
    floor.reload()
    held = floor.get_by_role("dialog", name="Not taken")
    expect(held).to_contain_text("Wrong item: MUG.")
    expect(lines(held)).to_have_text(FIVE[2:])
    scan(floor, "NEW")
    expect(lines(held)).to_have_text([*FIVE[2:], "NEW"])
    other = open_task(device)
    expect(other.get_by_role("dialog", name="Not taken")).to_contain_text("Wrong item: MUG.")
    other.wait_for_timeout(300)  # time in which a queue that is not held would have sent
    assert stub.taken == FIVE[:2]
    other.get_by_role("button", name="Send the rest").click()
    until(other, lambda: len(stub.taken) >= 6)
    assert stub.taken == [*FIVE, "NEW"]
    expect(held).to_be_hidden()


def test_the_refused_one_is_sent_again_in_its_old_place_under_a_new_id(floor: Page, stub: Stub) -> None:
    held = replay(floor, stub, refused={"MUG"})
    stub.refused = set()
    held.get_by_role("button", name="Send it again").click()
    until(floor, lambda: len(stub.taken) >= 6)
    assert stub.taken == [*FIVE[:2], *FIVE[1:]]
    ids = [fields["scan_id"] for fields in stub.fields]
    assert len(set(ids)) == 6
    assert stub.fields[1]["scanned_at"] == stub.fields[2]["scanned_at"]


def test_one_of_those_that_wait_is_left_out_with_a_reason(floor: Page, stub: Stub) -> None:
    held = replay(floor, stub, refused={"MUG"})
    held.get_by_role("button", name="Leave it out: JUG").click()
    held.get_by_role("button", name="Back: leave nothing out").click()
    expect(lines(held)).to_have_text(FIVE[2:])
    held.get_by_role("button", name="Leave it out: JUG").click()
    held.get_by_role("button", name="Scanned by mistake").click()
    expect(lines(held)).to_have_text(["CUP", "TOTE-7"])
    held.get_by_role("button", name="Send the rest").click()
    until(floor, lambda: len(stub.taken) >= 4)
    assert stub.taken == ["A-01-3", "MUG", "CUP", "TOTE-7"]
    until(floor, lambda: stub.left_out)
    (left,) = stub.left_out
    assert (left["code"], left["reason"], left["task_id"]) == ("JUG", "Scanned by mistake", "7")
    assert left["scan_id"] not in {fields["scan_id"] for fields in stub.fields}


def test_a_replay_can_be_left_out_by_a_persons_own_word(floor: Page, stub: Stub) -> None:
    held = replay(floor, stub, refused={"A-01-3"})
    held.get_by_role("button", name="Leave the rest out").click()
    held.get_by_role("button", name="Done another way already").click()
    held.get_by_role("button", name="Understood").click()
    expect(floor.locator("#sync")).to_have_text("")
    scan(floor, "AFTER")
    until(floor, lambda: "AFTER" in stub.taken)
    assert stub.taken == ["A-01-3", "AFTER"]
    assert [left["code"] for left in stub.left_out] == FIVE[1:]


def failing(floor: Page, stub: Stub, *codes: str) -> Locator:
    """Five scans, one of which breaks the server each time: the screen that asks."""
    stub.unjudged = set(codes)
    for code in FIVE:
        scan(floor, code)
    held = floor.get_by_role("dialog", name="The server could not judge this")
    expect(held).to_be_visible(timeout=15_000)
    return held


def test_a_scan_that_the_server_cannot_judge_is_set_aside_and_the_rest_goes_on(floor: Page, stub: Stub) -> None:
    held = failing(floor, stub, "CUP")
    expect(held.locator("[data-held-code]")).to_have_text("CUP")
    expect(held).to_contain_text("c0ffee")
    expect(lines(held)).to_have_text(FIVE[3:])
    expect(held.get_by_role("button", name="Send the rest")).to_be_hidden()
    assert stub.taken == FIVE[:2]
    assert len(set(stub.attempts[2:])) == 1, "each try has the same id"
    assert len(stub.attempts) == 2 + 4
    held.get_by_role("button", name="Set it aside").click()
    expect(lines(held)).to_have_text(FIVE[3:])
    expect(held.locator("[data-held-card]")).to_be_hidden()
    until(floor, lambda: stub.left_out)
    (record,) = stub.left_out
    assert (record["code"], record["failure"], record["scan_id"]) == ("CUP", "c0ffee", stub.attempts[2])
    held.get_by_role("button", name="Send the rest").click()
    until(floor, lambda: len(stub.taken) >= 4)
    assert stub.taken == ["A-01-3", "MUG", "JUG", "TOTE-7"]
    expect(held).to_be_hidden()
    expect(floor.locator("#sync")).to_have_text("")


def test_a_scan_that_the_server_cannot_judge_holds_up_no_other_job(
    floor: Page, device: BrowserContext, stub: Stub
) -> None:
    held = failing(floor, stub, "A-01-3")
    floor.goto("/tasks/8")
    expect(held).to_be_visible()
    scan(floor, "OTHER")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["OTHER"]
    expect(lines(held)).to_have_text(FIVE[1:])
    held.get_by_role("button", name="Set it aside").click()
    held.get_by_role("button", name="Leave the rest out").click()
    held.get_by_role("button", name="Done another way already").click()
    expect(held).to_be_hidden()
    until(floor, lambda: len(stub.left_out) == 5)
    assert [record["code"] for record in stub.left_out] == FIVE
    assert [record["failure"] for record in stub.left_out] == ["c0ffee", "", "", "", ""]


def test_a_scan_that_could_not_be_judged_is_sent_again_under_its_own_id(floor: Page, stub: Stub) -> None:
    held = failing(floor, stub, "CUP")
    floor.reload()
    expect(held).to_be_visible()
    stub.unjudged = set()
    held.get_by_role("button", name="Send it again").click()
    until(floor, lambda: len(stub.taken) >= 5)
    assert stub.taken == FIVE
    assert len(set(stub.attempts)) == 5
    expect(held).to_be_hidden()


def test_a_record_that_the_server_cannot_take_stays_on_the_device_and_blocks_nothing(floor: Page, stub: Stub) -> None:
    held = failing(floor, stub, "A-01-3")
    floor.route("**/left-out", lambda route: route.fulfill(status=500, body="no"))
    held.get_by_role("button", name="Set it aside").click()
    held.get_by_role("button", name="Send the rest").click()
    until(floor, lambda: len(stub.taken) >= 4)
    assert stub.taken == FIVE[1:]
    expect(floor.locator("#sync")).to_have_text("")


def test_without_a_connection_only_what_can_wait_its_turn_is_queued(
    floor: Page, device: BrowserContext, stub: Stub
) -> None:
    device.set_offline(True)
    strip = floor.locator("#offline")
    expect(strip).to_contain_text("Offline")
    scan(floor, "MUG")
    scan(floor, "CUP")
    expect(strip.locator("summary")).to_contain_text("Offline: 2 scans wait")
    floor.get_by_role("button", name="Undo").click()
    expect(floor.locator("#sync")).to_contain_text("3 waiting")
    floor.get_by_role("button", name="Problem").click()
    floor.get_by_role("button", name="Not enough here").click()
    expect(strip).to_contain_text("“Not enough here” waits until the server has checked all 3.")
    expect(floor.locator("#sync")).to_contain_text("3 waiting")
    expect(strip.get_by_role("listitem")).to_contain_text(["MUG", "CUP", "Undo"])
    device.set_offline(False)
    until(floor, lambda: len(stub.taken) >= 3)
    expect(strip).to_be_hidden()
    assert stub.taken == ["MUG", "CUP", "undo"]


def test_on_a_full_disk_scans_go_out_in_order_and_the_bar_says_so(device: BrowserContext, stub: Stub) -> None:
    page = open_task(device)
    stub.faults = ["503"] * 1000
    scan(page, "ONE")
    expect(page.locator("#sync")).to_contain_text("1 waiting")
    page.evaluate(
        "() => { IDBObjectStore.prototype.add = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    scan(page, "TWO")
    scan(page, "THREE")
    expect(page.locator("#sync")).to_contain_text("3 waiting · Not kept on this device")
    stub.faults = []
    until(page, lambda: len(stub.taken) >= 3)
    assert stub.taken == ["ONE", "TWO", "THREE"]
    expect(page.locator("#sync")).to_have_text("")


def test_the_label_that_finished_a_task_opens_nothing_when_it_is_read_twice(floor: Page, stub: Stub) -> None:
    """Each read carries its own time, however long the browser takes to hear of it."""
    stub.answer |= {"prompt": {"expects": [], "instruction": "Order picked.", "ways": []}}
    stub.answer["task"] |= {"status": "done"}
    keyboard, switched_on = floor.context.new_cdp_session(floor), time.time() - 60

    def read(code: str, after: float) -> None:
        for n, key in enumerate([*code, "Enter"]):
            press_at(keyboard, key, switched_on + after + n * 0.005)

    read("PACK", 0)
    expect(floor.locator("[data-next-scans]")).to_be_attached()
    read("PACK", 0.6)
    read("MUG", 5)
    read("PACK", 6)
    until(floor, lambda: stub.taken.count("PACK") > 1)
    assert stub.taken == ["PACK", "MUG", "PACK"]


def test_a_double_tap_is_one_action(floor: Page, stub: Stub) -> None:
    stub.delay = 0.3
    scan(floor, "MUG")  # its answer draws a fresh button between the two taps
    floor.get_by_role("button", name="Undo").dblclick()
    until(floor, lambda: "MUG" in stub.taken)
    floor.get_by_role("button", name="Undo").click()
    until(floor, lambda: "undo" in stub.taken)
    scan(floor, "CUP")
    until(floor, lambda: "CUP" in stub.taken)
    assert stub.taken.count("undo") == 1
    floor.get_by_role("button", name="Undo").click()
    until(floor, lambda: stub.taken.count("undo") == 2)


def test_an_action_waits_for_the_scans_before_it(floor: Page, stub: Stub) -> None:
    stub.delay = 0.2
    scan(floor, "MUG")
    scan(floor, "CUP")
    floor.get_by_role("button", name="Undo").click()
    scan(floor, "JUG")
    until(floor, lambda: len(stub.taken) >= 4)
    assert stub.taken == ["MUG", "CUP", "undo", "JUG"]


@pytest.mark.parametrize("body", ["409", "409 screen"], ids=["problem", "screen"])
def test_a_conflict_leaves_the_screen_and_says_why(floor: Page, stub: Stub, body: str) -> None:
    stub.faults = [body]
    before = floor.locator("#prompt").inner_text()
    scan(floor, "MUG")
    held = floor.get_by_role("dialog", name="Not taken")
    expect(held).to_contain_text("Tom is working on this.")
    assert floor.locator("#prompt").inner_text() == before
    scan(floor, "CUP")
    expect(floor.locator("#verdict")).to_contain_text("CUP taken.")
    expect(held).to_be_hidden()
    assert stub.taken == ["MUG", "CUP"]


def test_signed_out_is_said_and_the_queue_is_kept(floor: Page, stub: Stub) -> None:
    stub.faults = ["401"]
    scan(floor, "MUG")
    expect(floor.locator("#sync")).to_contain_text("Signed out · 1 waiting")
    expect(floor.locator("#prompt")).to_contain_text("Scan the item")
    assert stub.taken == []
    floor.reload()
    until(floor, lambda: stub.taken)
    assert stub.taken == ["MUG"]


def test_nobody_sends_the_scans_of_another(floor: Page, stub: Stub) -> None:
    stub.faults = ["401"]
    scan(floor, "MUG")
    expect(floor.locator("#sync")).to_contain_text("Signed out · 1 waiting")
    stub.operator = {"id": "9", "name": "Tom"}
    floor.reload()
    expect(floor.locator("#sync")).to_contain_text("One scan of Mia waits on this device")
    scan(floor, "CUP")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["CUP"]
    stub.operator = {"id": "7", "name": "Mia"}
    floor.reload()
    until(floor, lambda: len(stub.taken) == 2)
    assert stub.taken == ["CUP", "MUG"]


def test_two_tabs_send_one_at_a_time_and_nothing_twice(floor: Page, device: BrowserContext, stub: Stub) -> None:
    stub.delay = 0.15
    other = open_task(device)
    for n in range(4):
        scan(floor, f"ONE-{n}")
        scan(other, f"TWO-{n}")
    until(floor, lambda: len(stub.taken) >= 8)
    until(floor, lambda: stub.in_flight == 0)
    assert stub.taken == [f"{tab}-{n}" for n in range(4) for tab in ("ONE", "TWO")]
    assert stub.most_in_flight == 1
    assert len(stub.attempts) == 8
    for page in (floor, other):
        expect(page.locator("#verdict")).to_contain_text("TWO-3 taken.")


def test_without_secure_context_ids_are_still_made(device: BrowserContext, stub: Stub) -> None:
    device.add_init_script("delete Crypto.prototype.randomUUID; delete Navigator.prototype.locks")
    page = open_task(device)
    scan(page, "MUG")
    scan(page, "CUP")
    until(page, lambda: len(stub.taken) == 2)
    assert stub.taken == ["MUG", "CUP"]
    assert all(len(key) == 36 and key[14] == "4" for key in stub.attempts)


def test_without_a_disk_scans_go_out_and_the_bar_says_so(device: BrowserContext, stub: Stub) -> None:
    device.add_init_script("indexedDB.open = () => { throw new Error('no disk') }")
    page = open_task(device)
    expect(page.locator("#sync")).to_contain_text("Not kept on this device")
    scan(page, "MUG")
    until(page, lambda: stub.taken)
    assert stub.taken == ["MUG"]


def test_the_screen_shows_the_last_answer(floor: Page, stub: Stub) -> None:
    stub.answer = screens.pick_bin()
    scan(floor, "MUG")
    expect(floor.locator(".huge")).to_have_text("A-01-3")

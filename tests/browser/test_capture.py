"""Not one scan is lost, whatever the scanner, the focus and the speed."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import burst, open_task, press_at, scan, until
from tests.browser.stub import Stub

TEN = [f"50123456789{n:02}" for n in range(10)]
SEPARATOR = "\x1d"


def ten_in_one_second(page: Page, one: Callable[[str], None]) -> None:
    start = time.monotonic()
    for n, code in enumerate(TEN):
        one(code)
        page.wait_for_timeout(max(0, (start + 0.1 * (n + 1) - time.monotonic()) * 1000))


def test_ten_scans_in_one_second_reach_a_slow_server_in_order(floor: Page, stub: Stub) -> None:
    stub.delay = 0.3
    ten_in_one_second(floor, lambda code: scan(floor, code))
    until(floor, lambda: len(stub.taken) >= 10)
    assert stub.taken == TEN
    assert stub.most_in_flight == 1
    expect(floor.locator("#verdict")).to_contain_text(f"{TEN[-1]} taken.")


def test_ten_scans_in_one_second_wait_in_order_for_a_server_that_takes_three(floor: Page, stub: Stub) -> None:
    stub.delay = 3
    ten_in_one_second(floor, lambda code: scan(floor, code))
    expect(floor.locator("#sync")).to_contain_text("waiting")
    until(floor, lambda: len(stub.taken) >= 2, seconds=60)  # two answers at its own pace; the others need not take 24 s
    stub.delay = 0
    until(floor, lambda: len(stub.taken) >= 10)
    assert stub.taken == TEN
    assert stub.most_in_flight == 1
    assert len(stub.attempts) == 10
    expect(floor.locator("#sync")).to_have_text("")


@pytest.mark.parametrize(("opens", "dialog"), [("Problem", "#problem"), ("Enter quantity", "#pad")])
def test_a_scan_while_a_dialog_is_open_is_a_scan_and_presses_nothing_in_it(
    floor: Page, stub: Stub, opens: str, dialog: str
) -> None:
    floor.get_by_role("button", name=opens).click()
    floor.locator(dialog).get_by_role("button").last.focus()
    burst(floor, [*TEN[0], "Enter"])
    floor.keyboard.insert_text(TEN[1])
    until(floor, lambda: len(stub.taken) >= 2)
    assert stub.taken == TEN[:2]


def test_ten_scans_arrive_while_a_button_has_the_focus(floor: Page, stub: Stub) -> None:
    stub.delay = 0.3

    def one(code: str) -> None:
        floor.locator("#actions [data-action=undo]").focus()
        scan(floor, code)

    ten_in_one_second(floor, one)
    until(floor, lambda: len(stub.taken) >= 10)
    assert stub.taken == TEN


def test_ten_scans_arrive_through_an_input_method(floor: Page, stub: Stub) -> None:
    stub.delay = 0.3

    def one(code: str) -> None:
        floor.keyboard.insert_text(code)
        floor.keyboard.press("Enter")

    ten_in_one_second(floor, one)
    until(floor, lambda: len(stub.taken) >= 10)
    assert stub.taken == TEN


def test_an_input_method_without_a_terminator_ends_a_code_by_the_gap(floor: Page, stub: Stub) -> None:
    for n, code in enumerate(TEN[:3]):
        floor.keyboard.insert_text(code)
        until(floor, lambda n=n: len(stub.taken) > n)
    assert stub.taken == TEN[:3]


def test_a_wedge_without_a_terminator_ends_a_code_by_the_gap(floor: Page, stub: Stub) -> None:
    burst(floor, TEN[0])
    until(floor, lambda: stub.taken)
    burst(floor, TEN[1])
    until(floor, lambda: len(stub.taken) > 1)
    assert stub.taken == TEN[:2]


def test_a_composed_text_is_taken_once_and_whole(floor: Page, device: BrowserContext, stub: Stub) -> None:
    keyboard = device.new_cdp_session(floor)
    for part in ("A-0", "A-01-3"):
        keyboard.send("Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})
    keyboard.send("Input.insertText", {"text": "A-01-3"})
    floor.keyboard.press("Enter")
    until(floor, lambda: stub.taken)
    scan(floor, "NEXT")
    until(floor, lambda: "NEXT" in stub.taken)
    assert stub.taken == ["A-01-3", "NEXT"]


def test_a_committed_line_end_parts_two_codes(floor: Page, stub: Stub) -> None:
    floor.keyboard.insert_text("A-01-3\nMUG\n")
    until(floor, lambda: len(stub.taken) >= 2)
    assert stub.taken == ["A-01-3", "MUG"]


def test_tab_ends_a_code_and_leaves_the_focus_where_it_is(floor: Page, stub: Stub) -> None:
    floor.keyboard.type("A-01-3")
    floor.keyboard.press("Tab")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["A-01-3"]
    expect(floor.locator("#scan")).to_be_focused()


def test_a_second_line_end_of_the_scanner_presses_nothing(floor: Page, device: BrowserContext, stub: Stub) -> None:
    stub.delay = 0.3  # the button is still there
    keyboard = device.new_cdp_session(floor)
    floor.locator("#actions [data-action=undo]").focus()
    start = time.time()
    for n, key in enumerate(["M", "U", "G", "Enter", "Enter"]):
        press_at(keyboard, key, start + n * 0.005)
    scan(floor, "LAST")
    until(floor, lambda: "LAST" in stub.taken)
    assert stub.taken == ["MUG", "LAST"]


def test_a_pasted_code_is_a_scan(floor: Page, device: BrowserContext, stub: Stub) -> None:
    device.grant_permissions(["clipboard-read", "clipboard-write"])
    floor.evaluate("navigator.clipboard.writeText('TOTE-7')")
    floor.locator("#actions [data-action=undo]").focus()
    floor.keyboard.press("Control+V")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["TOTE-7"]


@pytest.mark.parametrize(
    "keys", [["Control+]"], ["Alt+0"], ["Alt+0", "Alt+2", "Alt+9"]], ids=["ctrl", "alt", "alt-029"]
)
def test_a_group_separator_by_a_key_is_kept(floor: Page, stub: Stub, keys: list[str]) -> None:
    floor.keyboard.type("10LOT7")
    for key in keys:
        floor.keyboard.press(key)
    scan(floor, "2142")
    until(floor, lambda: stub.taken)
    assert stub.taken == [f"10LOT7{SEPARATOR}2142"]


def test_keypress_29_is_a_group_separator(floor: Page, stub: Stub) -> None:
    floor.keyboard.type("10LOT7")
    floor.evaluate("document.activeElement.dispatchEvent(new KeyboardEvent('keypress', {charCode: 29, bubbles: true}))")
    scan(floor, "2142")
    until(floor, lambda: stub.taken)
    assert stub.taken == [f"10LOT7{SEPARATOR}2142"]


def test_unidentified_keys_add_nothing(floor: Page, stub: Stub) -> None:
    floor.evaluate(
        "for (const key of ['Unidentified', 'Process', 'Shift'])"
        " document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))"
    )
    scan(floor, "A-01-3")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["A-01-3"]


def test_a_busy_page_does_not_tear_a_code_apart(device: BrowserContext, stub: Stub) -> None:
    """The page stands still for longer than the gap while the scanner types: the keys' own times count."""
    stub.ui = {"idle_ms": 300}
    floor = open_task(device)
    keyboard = device.new_cdp_session(floor)
    start = time.time()
    for n, key in enumerate("12345"):
        press_at(keyboard, key, start + n * 0.005)
    floor.evaluate("{ const end = performance.now() + 900; while (performance.now() < end); }")
    for n, key in enumerate([*"6789", "Enter"]):
        press_at(keyboard, key, start + (5 + n) * 0.005)
    until(floor, lambda: stub.taken)
    assert stub.taken == ["123456789"]


def test_the_field_is_empty_as_soon_as_the_code_is_taken(floor: Page, stub: Stub) -> None:
    stub.delay = 1
    floor.keyboard.insert_text("A-01-3")
    floor.keyboard.press("Enter")
    assert floor.locator("#scan").input_value() == ""
    assert stub.taken == []
    until(floor, lambda: stub.taken)


def test_a_tap_on_a_button_leaves_the_field_ready_for_an_input_method(floor: Page, stub: Stub) -> None:
    stub.delay = 0.5  # the button is still there
    floor.get_by_role("button", name="Undo").click()
    floor.keyboard.insert_text("MUG")
    until(floor, lambda: len(stub.taken) == 2)
    floor.get_by_role("button", name="Problem").click()
    expect(floor.locator("#scan")).to_be_focused()
    floor.keyboard.insert_text("A-01-3")
    until(floor, lambda: len(stub.taken) == 3)
    assert stub.taken == ["undo", "MUG", "A-01-3"]
    expect(floor.locator("#problem")).to_be_hidden()


def test_a_person_who_types_slowly_sends_with_enter(floor: Page, stub: Stub) -> None:
    floor.keyboard.type("MUG", delay=160)
    expect(floor.locator("#echo")).to_have_text("MUG")
    assert stub.taken == []
    floor.keyboard.press("Enter")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["MUG"]


def test_a_stray_key_before_a_scan_does_not_spoil_it(floor: Page, stub: Stub) -> None:
    floor.keyboard.press("x")
    floor.wait_for_timeout(2500)
    burst(floor, [*TEN[0], "Enter"])
    until(floor, lambda: stub.taken)
    assert stub.taken == [TEN[0]]


def test_a_scanners_hiccup_does_not_cut_off_the_beginning(floor: Page, stub: Stub) -> None:
    floor.keyboard.press("5")
    floor.wait_for_timeout(200)
    scan(floor, "012345678900")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["5012345678900"]


def test_a_clicked_barcode_goes_the_way_of_a_scan(device: BrowserContext, stub: Stub) -> None:
    stub.show_ways = True
    page = open_task(device)
    page.locator("#ways [data-scan]").click()
    until(page, lambda: stub.taken)
    assert stub.taken == ["2000000851239"]
    assert set(stub.fields[0]) == {"scan_id", "code", "scanned_at"}


def test_a_code_that_no_scanner_reads_is_typed_into_its_own_box(floor: Page, stub: Stub) -> None:
    floor.get_by_role("button", name="Problem").click()
    floor.get_by_role("button", name="cannot be read").click()
    floor.keyboard.type("85123A")
    floor.keyboard.press("Enter")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["85123A"]
    expect(floor.locator("#scan")).to_be_focused()

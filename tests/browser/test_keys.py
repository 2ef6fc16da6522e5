"""Fingers: keyboards, keypads, the quantity pad and the wheel."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import burst, open_task, scan, until
from tests.browser.stub import Stub

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "floor"


def test_enter_with_nothing_captured_presses_the_focused_button(floor: Page, stub: Stub) -> None:
    floor.locator("#actions [data-action=undo]").focus()
    floor.keyboard.press("Enter")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["undo"]


def test_space_presses_the_focused_button_but_not_within_a_code(floor: Page, stub: Stub) -> None:
    """The keys carry their own times, and the button is looked for when the answer has been drawn: a busy machine must
    not come between the letters, nor between the focus and the key."""
    floor.evaluate(
        "drawn = false; document.addEventListener('trueshelf:swapped', () => { drawn = true; }, { once: true })"
    )
    floor.locator("#actions [data-action=undo]").focus()
    burst(floor, [*"AB CD", "Enter"])
    until(floor, lambda: stub.taken)
    until(floor, lambda: floor.evaluate("drawn"))
    floor.locator("#actions [data-action=undo]").focus()
    floor.keyboard.press("Space")
    until(floor, lambda: len(stub.taken) > 1)
    assert stub.taken == ["AB CD", "undo"]


def test_a_keyboard_alone_reaches_every_action(floor: Page, stub: Stub) -> None:
    def tab_to(name: str) -> None:
        for _ in range(12):
            if name in (floor.evaluate("document.activeElement.innerText") or ""):
                return
            floor.keyboard.press("Tab")
        raise AssertionError(f"{name} is not reached")

    tab_to("Problem")
    floor.keyboard.press("Enter")
    tab_to("Skip for now")
    floor.keyboard.press("Enter")
    until(floor, lambda: stub.taken)
    assert stub.taken == ["skip"]


def test_an_action_carries_its_arguments(floor: Page, stub: Stub) -> None:
    floor.get_by_role("button", name="Problem").click()
    floor.get_by_role("button", name="Not enough: damaged").click()
    until(floor, lambda: stub.taken)
    sent = stub.fields[0]
    assert (sent["name"], sent["reason"]) == ("short", "damaged")
    assert set(sent) == {"action_id", "name", "reason", "scanned_at"}


def test_a_keypad_chooses_confirms_and_goes_back(device: BrowserContext, stub: Stub) -> None:
    stub.ui = {"keypad": True}
    page = open_task(device)
    page.keyboard.press("Enter")
    expect(page.locator("#pad")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#pad")).to_be_hidden()
    page.keyboard.press("3")
    expect(page.locator("#problem")).to_be_visible()
    page.keyboard.press("2")
    until(page, lambda: stub.taken)
    assert stub.fields[0]["reason"] == "damaged"


def test_a_quantity_is_keyed_in_on_the_screen(floor: Page, stub: Stub) -> None:
    floor.get_by_role("button", name="Enter quantity").click()
    expect(floor.locator("[data-pad-value]")).to_have_text("4")
    for key in ("1", "2", "3", "Erase", "OK"):
        floor.locator("#pad").get_by_role("button", name=key, exact=True).click()
    until(floor, lambda: stub.taken)
    assert (stub.fields[0]["name"], stub.fields[0]["quantity"]) == ("quantity", "12")


def test_a_quantity_is_keyed_in_on_a_keyboard(floor: Page, stub: Stub) -> None:
    floor.get_by_role("button", name="Enter quantity").click()
    floor.keyboard.type("12", delay=150)
    floor.wait_for_timeout(150)
    floor.keyboard.press("Enter")
    until(floor, lambda: stub.taken)
    assert (stub.fields[0]["name"], stub.fields[0]["quantity"]) == ("quantity", "12")


def test_a_pad_opened_by_the_keyboard_has_its_focus_on_the_number_and_gives_it_back(floor: Page, stub: Stub) -> None:
    button, number = floor.get_by_role("button", name="Enter quantity"), floor.locator("[data-pad-value]")
    button.focus()
    floor.keyboard.press("Enter")
    expect(number).to_be_focused()
    floor.keyboard.press("Tab")
    expect(floor.locator("#pad").get_by_role("button", name="1", exact=True)).to_be_focused()
    floor.keyboard.press("Escape")
    expect(floor.locator("#pad")).to_be_hidden()
    expect(button).to_be_focused()
    floor.keyboard.press("Space")
    floor.keyboard.type("12")
    expect(number).to_have_text("12")
    floor.keyboard.press("Enter")
    until(floor, lambda: stub.taken)
    assert (stub.fields[0]["name"], stub.fields[0]["quantity"]) == ("quantity", "12")


def test_a_pad_opened_by_a_finger_or_a_keypad_leaves_the_focus_to_the_scan_field(
    device: BrowserContext, stub: Stub
) -> None:
    stub.ui = {"keypad": True}
    page = open_task(device)
    page.keyboard.press("Enter")
    expect(page.locator("#pad")).to_be_visible()
    expect(page.locator("#scan")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Enter quantity").click()
    expect(page.locator("#pad")).to_be_visible()
    expect(page.locator("#scan")).to_be_focused()


def test_a_barcode_is_never_a_quantity(floor: Page, stub: Stub) -> None:
    floor.get_by_role("button", name="Enter quantity").click()
    burst(floor, [*"40063", "Enter"])
    until(floor, lambda: stub.taken)
    assert stub.taken == ["40063"]
    assert "quantity" not in stub.fields[0]
    expect(floor.locator("#pad")).to_be_hidden()


def test_more_than_six_digits_by_hand_are_no_quantity(floor: Page, stub: Stub) -> None:
    floor.get_by_role("button", name="Enter quantity").click()
    for digit in "4006381":
        floor.locator("#pad").get_by_role("button", name=digit, exact=True).click()
    floor.get_by_role("button", name="OK").click()
    expect(floor.locator("#pad").get_by_role("alert")).to_contain_text("at most 6 digits")
    expect(floor.locator("#pad")).to_be_visible()
    assert stub.attempts == []


def test_the_wheel_never_edits_a_number(floor: Page, stub: Stub) -> None:
    floor.get_by_role("button", name="Enter quantity").click()
    floor.locator("#pad").get_by_role("button", name="7", exact=True).click()
    floor.locator("[data-pad-value]").hover()
    floor.mouse.wheel(0, 400)
    floor.mouse.wheel(0, -900)
    expect(floor.locator("[data-pad-value]")).to_have_text("7")
    floor.get_by_role("button", name="OK").click()
    until(floor, lambda: stub.taken)
    assert stub.fields[0]["quantity"] == "7"


def test_no_template_has_a_number_field() -> None:
    found = [path.name for path in TEMPLATES.rglob("*.html") if 'type="number"' in path.read_text()]
    assert not found


def test_each_verdict_has_its_own_signal(floor: Page, stub: Stub) -> None:
    floor.evaluate("heard = []; addEventListener('trueshelf:signal', (event) => heard.push(event.detail))")
    stub.refused = {"CUP"}

    def heard_after(code: str) -> list[str]:
        floor.evaluate("heard.length = 0")
        scan(floor, code)
        until(floor, lambda: floor.evaluate("heard.length") >= 2)
        heard: list[str] = floor.evaluate("heard")
        return heard

    assert heard_after("MUG") == ["tick", "ok"]
    assert heard_after("CUP") == ["tick", "error"]
    stub.answer["task"] |= {"done_lines": 4}
    assert heard_after("JUG") == ["tick", "line"]
    stub.answer["task"] |= {"done_lines": 9, "status": "done"}
    assert heard_after("TOTE-7") == ["tick", "task"]

"""How every screen looks: sizes, room, contrast and names, measured in a real browser."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.axe import THEMES, WCAG, violations_in_themes
from tests.browser.conftest import a_device
from tests.browser.screens import SCREENS
from tests.browser.stub import Stub, serving

DEVICES = {"handheld": (360, 640), "keypad": (320, 533), "desk": (1280, 800)}
FLOW = [name for name in SCREENS if name.startswith(("pick-bin", "pick-item", "target", "putaway", "finished"))]
TARGETS = (
    "button:not([disabled]), a[href], .choices label, select, input:not(#scan):not([type=hidden]):not([type=radio])"
)

SMALL_TARGETS = """(targets) => {
    const seen = (element) => element.checkVisibility() && !element.closest("dialog:not([open])");
    return [...document.querySelectorAll(targets)].filter(seen).filter((element) => {
        const { width, height } = element.getBoundingClientRect();
        return width < 63.5 || height < 63.5;
    }).map((element) => element.outerHTML.slice(0, 120));
}"""

CLOSE_TARGETS = """([targets, inside]) => {
    const boxes = [...document.querySelectorAll(targets)]
        .filter((element) => element.checkVisibility() && element.closest(inside))
        .map((element) => [element, element.getBoundingClientRect()]);
    const close = [];
    for (const [one, a] of boxes) for (const [other, b] of boxes) {
        if (one === other || one.contains(other) || other.contains(one)) continue;
        const across = Math.max(a.left - b.right, b.left - a.right);
        const down = Math.max(a.top - b.bottom, b.top - a.bottom);
        if (across < 11.5 && down < 11.5) close.push([one.innerText, other.innerText]);
    }
    return close;
}"""

SMALL_TEXT = """() => [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && parseFloat(getComputedStyle(element).fontSize) < 16).map((element) => element.outerHTML.slice(0, 120))"""

OUT_OF_SIGHT = """() => [
        ...document.querySelectorAll(".instruction, .huge, .tally, .article, #verdict, #actions .button, #actions a")
    ]
    .filter((element) => element.checkVisibility() && element.innerText.trim()).filter((element) => {
        const centre = document.querySelector(".centre").getBoundingClientRect();
        const floor = element.closest(".centre") ? centre.bottom : innerHeight;
        const box = element.getBoundingClientRect();
        return box.left < 0 || box.right > innerWidth + 0.5 || box.top < 0 || box.bottom > floor + 0.5;
    }).map((element) => element.outerHTML.slice(0, 120))"""

CONTRASTS = """(selectors) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const channels = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return canvas.getImageData(0, 0, 1, 1).data;
    };
    const light = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, n) => {
        const part = rgb[n] / 255;
        return sum + weight * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    }, 0);
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255, 255];
    };
    return [...document.querySelectorAll(selectors)].filter((element) => element.checkVisibility()).map((element) => {
        const both = [light(channels(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
        return [element.className, (both[0] + 0.05) / (both[1] + 0.05)];
    });
}"""


@pytest.fixture(scope="module", params=DEVICES)
def seen(request: pytest.FixtureRequest, browser: Browser) -> dict[str, dict[str, Any]]:
    """What is to be measured of every screen, on a device of each size: each is opened once for all tests."""
    width, height = DEVICES[request.param]
    with serving(Stub()) as stub, a_device(browser, stub.url, viewport={"width": width, "height": height}) as device:
        page = device.new_page()
        return {name: measured(page, name) for name in SCREENS}


def measured(page: Page, name: str) -> dict[str, Any]:
    page.goto(f"/screens/{name}")
    found = {
        "small targets": page.evaluate(SMALL_TARGETS, TARGETS),
        "small text": page.evaluate(SMALL_TEXT),
        "close": [page.evaluate(CLOSE_TARGETS, [TARGETS, inside]) for inside in (".centre", "#actions", "#nav")],
    }
    if name in FLOW:
        found["out of sight"] = page.evaluate(OUT_OF_SIGHT)
        found["is too wide"] = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    if name in FLOW and name != "finished":
        found["value"] = page.locator(".huge").evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)")
    if name == "pick-item":
        for opens, inside in (("[data-pad]", "#pad"), ("[data-opens=problem]", "#problem")):
            page.locator(opens).click()
            found["close"].append(page.evaluate(CLOSE_TARGETS, [TARGETS, inside]))
            page.keyboard.press("Escape")
    return found


@pytest.fixture(scope="module")
def faults(browser: Browser) -> dict[tuple[str, str], list[str]]:
    """What axe says of each screen in each theme."""
    found = {}
    with serving(Stub()) as stub, a_device(browser, stub.url, reduced_motion="reduce") as device:
        page = device.new_page()
        for name in SCREENS:
            for opens in ("", "[data-opens=problem]", "[data-pad]") if name == "pick-item" else ("",):
                page.goto(f"/screens/{name}")
                if opens:
                    page.locator(opens).click()
                for theme, said in violations_in_themes(page, *WCAG, "best-practice").items():
                    found[name + opens, theme] = said
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(faults: dict[tuple[str, str], list[str]], theme: str) -> None:
    said = {name: found for (name, inside), found in faults.items() if inside == theme}
    assert len(said) == len(SCREENS) + 2
    assert {name: found for name, found in said.items() if found} == {}


@pytest.mark.parametrize("name", FLOW)
def test_the_work_needs_no_scrolling(seen: dict[str, dict[str, Any]], name: str) -> None:
    assert seen[name]["out of sight"] == []
    assert seen[name]["is too wide"] is False


def test_targets_are_big_enough_for_gloves(seen: dict[str, dict[str, Any]]) -> None:
    assert {name: found["small targets"] for name, found in seen.items() if found["small targets"]} == {}


def test_targets_keep_their_distance(seen: dict[str, dict[str, Any]]) -> None:
    assert len(seen["pick-item"]["close"]) == 5, "with both of its dialogs"
    assert {name: found["close"] for name, found in seen.items() if any(found["close"])} == {}


def test_no_text_is_small_and_the_value_is_huge(seen: dict[str, dict[str, Any]]) -> None:
    assert {name: found["small text"] for name, found in seen.items() if found["small text"]} == {}
    values = {name: found["value"] for name, found in seen.items() if "value" in found}
    assert len(values) == len(FLOW) - 1
    assert {name: size for name, size in values.items() if size < 54} == {}


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_bin_quantity_and_errors_have_a_contrast_of_seven(device: BrowserContext, theme: str) -> None:
    page = device.new_page()
    for name in ("pick-bin-wrong", "pick-item", "target-warned", "putaway"):
        page.goto(f"/screens/{name}?theme={theme}")
        ratios = page.evaluate(CONTRASTS, ".huge, .article-quantity, .verdict p, .tally p, .instruction")
        assert len(ratios) >= 2
        assert [(who, ratio) for who, ratio in ratios if ratio < 7] == []


def test_the_left_hand_mirrors_the_bottom_bar(device: BrowserContext) -> None:
    page = device.new_page()
    sides = {}
    for hand in ("right", "left"):
        page.goto(f"/screens/pick-item?hand={hand}")
        boxes = [page.get_by_role("button", name=name).bounding_box() for name in ("Undo", "Problem")]
        sides[hand] = boxes[0]["x"] < boxes[1]["x"]  # type: ignore[index]
    assert sides == {"right": True, "left": False}


def test_large_text_scrolls_but_loses_nothing(device: BrowserContext) -> None:
    page = device.new_page()
    for name in SCREENS:
        page.goto(f"/screens/{name}?text=150")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.goto("/screens/pick-item?text=150")
    expect(page.get_by_role("button", name="Enter quantity")).to_be_in_viewport(ratio=1)


def test_a_badge_fills_the_sign_in_form(device: BrowserContext, stub: Stub) -> None:
    page = device.new_page()
    page.goto("/screens/sign-in")
    with page.expect_request("**/sign-in") as sent:
        page.keyboard.type("B-1007")
        page.keyboard.press("Enter")
    assert sent.value.post_data == "badge=B-1007"


def test_a_pin_is_keyed_in_on_the_screen(device: BrowserContext, stub: Stub) -> None:
    page = device.new_page()
    page.goto("/screens/sign-in-pin")
    for key in ("1", "2", "9", "Erase", "3"):
        page.get_by_role("button", name=key, exact=True).click()
    page.keyboard.type("4")
    with page.expect_request("**/sign-in") as sent:
        page.get_by_role("button", name="OK").click()
    assert sent.value.post_data == "badge=B-1007&pin=1234"

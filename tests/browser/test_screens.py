"""How every screen looks: sizes, room, contrast and names, measured in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.screens import SCREENS
from tests.browser.stub import Stub

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
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


@pytest.fixture(params=DEVICES)
def sized(request: pytest.FixtureRequest, device: BrowserContext) -> Page:
    width, height = DEVICES[request.param]
    page = device.new_page()
    page.set_viewport_size({"width": width, "height": height})
    return page


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_axe_finds_nothing(browser: Browser, stub: Stub, theme: str) -> None:
    context = browser.new_context(base_url=stub.url, viewport={"width": 360, "height": 640}, reduced_motion="reduce")
    page = context.new_page()
    found: dict[str, Any] = {}
    for name in SCREENS:
        page.goto(f"/screens/{name}?theme={theme}")
        found[name] = axe(page)
        for opens in ("[data-opens=problem]", "[data-pad]"):
            if name == "pick-item":
                page.locator(opens).click()
                found[name + opens] = axe(page)
                page.keyboard.press("Escape")
    context.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


def axe(page: Page) -> list[str]:
    page.evaluate(AXE)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", tags)
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary']}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("name", FLOW)
def test_the_work_needs_no_scrolling(sized: Page, name: str) -> None:
    sized.goto(f"/screens/{name}")
    assert sized.evaluate(OUT_OF_SIGHT) == []
    assert sized.evaluate("document.documentElement.scrollWidth <= innerWidth") is True


def test_targets_are_big_enough_for_gloves(sized: Page) -> None:
    small = {}
    for name in SCREENS:
        sized.goto(f"/screens/{name}")
        small[name] = sized.evaluate(SMALL_TARGETS, TARGETS)
    assert {name: found for name, found in small.items() if found} == {}


def test_targets_keep_their_distance(sized: Page) -> None:
    close = {}
    for name in SCREENS:
        sized.goto(f"/screens/{name}")
        close[name] = [sized.evaluate(CLOSE_TARGETS, [TARGETS, inside]) for inside in (".centre", "#actions", "#nav")]
    sized.goto("/screens/pick-item")
    for opens, inside in (("[data-pad]", "#pad"), ("[data-opens=problem]", "#problem")):
        sized.locator(opens).click()
        close[inside] = [sized.evaluate(CLOSE_TARGETS, [TARGETS, inside])]
        sized.keyboard.press("Escape")
    assert {name: found for name, found in close.items() if any(found)} == {}


def test_no_text_is_small_and_the_value_is_huge(sized: Page) -> None:
    small = {}
    for name in SCREENS:
        sized.goto(f"/screens/{name}")
        small[name] = sized.evaluate(SMALL_TEXT)
        if name in FLOW and name != "finished":
            size = sized.locator(".huge").evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)")
            assert size >= 54, (name, size)
    assert {name: found for name, found in small.items() if found} == {}


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

"""The scanner's test page in a real browser: keys as a scanner types them, and as an input method brings them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.axe import WCAG, violations, violations_in_themes
from tests.web.conftest import PIN, fill

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the page's data are the same on both
GS1 = "010950600013435210AB-1{}17291231"


@pytest.fixture
def scanner(app: Flask, page: Page) -> Callable[..., Page]:
    def enter(badge: str = "") -> Page:
        fill(app)
        if badge:
            page.context.request.post(
                "/sign-in", form={"badge": badge, "pin": PIN}, headers={"Sec-Fetch-Site": "same-origin"}
            )
        page.goto("/scanner")
        return page

    return enter


def finding(page: Page, code: str) -> Any:
    return page.locator(f"[data-finding={code}]")


def test_raw_keys_and_what_ends_them_are_shown_before_anybody_has_signed_in(scanner: Callable[..., Page]):
    page = scanner()
    page.keyboard.type("Test-Yz/123", delay=3)
    page.keyboard.press("Enter")
    expect(finding(page, "text_right")).to_be_visible()
    expect(finding(page, "ends_right")).to_contain_text("Enter")
    assert page.locator("#keys kbd").all_inner_texts() == [*"Test-Yz/123", "Enter ⏎"]
    assert re.fullmatch(r"\d+", page.locator("#keys small").nth(3).inner_text())


@pytest.mark.parametrize("separator", ["Control+]", "Alt+2"])
def test_a_separator_that_comes_as_a_key_combination_is_seen(scanner: Callable[..., Page], separator: str):
    page = scanner()
    page.keyboard.type(GS1.split("{}")[0])
    page.keyboard.press(separator)
    page.keyboard.type(GS1.split("{}")[1])
    page.keyboard.press("Tab")
    expect(finding(page, "separator_right")).to_be_visible()
    expect(page.locator("#reading")).to_contain_text("2029-12-31")
    expect(page.locator("#keys")).to_contain_text("GS")


def test_a_lost_separator_names_the_setting_to_change(scanner: Callable[..., Page]):
    page = scanner()
    page.keyboard.type(GS1.format(""))
    page.keyboard.press("Enter")
    expect(finding(page, "separator_missing")).to_contain_text("DataWedge")


def test_a_code_without_an_end_is_reported_after_a_pause(scanner: Callable[..., Page]):
    page = scanner()
    page.keyboard.type("MUG-100")
    expect(finding(page, "no_suffix")).to_be_visible()


def test_what_an_input_method_commits_has_no_pace_but_its_end_is_seen(scanner: Callable[..., Page]):
    page = scanner()
    page.locator("#scan").focus()
    page.keyboard.insert_text("Test-Yz/123")
    page.keyboard.press("Enter")
    expect(finding(page, "text_right")).to_be_visible()
    expect(finding(page, "ends_right")).to_be_visible()
    expect(finding(page, "pace_right")).to_have_count(0)


def test_a_person_can_type_into_the_settings_and_keep_them(scanner: Callable[..., Page]):
    page = scanner("picker")
    page.click("summary:visible")
    page.fill("[name=separators]", "|")
    page.locator("[name=idle_ms]").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("300")
    page.click("form[action='/scanner/profile'] .is-primary")
    expect(page.locator("#profile .verdict")).to_contain_text("Kept")
    expect(page.locator("[name=idle_ms]")).to_have_value("300")
    page.keyboard.type(GS1.format("|"))
    expect(page.locator("#reading")).to_contain_text("2029-12-31")
    page.goto("/enquiry")
    assert page.locator("body").get_attribute("data-idle") == "300"


def test_a_wrong_setting_is_refused_and_what_was_typed_stays(scanner: Callable[..., Page]):
    page = scanner("picker")
    page.click("summary:visible")
    page.fill("[name=idle_ms]", "999999")
    page.click("form[action='/scanner/profile'] .is-primary")
    expect(page.locator("#said [data-answer]")).to_be_visible()
    expect(page.locator("[name=idle_ms]")).to_have_value("999999")


def test_a_server_that_is_silent_is_said(scanner: Callable[..., Page]):
    page = scanner()
    page.route("**/scanner/readings", lambda route: route.abort())
    page.keyboard.type("Test-Yz/123")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("No answer from the server. Try again.")


def test_axe_finds_nothing_on_the_scanner_page_in_any_theme(scanner: Callable[..., Page]):
    page = scanner("picker")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.keyboard.type("TestßZy-123")
    expect(finding(page, "layout")).to_be_visible()
    page.click("summary:visible")
    assert violations(page) == [], "in the colours of the device"
    assert not any(violations_in_themes(page, *WCAG, "best-practice").values())
    page.goto("/enquiry")
    page.click("[data-camera=open]")
    expect(page.locator("[data-camera-word]")).to_contain_text("photo")
    assert not any(violations_in_themes(page, *WCAG, "best-practice").values())

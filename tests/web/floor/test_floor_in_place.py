"""What the floor asks beside its scans is drawn in place; the scan field and what waits in its queue stay."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.web.office.at_the_desk import at_the_desk

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page

Browse = Callable[[str], "FlaskClient"]
HOME = {"HX-Request": "true", "HX-Target": "home"}


@pytest.fixture
def picker(shop: "Flask", browser: "Browser") -> "Iterator[Page]":
    with at_the_desk(shop, browser, "picker") as page:
        page.goto("/")
        yield page


def is_same(page: "Page") -> bool:
    return bool(page.evaluate("window.isSame === true"))


def test_the_next_job_is_claimed_or_said_not_to_be_there(browse: Browse) -> None:
    picker = browse("picker")
    none = picker.post("/tasks/next", headers=HOME)
    assert none.status_code == 200
    assert none.text.lstrip().startswith('<main id="home"')
    assert "No work is waiting." in none.text
    elsewhere = picker.post("/tasks/next", headers={**HOME, "HX-Target": "said"})
    assert elsewhere.headers["HX-Redirect"] == "/"
    browse("office").post("/office/waves")
    assert picker.post("/tasks/next", headers=HOME).headers["HX-Redirect"].startswith("/tasks/")


def test_a_job_that_cannot_be_opened_is_refused_on_the_first_screen(browse: Browse) -> None:
    counter = browse("counter")
    asked = {"kind": "count", "location": "NOWHERE"}
    assert counter.post("/tasks", data=asked).status_code == 404
    answer = counter.post("/tasks", data=asked, headers=HOME)
    assert answer.status_code == 422
    assert 'data-outcome="refused"' in answer.text
    assert "<html" not in answer.text


def test_a_job_is_given_back_and_taken_over_with_and_without_htmx(browse: Browse) -> None:
    browse("office").post("/office/waves")
    picker, chief = browse("picker"), browse("supervisor")
    task = picker.post("/tasks/next").headers["Location"]
    assert chief.post(f"{task}/takeovers", headers=HOME).headers["HX-Redirect"] == task
    assert picker.post(f"{task}/takeovers").headers["Location"] == task
    assert picker.post(f"{task}/releases", headers={**HOME, "HX-Target": "said"}).headers["HX-Redirect"] == "/"
    refused = chief.post("/tasks/999/takeovers", headers=HOME)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (404, "#said")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_bin_that_is_not_there_is_said_and_the_scan_field_stays_ready(shop: "Flask", browser: "Browser") -> None:
    with at_the_desk(shop, browser, "counter") as page:
        page.goto("/")
        page.evaluate("window.isSame = true")
        page.get_by_role("button", name="Count a bin").click()
        page.locator("[name=location]").fill("NOWHERE")
        page.locator("[name=location]").press("Enter")
        expect(page.locator("#verdict[data-outcome=refused]")).to_contain_text("NOWHERE")
        assert is_same(page)
        expect(page.locator("#scan")).to_be_focused()
        page.get_by_role("button", name="Count a bin").click()
        page.locator("[name=location]").fill("A-01")
        page.locator("[name=location]").press("Enter")
        page.wait_for_url("**/tasks/*")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_history_is_searched_as_somebody_types(picker: "Page") -> None:
    picker.goto("/history")
    picker.evaluate("window.isSame = true")
    picker.locator("#q").click()
    picker.keyboard.type("CUP")
    expect(picker.locator("#movements .row-title").first).to_have_text("CUP")
    expect(picker.locator("#movements")).not_to_contain_text("MUG")
    assert is_same(picker)
    assert picker.url.endswith("/history?q=CUP")
    expect(picker.locator("#q")).to_be_focused()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_job_is_given_back_from_its_screen(picker: "Page", browse: Browse) -> None:
    browse("office").post("/office/waves")
    picker.goto("/")
    picker.get_by_role("button", name="Next job").click()
    picker.wait_for_url("**/tasks/*")
    picker.get_by_role("button", name="Problem").click()
    picker.get_by_role("button", name="Give the job back").click()
    picker.wait_for_url("**/")
    assert picker.get_by_role("button", name="Next job").is_visible()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_settings_are_kept_and_seen_at_once(picker: "Page") -> None:
    picker.goto("/settings")
    picker.locator("[name=theme][value=dark]").check(force=True)
    picker.get_by_role("button", name="Keep").click()
    picker.wait_for_selector("html[data-theme=dark]", state="attached")

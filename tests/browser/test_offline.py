"""Dead spots, in the real app: what opens without a network, what goes out when there is one again, and whose it is."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect
from sqlalchemy import select, update
from werkzeug.test import Client

from app.catalog.models import Item
from app.db import db, reading, table, transact
from app.floor.models import Scan
from app.web.gate.security import allow
from tests import chromium
from tests.browser.conftest import HANDHELD, until
from tests.servers import Server
from tests.soak.device import WAITING, scan
from tests.soak.house import BARCODE, PIN, Books, fill, read_books
from tests.soak.proxy import Proxy, proxy

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the browser's half is under test


@pytest.fixture
def network(app: Flask, live_server: Server) -> Iterator[Proxy]:
    """A house with two deliveries, PO-1 for W1 and PO-2 for W2, behind a network that can be cut."""
    fill(app, workers=2)
    with proxy(int(live_server.url.rsplit(":", 1)[1]), seed=1) as network:
        yield network


@pytest.fixture
def handheld(browser: Browser, network: Proxy) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=network.url, viewport=HANDHELD, locale="en-GB")
    context.set_default_timeout(20_000)
    broken: list[str] = []
    context.on("weberror", lambda error: broken.append(str(error.error)))
    yield context
    context.close()
    assert not broken, broken


@pytest.fixture
def page(handheld: BrowserContext) -> Page:
    """W1's handheld at the first delivery, with everything kept that a dead spot needs."""
    page = handheld.new_page()
    sign_in(page, "W1")
    open_delivery(page, "PO-1")
    until_kept(page)
    return page


def sign_in(page: Page, badge: str) -> None:
    page.goto("/")
    page.fill("#badge", badge)
    page.click("#badge-form button")
    page.fill("input[name=pin]", PIN)
    page.click("form[data-pin-form] .is-primary")
    expect(page.locator("#home")).to_be_visible(timeout=20_000)


def open_delivery(page: Page, number: str) -> None:
    expect(page.locator("#scan")).to_be_focused()
    scan(page, number)
    page.wait_for_url("**/tasks/*")
    expect(page.locator("#scan")).to_be_focused()


def until_kept(page: Page) -> None:
    """The worker rules, and this very page came through it (the first one was older than the worker)."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => {})")
    until(page, lambda: page.evaluate("() => Boolean(navigator.serviceWorker.controller)"))
    page.reload()
    until(page, lambda: page.evaluate("async () => Boolean(await caches.match(location.pathname))"))
    expect(page.locator("#scan")).to_be_focused()


def count_of(page: Page) -> Locator:
    """The units that the prompt has counted."""
    return page.locator("#prompt progress")


def kept_pages(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        """async () => {
          const names = (await caches.keys()).filter((name) => name.startsWith("trueshelf-pages-"));
          const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
          return keys.flat().map(({ url }) => new URL(url).pathname);
        }"""
    )
    return found


def all_answered(page: Page, app: Flask) -> Books:
    until(page, lambda: page.evaluate(WAITING) == 0, seconds=30)
    return read_books(app)


def codes(app: Flask) -> list[tuple[str, str]]:
    with app.app_context(), reading() as session:
        rows = session.execute(select(Scan.code, Scan.answer_code).order_by(Scan.id)).all()
        return [(row.code, row.answer_code) for row in rows]


def test_it_can_be_installed(page: Page, app: Flask) -> None:
    client: Client = app.test_client()
    manifest = json.loads(client.get("/manifest.webmanifest").data)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).mimetype == icon["type"]
    worker = client.get("/sw.js")
    assert (worker.mimetype, worker.headers["Cache-Control"]) == ("text/javascript", "no-store")
    assert page.locator("meta[name=theme-color]").count() == 2
    tools = page.context.new_cdp_session(page)
    assert tools.send("Page.getAppManifest")["errors"] == []
    errors = [error["errorId"] for error in tools.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [error for error in errors if error != "in-incognito"] == []  # a test's context is a private window


def test_a_reload_in_a_dead_spot_shows_the_task_at_its_last_prompt(page: Page, network: Proxy, app: Flask) -> None:
    scan(page, BARCODE)
    scan(page, BARCODE)
    expect(count_of(page)).to_have_attribute("value", "2")
    until(page, lambda: page.evaluate("async () => Boolean(await caches.match(`${location.pathname}?last`))"))
    network.cut()
    page.reload()
    expect(count_of(page)).to_have_attribute("value", "2")
    strip = page.locator("#offline")
    expect(strip).to_contain_text("Offline")
    for code in (BARCODE, BARCODE, BARCODE, "DOCK-1"):
        scan(page, code)
    expect(strip.locator("summary")).to_contain_text("Offline: 4 scans wait")
    page.reload()
    expect(strip.locator("summary")).to_contain_text("Offline: 4 scans wait")
    assert read_books(app).accepted_units == 2
    network.mend()
    books = all_answered(page, app)
    expect(strip).to_be_hidden()
    assert (books.units_posted, books.accepted_units, books.is_verified) == (5, 5, True)
    assert [code for code, _answer in codes(app)[1:]] == [*[BARCODE] * 5, "DOCK-1"]
    expect(page.locator("#verdict")).to_have_attribute("data-outcome", "accepted")


def test_a_kept_page_becomes_the_servers_again_by_itself(page: Page, network: Proxy) -> None:
    network.cut()
    page.reload()
    expect(page.locator("#offline")).to_be_visible()
    network.mend()
    expect(page.locator("#offline")).to_be_hidden(timeout=20_000)
    expect(page.locator("#sync")).to_have_text("")


KEPT = """async path => {
  const names = await caches.keys();
  const kept = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
  return kept.flat().some(request => new URL(request.url).pathname === path);
}"""


@pytest.fixture
def pictures(app: Flask, network: Proxy) -> None:
    """The item of both deliveries has a picture on this server; ``?bytes=`` makes one of that size."""

    def picture(name: str) -> Response:
        wanted = request.args.get("bytes", 0, int)
        return Response(DOT + b"\0" * (wanted - len(DOT)), mimetype="image/png", headers={"Cache-Control": "no-store"})

    app.add_url_rule("/pictures/<name>", view_func=allow(public=True)(picture))
    with app.app_context():
        transact(lambda session: session.execute(update(table(Item)).values(image_url="/pictures/mug.png")))
        db.engine.dispose()


DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
KEPT_PICTURES = """async () => {
  const name = (await caches.keys()).find((one) => one.startsWith("trueshelf-pictures-"));
  const cache = name && await caches.open(name);
  const all = cache ? await cache.keys() : [];
  const found = await Promise.all(all.map(async (one) => [new URL(one.url).pathname, await cache.match(one)]));
  const there = found.filter(([, picture]) => picture); // one may go between the question and the answer
  return Promise.all(there.map(async ([path, picture]) => [path, (await picture.blob()).size]));
}"""
SHOW = """async ([from, to, bytes]) => {
  for (let n = from; n < to; n += 1) {
    const picture = new Image();
    picture.src = `/pictures/${n}.png?bytes=${bytes}`;
    await picture.decode();
  }
}"""


def test_a_tasks_picture_is_there_in_a_dead_spot_and_gone_with_its_operator(
    pictures: None, page: Page, network: Proxy
) -> None:
    until(page, lambda: page.evaluate(KEPT_PICTURES) == [["/pictures/mug.png", len(DOT)]])
    network.cut()
    page.reload()
    expect(page.locator("#offline")).to_be_visible()
    drawn = "() => document.querySelector('.article-picture')?.naturalWidth"
    until(page, lambda: page.evaluate(drawn) == 1)
    network.mend()
    expect(page.locator("#offline")).to_be_hidden(timeout=20_000)
    page.goto("/settings")
    page.evaluate(SHOW, [0, 1, 100])
    assert page.evaluate(KEPT_PICTURES) == [["/pictures/mug.png", len(DOT)]], "only what a task shows"
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#badge")).to_be_visible()
    assert page.evaluate(KEPT_PICTURES) == []


def test_pictures_are_kept_within_a_bound_the_newest(pictures: None, page: Page) -> None:
    until(page, lambda: page.evaluate(KEPT_PICTURES))
    page.evaluate(SHOW, [0, 70, 100])
    until(page, lambda: page.evaluate(KEPT_PICTURES)[-1] == ["/pictures/69.png", 100])
    assert [path for path, _bytes in page.evaluate(KEPT_PICTURES)] == [f"/pictures/{n}.png" for n in range(10, 70)]
    page.evaluate(SHOW, [100, 110, 1_000_000])
    until(page, lambda: page.evaluate(KEPT_PICTURES)[-1][0] == "/pictures/109.png")
    kept = page.evaluate(KEPT_PICTURES)
    assert sum(size for _path, size in kept) <= 8 * 2**20
    assert [path for path, size in kept if size == 1_000_000] == [f"/pictures/{n}.png" for n in range(102, 110)]
    page.evaluate(SHOW, [200, 201, 2_000_000])
    page.evaluate(SHOW, [201, 202, 100])
    until(page, lambda: page.evaluate(KEPT_PICTURES)[-1][0] == "/pictures/201.png")
    assert "/pictures/200.png" not in dict(page.evaluate(KEPT_PICTURES)), "one that is too large"


def test_what_needs_the_server_is_said_and_not_done(page: Page, network: Proxy) -> None:
    task = page.url
    page.goto("/")
    page.wait_for_function(KEPT, arg="/")  # a page is kept after it was shown: on a busy machine a moment later
    page.wait_for_function(KEPT, arg=urlsplit(task).path)
    page.goto("/settings")
    network.cut()
    page.evaluate("() => dispatchEvent(new Event('offline'))")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#offline")).to_contain_text("“Sign out” needs the connection.")
    page.evaluate("() => document.querySelector('form[action=\"/sign-out\"]').submit()")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.goto("/history")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.get_by_role("link", name="Go on with the job").click()
    expect(page).to_have_url(task)
    expect(page.locator("#task")).to_be_visible()
    page.goto("/")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#home")).to_be_visible()


def test_the_first_refusal_stops_the_replay_and_what_is_left_out_is_remembered(
    page: Page, network: Proxy, app: Flask
) -> None:
    network.cut()
    for code in (BARCODE, "A-01", BARCODE, "NO-SUCH-THING", "DOCK-1"):  # units are not received into a bin
        scan(page, code)
    expect(page.locator("#sync")).to_contain_text("5 waiting")
    network.mend()
    held = page.get_by_role("dialog", name="Not taken")
    expect(held.locator("[data-held-code]")).to_have_text("A-01", timeout=20_000)
    expect(held.locator("[data-line-code]")).to_have_text([BARCODE, "NO-SUCH-THING", "DOCK-1"])
    page.reload()
    expect(held.locator("[data-held-code]")).to_have_text("A-01")
    assert [code for code, _answer in codes(app)[1:]] == [BARCODE, "A-01"]
    held.get_by_role("button", name="Leave it out: NO-SUCH-THING").click()
    held.get_by_role("button", name="Scanned by mistake").click()
    held.get_by_role("button", name="Send the rest").click()
    books = all_answered(page, app)
    assert (books.units_posted, books.is_verified) == (2, True)
    assert codes(app)[3:] == [
        (BARCODE, "item_confirmed"),
        ("NO-SUCH-THING", "left_out"),
        ("DOCK-1", codes(app)[-1][1]),
    ]
    page.goto("/offline")
    expect(page.get_by_role("listitem")).to_contain_text("NO-SUCH-THING")
    expect(page.get_by_role("listitem")).to_contain_text("Scanned by mistake")


def test_nobody_posts_or_sees_what_another_left_on_the_device(page: Page, network: Proxy, app: Flask) -> None:
    task = page.url
    network.cut()
    scan(page, BARCODE)
    scan(page, BARCODE)
    expect(page.locator("#sync")).to_contain_text("2 waiting")
    page.close()
    other = page.context.new_page()
    page.context.clear_cookies()
    network.mend()
    other.goto("/")
    expect(other.locator("#others")).to_contain_text("2 scans of Worker 1 wait on this device")
    sign_in(other, "W2")
    expect(other.locator("#sync")).to_contain_text("2 scans of Worker 1 wait on this device")
    until(other, lambda: kept_pages(other) == ["/"] or other.reload() is None)
    status = other.evaluate(
        """async (task) => (await fetch(`${task}/scans`, {
          method: "POST", headers: { "X-Operator": "1", "HX-Request": "true" },
          body: new URLSearchParams({ scan_id: crypto.randomUUID(), code: "2900000000018" }),
        })).status""",
        task,
    )
    assert status == 401
    network.cut()
    other.goto(task)
    expect(other.get_by_role("heading", name="No connection")).to_be_visible()
    network.mend()
    assert read_books(app).accepted_units == 0
    other.context.clear_cookies()
    sign_in(other, "W1")
    assert all_answered(other, app).accepted_units == 2


def test_signing_out_leaves_no_page_behind(page: Page, network: Proxy) -> None:
    task = page.url
    assert kept_pages(page)
    page.goto("/settings")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#badge")).to_be_visible()
    assert kept_pages(page) == []
    network.cut()
    page.goto(task)
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    expect(page.locator("#task")).to_have_count(0)


def test_the_queue_outlives_the_tab_and_the_browser(
    browser: Browser, network: Proxy, app: Flask, tmp_path: Path
) -> None:
    with persistent(browser, tmp_path, network) as device:
        page = device.new_page()
        sign_in(page, "W1")
        open_delivery(page, "PO-1")
        until_kept(page)
        task = page.url
        network.cut()
        scan(page, BARCODE)
        scan(page, BARCODE)
        expect(page.locator("#sync")).to_contain_text("2 waiting")
        with suppress(Error):
            page.goto("chrome://crash")
        page.close()
        page = device.new_page()
        page.goto(task)
        expect(page.locator("#offline summary")).to_contain_text("Offline: 2 scans wait")
        scan(page, "DOCK-1")
        expect(page.locator("#sync")).to_contain_text("3 waiting")
        cookies = device.cookies()
    with persistent(browser, tmp_path, network) as device:
        device.add_cookies(cookies)  # a shift ends with the browser; here the same one goes on
        page = device.new_page()
        page.goto(task)
        expect(page.locator("#offline summary")).to_contain_text("Offline: 3 scans wait")
        network.mend()
        books = all_answered(page, app)
        assert (books.units_posted, books.is_verified) == (2, True)


@contextmanager
def persistent(browser: Browser, folder: Path, network: Proxy) -> Iterator[BrowserContext]:
    """A browser with a profile on the disk, as a handheld's own."""
    context = browser.browser_type.launch_persistent_context(
        folder / "profile",
        executable_path=chromium.program(browser.browser_type, is_whole=True),
        args=chromium.ARGUMENTS,
        base_url=network.url,
        viewport=HANDHELD,
        locale="en-GB",
    )
    context.set_default_timeout(20_000)
    yield context
    context.close()

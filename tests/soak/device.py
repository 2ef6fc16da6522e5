"""A handheld in a bad building: a worker who goes on scanning while the network is cut, answers are lost, tabs are
killed, and (where it can be) the server too.

The worker waits for the screen before scanning, as people do, and nothing else: every scan that was taken must be
answered once, in order, however often its way was cut.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, expect

from tests.soak.house import BARCODE, PIN, Books
from tests.soak.proxy import Proxy

DOCK = "DOCK-1"
PATIENCE_SECONDS = 120
FAULTS = ("offline", "cut", "lose requests", "lose answers", "slow", "reload", "reload in the dark", "kill tab")

_IS_STORED = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open("trueshelf");
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const transaction = request.result.transaction("entries", "readwrite");
    transaction.oncomplete = () => { request.result.close(); resolve(true); };
    transaction.objectStore("entries").count();
  };
})"""
WAITING = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open("trueshelf");
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const count = request.result.transaction("entries").objectStore("entries").count();
    count.onsuccess = () => { request.result.close(); resolve(count.result); };
  };
})"""


def scan(page: Page, code: str) -> None:
    """A scanner that commits its text through an input method: whole, however busy the machine is."""
    page.keyboard.insert_text(code)
    page.keyboard.press("Enter")


@dataclass
class Walk:
    """What was scanned, in order, and what happened on the way."""

    codes: list[str] = field(default_factory=list)
    cuts: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    question: str = ""

    @property
    def units(self) -> int:
        return self.codes.count(BARCODE)

    def faults(self, books: Books) -> list[str]:
        """What is wrong, in words; empty where the promise was kept."""
        found = []
        if self.waiting:
            found.append(f"{self.waiting} still wait on the device {self.question}".rstrip())
        if list(books.codes) != self.codes:
            found.append(f"{len(self.codes)} were scanned, {len(books.codes)} answered, or in another order")
        if not books.units_posted == books.on_hand == self.units:
            found.append(f"{self.units} units scanned, {books.units_posted} posted, {books.on_hand} on hand")
        if not books.is_verified:
            found.append("the ledger does not agree with itself")
        return found

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {name}" for name, count in sorted(self.cuts.items()))
        return f"{len(self.codes)} scans, {self.units} units, {sum(self.cuts.values())} faults: {kinds}"


class Worker:
    """W1 with a handheld and the delivery PO-1, which never ends."""

    def __init__(
        self, device: BrowserContext, network: Proxy, *, seed: int, restart: Callable[[], None] | None = None
    ) -> None:
        self._device, self._network, self._restart = device, network, restart
        self._dice = random.Random(seed)
        self._counted = 0
        self.walk = Walk()
        self._page = self._begin()
        self._task = self._page.url

    def work(self, cuts: int) -> Walk:
        """Go through ``cuts`` faults, then where the network is good, until nothing waits."""
        faults = [*FAULTS, "kill server"] if self._restart else [*FAULTS]
        for n in range(cuts):
            # Every kind before any comes again; a server that starts is slow, so it is killed less often.
            fault = faults[n % len(faults)] if n < len(faults) else self._dice.choice([*FAULTS * 4, *faults])
            self.walk.cuts[fault] = self.walk.cuts.get(fault, 0) + 1
            self._suffer(fault)
        self._come_back()
        return self.walk

    def _begin(self) -> Page:
        page = self._device.new_page()
        page.goto("/")
        page.fill("#badge", "W1")
        page.click("#badge-form button")
        page.fill("input[name=pin]", PIN)
        page.click("form[data-pin-form] .is-primary")
        expect(page.locator("#home")).to_be_visible(timeout=30_000)
        page.evaluate("() => navigator.serviceWorker.ready.then(() => {})")
        page.reload()  # from here on, every page comes through the worker
        self._page = page
        self._scan_when_ready("PO-1")
        page.wait_for_url("**/tasks/*")
        self._ready()
        return page

    def _ready(self) -> None:
        expect(self._page.locator("#scan")).to_be_focused(timeout=30_000)

    def _scan_when_ready(self, code: str) -> None:
        self._ready()
        scan(self._page, code)
        self.walk.codes.append(code)

    def _scan_some(self) -> None:
        for _scan in range(self._dice.randint(1, 4)):
            code = DOCK if self._counted and self._dice.random() < 0.25 else BARCODE
            self._counted = 0 if code == DOCK else self._counted + 1
            self._scan_when_ready(code)
        self._page.evaluate(_IS_STORED)  # what was taken is on the disk within milliseconds: no sooner can a tab die

    def _suffer(self, fault: str) -> None:
        weather = self._network.weather
        self._scan_some()
        if fault == "offline":
            self._device.set_offline(True)
        elif fault in ("cut", "reload in the dark"):
            self._network.cut()
        elif fault == "lose requests":
            weather.lose_requests = 0.5
        elif fault == "lose answers":
            weather.lose_answers = 0.5
        elif fault == "slow":
            weather.delay_seconds = 0.5
        elif fault == "kill server":
            assert self._restart is not None
            self._restart()
        if fault in ("reload", "reload in the dark"):
            self._page.reload()
        elif fault == "kill tab":
            self._page.close()
            self._page = self._device.new_page()
            self._page.goto(self._task)
        self._scan_some()
        self._page.wait_for_timeout(self._dice.randint(0, 400))
        weather.lose_requests = weather.lose_answers = weather.delay_seconds = 0.0
        self._device.set_offline(False)
        self._network.mend()
        if self._dice.random() < 0.3:
            self._page.wait_for_timeout(self._dice.randint(0, 1500))

    def _come_back(self) -> None:
        self._page.goto(self._task)
        if self._counted:
            self._scan_when_ready(DOCK)
        end = time.monotonic() + PATIENCE_SECONDS
        self.walk.waiting = self._page.evaluate(WAITING)
        while self.walk.waiting and time.monotonic() < end:
            self._page.wait_for_timeout(100)
            self.walk.waiting = self._page.evaluate(WAITING)
            held = self._page.locator("#held[open]")
            if held.count():  # nothing that was scanned is wrong, so nothing may be refused
                self.walk.question = held.inner_text()
                break

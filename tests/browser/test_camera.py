"""The camera as a scanner, in a real Chromium with a camera made of pictures."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
import zxingcpp
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import chromium
from tests.browser.conftest import until
from tests.servers import Server
from tests.web.conftest import PIN, fill

SAMPLES = Path(__file__).parents[1] / "barcode" / "photos"
SIZE = (640, 480)
FRAMES_A_SECOND = 10
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the camera asks no database


def picture(text: str, kind: str = "Code128", **options: Any) -> PIL.Image.Image:
    """A label in the middle of the view, or an empty table."""
    view = PIL.Image.new("L", SIZE, 150)
    if text:
        code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), **options)
        label = PIL.Image.fromarray(code.to_image(scale=3)).convert("L")
        paper = PIL.Image.new("L", (label.width + 60, label.height + 60), 245)
        paper.paste(label, (30, 30))
        view.paste(paper, ((SIZE[0] - paper.width) // 2, (SIZE[1] - paper.height) // 2))
    return view


def film(path: Path, scenes: list[tuple[PIL.Image.Image, float]]) -> Path:
    """A Y4M film of scenes and their seconds; Chromium plays it again and again."""
    grey = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{FRAMES_A_SECOND}:1 Ip C420jpeg\n".encode())
        for view, seconds in scenes:
            for _frame in range(round(seconds * FRAMES_A_SECOND)):
                file.write(b"FRAME\n" + view.tobytes() + grey)
    return path


@pytest.fixture
def camera(browser: Browser, app: Flask, live_server: Server) -> Iterator[Callable[..., Page]]:
    """``camera(film)``: the question page of a signed-in picker, on a device whose camera shows the film."""
    fill(app)
    opened = []

    def enter(source: Path | None, *, size: tuple[int, int] = (360, 640), theme: str = "light", **rights: Any) -> Page:
        arguments = list(chromium.ARGUMENTS)
        if source:
            arguments += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={source}"]
        program = chromium.program(browser.browser_type, is_whole=True)
        own = browser.browser_type.launch(executable_path=program, args=arguments)
        opened.append(own)
        context: BrowserContext = own.new_context(
            base_url=live_server.url,
            viewport={"width": size[0], "height": size[1]},
            locale="en-GB",
            color_scheme=theme,
            permissions=["camera"] if source else [],
            **rights,
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda line: broken.append(line.text) if "Content Security Policy" in line.text else None)
        answer = context.request.post(
            "/sign-in", form={"badge": "picker", "pin": PIN}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.ok
        page.goto("/enquiry")
        return page

    broken: list[str] = []
    yield enter
    for own in opened:
        own.close()
    assert not broken, broken


def scans(page: Page) -> list[str]:
    """The codes that go out from now on, in order."""
    codes: list[str] = []

    def note(request: Any) -> None:
        if request.method == "POST" and request.url.endswith("/enquiry"):
            codes.append(dict(pair.split("=", 1) for pair in request.post_data.split("&"))["code"])

    page.on("request", note)
    return codes


def test_each_label_in_view_is_one_scan_and_the_same_one_counts_again_when_it_comes_back(
    camera: Callable[..., Page], tmp_path: Path
):
    nothing = picture("")
    page = camera(
        film(tmp_path / "a.y4m", [(picture("MUG"), 2.5), (nothing, 1.6), (picture("CUP"), 2.5), (nothing, 1.6)])
    )
    sent = scans(page)
    page.click("[data-camera=open]")
    until(page, lambda: len(sent) >= 5, seconds=60)
    first = sent[0]
    other = {"MUG": "CUP", "CUP": "MUG"}[first]
    assert sent[:5] == [first, other, first, other, first], "one scan for each time that a label came into view"
    expect(page.locator("#enquiry")).to_contain_text("mug" if sent[-1] == "MUG" else "cup", ignore_case=True)


def test_a_label_that_stays_in_view_is_scanned_once_and_closing_frees_the_camera(
    camera: Callable[..., Page], tmp_path: Path
):
    page = camera(film(tmp_path / "b.y4m", [(picture("MUG"), 2)]))
    sent = scans(page)
    page.click("[data-camera=open]")
    until(page, lambda: sent)
    page.wait_for_timeout(4000)
    assert sent == ["MUG"]
    assert page.evaluate("document.querySelector('#camera video').srcObject.active")
    page.evaluate("window.stream = document.querySelector('#camera video').srcObject")
    page.keyboard.press("Escape")
    expect(page.locator("#camera")).to_be_hidden()
    assert page.evaluate("window.stream.getTracks().every((track) => track.readyState === 'ended')")


def test_gs1_data_keep_their_identifier(camera: Callable[..., Page], tmp_path: Path):
    symbol = picture("(01)04006381333931(10)AB-1(17)271231", "DataMatrix", gs1=True, force_square=True)
    page = camera(film(tmp_path / "c.y4m", [(symbol, 2)]))
    sent = scans(page)
    page.click("[data-camera=open]")
    until(page, lambda: sent)
    assert sent == ["%5Dd20104006381333931" + "10AB-1%1D17271231"]


def test_the_reader_is_loaded_only_when_the_camera_is_opened(camera: Callable[..., Page], tmp_path: Path):
    page = camera(film(tmp_path / "d.y4m", [(picture("MUG"), 1)]))
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.reload()
    assert not [url for url in loaded if "zxing" in url or "camera.js" in url]
    sent = scans(page)
    page.click("[data-camera=open]")
    until(page, lambda: sent)
    assert [url for url in loaded if url.endswith("zxing_reader.wasm")]


def test_without_a_camera_a_photo_is_offered_and_its_barcode_is_scanned(camera: Callable[..., Page]):
    page = camera(None)
    sent = scans(page)
    page.click("[data-camera=open]")
    expect(page.locator("[data-camera-word]")).to_contain_text("photo")
    assert page.locator("#camera").get_attribute("data-state") in {"none", "refused"}
    page.set_input_files("[data-camera-photo]", SAMPLES / "ean13.webp")
    page.click("#photo [data-scan]")
    until(page, lambda: sent)
    assert sent == ["3560070169443"]


def test_a_number_that_one_reader_alone_saw_is_asked_about_and_what_is_no_photo_is_said(camera: Callable[..., Page]):
    page = camera(None)
    page.click("[data-camera=open]")
    expect(page.locator("#camera")).to_be_visible()  # a hidden button is pressed by nobody, and may not listen yet
    page.set_input_files("[data-camera-photo]", SAMPLES / "upca-blurred.webp")
    expect(page.locator("#photo")).to_contain_text("Is this the number")
    page.set_input_files("[data-camera-photo]", {"name": "a.png", "mimeType": "image/png", "buffer": b"hello"})
    expect(page.locator("#photo")).to_contain_text("This isn't a photo")
    page.set_input_files("[data-camera-photo]", SAMPLES / "nothing.jpg")
    expect(page.locator("#photo")).to_contain_text("No barcode in this photo")


def test_a_separator_inside_a_photographed_code_reaches_the_server(camera: Callable[..., Page]):
    page = camera(None)
    sent = scans(page)
    page.click("[data-camera=open]")
    expect(page.locator("#camera")).to_be_visible()  # a hidden button is pressed by nobody, and may not listen yet
    page.set_input_files("[data-camera-photo]", SAMPLES / "gs1-datamatrix.png")
    page.click("#photo [data-scan]")
    until(page, lambda: sent)
    assert sent[0].startswith("%5Dd201095040000591012112345678p901%1D10")


def test_a_refused_camera_says_where_to_allow_it(camera: Callable[..., Page]):
    page = camera(None)
    refuses = "async () => { throw new DOMException('no', 'NotAllowedError'); }"
    page.evaluate(f"() => {{ navigator.mediaDevices.getUserMedia = {refuses}; }}")
    page.click("[data-camera=open]")
    expect(page.locator("[data-camera-word]")).to_contain_text("Allow it in the browser's settings")
    expect(page.get_by_text("Take a photo instead")).to_be_visible()


SIGHTINGS = """async (frames) => {
    const { Sightings } = await import("/static/camera.js");
    const sightings = new Sightings();
    return frames.map(([at, codes]) => sightings.see(codes, at));
}"""


@pytest.mark.parametrize(
    ("frames", "taken"),
    [
        ([[0, ["A"]]], [[]]),  # once is not sure
        ([[0, ["A"]], [100, ["A"]]], [[], ["A"]]),
        ([[0, ["A"]], [100, ["A"]], [5000, ["A"]]], [[], ["A"], []]),  # in view all the time
        ([[0, ["A"]], [100, ["A"]], [200, []], [900, []], [1000, ["A"]], [1100, ["A"]]], [[], ["A"], [], [], [], []]),
        (
            [[0, ["A"]], [100, ["A"]], [200, []], [1200, []], [1300, ["A"]], [1400, ["A"]]],
            [[], ["A"], [], [], [], ["A"]],
        ),
        ([[0, ["A"]], [100, ["A"]], [2000, []], [3000, ["A"]], [4000, ["A"]]], [[], ["A"], [], [], []]),  # a slow phone
        ([[0, ["A", "B"]], [100, ["A", "B"]], [200, ["B"]]], [[], ["A", "B"], []]),
        ([[0, ["A"]], [50, ["B"]], [100, ["A"]]], [[], [], ["A"]]),  # a misread frame in between
    ],
)
def test_one_label_is_one_scan(page: Page, frames: Any, taken: Any):
    page.goto("/sign-in")
    assert page.evaluate(SIGHTINGS, frames) == json.loads(json.dumps(taken))

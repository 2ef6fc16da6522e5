"""Our ZPL as somebody else's printer understands it: zebrash, by zpl-renderer-js, in the browser of the tests."""

import base64
import hashlib
import io
import lzma
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from app.labels import render_png, render_zpl
from app.labels.template import template
from app.labels.zpl import Packing
from tests.labels.readers import read_by_zbar, read_by_zxing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VENDOR = Path(__file__).parent / "vendor"
DOTS_PER_MM = {203: 8, 300: 12, 600: 24}
Render = Callable[[bytes, Image.Image, int], Image.Image]


@pytest.fixture(scope="module")
def rendered(browser: "Browser") -> Iterator[Render]:
    """``rendered(zpl, like, dpi)``: the first label, on paper of the size of another picture."""
    (packed,) = VENDOR.glob("zpl-renderer-js-*.umd.js.xz")
    script = lzma.decompress(packed.read_bytes())
    assert hashlib.sha256(script).hexdigest() in (VENDOR / "README.md").read_text()
    page = browser.new_page()
    page.set_default_timeout(120_000)
    page.add_script_tag(content=script.decode())

    def render(zpl: bytes, like: Image.Image, dpi: int) -> Image.Image:
        dots = DOTS_PER_MM[dpi]
        png = page.evaluate(
            "async ([zpl, width, height, dots]) => (await zpljs.ready).api.zplToBase64Async(zpl, width, height, dots)",
            [zpl.decode("ascii"), math.ceil(like.width / dots), math.ceil(like.height / dots), dots],
        )
        paper = Image.open(io.BytesIO(base64.b64decode(png))).convert("L")
        left = (paper.width - like.width) // 2  # it lays a narrower label (^PW) into the middle of its paper
        return paper.crop((left, 0, left + like.width, like.height)).point(lambda grey: 255 if grey > 127 else 0)

    yield render
    page.close()


@pytest.mark.parametrize(
    ("name", "dpi", "packing"),
    [
        ("carton", 203, "z64"),
        ("carton", 203, "hex"),
        ("logistic", 300, "z64"),
        ("item_gs1", 203, "z64"),
        ("bin", 300, "hex"),
        ("item", 600, "z64"),
        ("badge", 203, "z64"),
    ],
)
def test_another_program_prints_the_preview_bit_by_bit_and_it_is_read(
    rendered: Render, name: str, dpi: int, packing: Packing
) -> None:
    example = template(name).example
    preview = Image.open(io.BytesIO(render_png(name, example, dpi=dpi))).convert("L")
    printed = rendered(render_zpl(name, [example], dpi=dpi, packing=packing), preview, dpi)
    assert printed.tobytes() == preview.tobytes()
    assert read_by_zxing(printed) == read_by_zxing(preview) != set()
    assert read_by_zbar(printed) == read_by_zbar(preview)


def test_a_name_that_would_command_a_printer_is_printed_as_it_stands(rendered: Render) -> None:
    fields = {**template("item").example, "name": "^XZ^XA^PQ500 ~JA _5E"}
    preview = Image.open(io.BytesIO(render_png("item", fields))).convert("L")
    assert rendered(render_zpl("item", [fields]), preview, 203).tobytes() == preview.tobytes()

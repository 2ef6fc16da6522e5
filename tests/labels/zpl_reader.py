"""A printer's half of ZPL II, as far as we speak it: formats, graphics, copies. Anything else is an error."""

import base64
import re
import zlib
from dataclasses import dataclass

from PIL import Image

_KNOWN = ("XA", "XZ", "CI28", "MNN", "PW", "LL", "LH0,0", "LS0", "FO", "GFA", "FS", "PQ")


@dataclass
class Printed:
    image: Image.Image
    copies: int
    commands: list[str]


def crc16(data: bytes) -> int:
    """CRC-16-CCITT bit by bit (polynomial 0x1021, from 0), as Zebra's guide describes it."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _bit in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def print_out(stream: bytes) -> list[Printed]:
    """Every label that a printer makes of these bytes; ``AssertionError`` for what a printer would not take."""
    assert b"~" not in stream, "a control command inside a format"
    pages: list[Printed] = []
    for command in stream.decode("ascii").replace("\n", "").split("^")[1:]:
        known = next((each for each in _KNOWN if command.startswith(each)), None)
        assert known is not None, f"unknown command ^{command[:20]}"
        rest = command.removeprefix(known)
        match known:
            case "XA":
                assert rest == ""
                width = length = copies = 0
                origin = (0, 0)
                graphics: list[tuple[tuple[int, int], Image.Image]] = []
                commands: list[str] = []
            case "PW":
                width = int(rest)
            case "LL":
                length = int(rest)
            case "FO":
                left, top = map(int, rest.split(","))
                origin = (left, top)
            case "PQ":
                copies = int(rest)
            case "GFA":
                graphics.append((origin, _graphic(rest)))
            case "XZ":
                page = Image.new("1", (width, length), 1)
                for place, graphic in graphics:
                    page.paste(graphic.crop((0, 0, width, graphic.height)), place)
                pages.append(Printed(page, copies, commands))
        commands.append(known)
    return pages


def _graphic(rest: str) -> Image.Image:
    sizes = re.match(r",(\d+),(\d+),(\d+),", rest)
    assert sizes, "three sizes"
    total, sent, row = map(int, sizes.groups())
    assert total == sent <= 99_999
    data = rest[sizes.end() :]
    if data.startswith(":Z64:"):
        packed, _colon, crc = data.removeprefix(":Z64:").partition(":")
        assert int(crc, 16) == crc16(packed.encode()), "the checksum is wrong: a printer prints nothing"
        dots = zlib.decompress(base64.b64decode(packed, validate=True))
    else:
        dots = bytes.fromhex(data)
    assert len(dots) == total
    assert total % row == 0
    return Image.frombytes("1", (row * 8, total // row), bytes(byte ^ 0xFF for byte in dots))

"""Writing as it is seen: joined Arabic, lines read from the right, lines of Chinese broken without spaces.

Both outputs draw one glyph after the other from left to right, so a line is brought into that order here (Unicode's
bidirectional algorithm, UAX #9), its Arabic letters replaced by the forms they take beside each other. Scripts whose
glyphs change places or merge beyond that (Devanagari, Khmer, ...) need a shaping engine: they are refused, not garbled.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\ufe0e\ufe0f"
"""Joiners, marks of direction and of style: they steer other characters and have no ink of their own."""
NEEDS_SHAPING = re.compile("[\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff]")
_FROM_THE_RIGHT = {"R", "AL"}
_IDEOGRAPH = "\u2e80-\u2fdf\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_NOT_FIRST = "、。，．：；！？」』）】〉》〕ー々ゝゞ"
_PIECE = re.compile(f"[{_IDEOGRAPH}][{_NOT_FIRST}]*|[^{_IDEOGRAPH}]+")
_reshaper = ArabicReshaper({"delete_harakat": True, "support_ligatures": True, "ARABIC LIGATURE ALLAH": False})


@lru_cache(maxsize=4096)
def seen(line: str) -> str:
    """The line in the order in which its glyphs stand, from left to right."""
    line = unicodedata.normalize("NFC", line)
    if any(unicodedata.bidirectional(letter) in _FROM_THE_RIGHT for letter in line):
        # bidi's other entrance, in Rust, leaves brackets unmirrored.
        line = str(get_display(_reshaper.reshape(line)))
    return line.translate(dict.fromkeys(map(ord, INVISIBLE)))


def is_from_the_right(text: str) -> bool:
    """Whether the text begins at the right: its first letter with a direction says so."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in kinds if kind in {"L", *_FROM_THE_RIGHT}), "L") in _FROM_THE_RIGHT


def pieces(paragraph: str) -> Iterator[tuple[str, str]]:
    """What a line may be broken between, each with what stands before it on the same line: a space, or nothing."""
    for word in paragraph.split():
        for number, piece in enumerate(_PIECE.findall(word)):
            yield ("" if number else " "), piece

"""What is wrong with a scanner, told from how one scan arrived. Pure; what to set about it is in words elsewhere.

Two test labels have a known text, so every character that came differently has a cause: a keyboard of another country,
caps lock, a separator that was lost. Any other label still shows its pace, its end and its identifier.
"""

import re
from dataclasses import dataclass

from app.barcode.elements import GS

TEST_TEXT = "Test-Yz/123"
"""Code 128: upper and lower case, and the characters that lie elsewhere on other countries' keyboards."""
TEST_GS1 = "[01]09506000134352[10]AB-1[17]291231"
"""GS1 DataMatrix: a lot of variable length before the expiry, so that a lost separator shows."""
_GS1 = re.compile(r"0109506000134352" r"(?:10)(?P<lot>[Aa][Bb].1)(?P<separator>.{0,5}?)17291231", re.DOTALL)
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
LEAST = 3  # characters: a shorter code says nothing about its pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One scan as the browser saw it.

    ``text`` without what ended it, separators as 0x1D; ``ends`` the keys behind it ("Enter", "Tab"); ``gaps_ms`` the
    pauses between its characters; ``is_whole``: an input method brought it in one piece, so it has no pace.
    """

    text: str
    ends: tuple[str, ...] = ()
    gaps_ms: tuple[int, ...] = ()
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A stable code, and what was seen: the separator's characters, the milliseconds, the text."""

    code: str
    seen: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing needs to be set."""
        return self.code in ("text_right", "separator_right", "ends_right", "pace_right", "aim_on")


def findings(arrival: Arrival, *, idle_ms: int, pace_ms: int) -> list[Finding]:
    """What this scan shows, the worst first. ``idle_ms`` and ``pace_ms`` are what the page expects (capture.js)."""
    aim = _AIM.match(arrival.text)
    core = arrival.text[3:] if aim else arrival.text
    found = [*_ends(arrival), *_characters(core), *_separators(core), *_pace(arrival, idle_ms, pace_ms)]
    found.append(Finding("aim_on", arrival.text[:3]) if aim else Finding("aim_off"))
    return sorted(found, key=lambda finding: (finding.is_good, finding.code == "aim_off"))


def _ends(arrival: Arrival) -> list[Finding]:
    half = len(arrival.text) // 2
    if half >= LEAST and arrival.text[:half] == arrival.text[half:]:
        return [Finding("merged", arrival.text[:half])]
    if not arrival.ends:
        return [Finding("no_suffix")]
    return [Finding("ends_right", " ".join(arrival.ends))]


def _characters(core: str) -> list[Finding]:
    """The first test label, or the letters of the second, against what is printed on them."""
    gs1 = _GS1.search(core)
    if gs1 is not None:
        came, wanted = gs1["lot"], "AB-1"
    elif core[:4].lower() == TEST_TEXT[:4].lower() or TEST_TEXT in core:
        came, wanted = core, TEST_TEXT
    else:
        return []
    if came == wanted:
        around = core.replace(gs1.group() if gs1 else wanted, "…", 1)
        return [Finding("extra", around)] if around != "…" else [Finding("text_right", wanted)]
    if came.swapcase() == wanted:
        return [Finding("caps", came)]
    if wanted in came:
        return [Finding("extra", came.replace(wanted, "…", 1))]
    return [Finding("layout", came), *([Finding("caps", came)] if came[0] == wanted[0].lower() else [])]


def _separators(core: str) -> list[Finding]:
    gs1 = _GS1.search(core)
    if gs1 is None:
        return []
    separator = gs1["separator"]
    if separator == GS:
        return [Finding("separator_right")]
    return [Finding("separator_other", separator) if separator else Finding("separator_missing")]


def _pace(arrival: Arrival, idle_ms: int, pace_ms: int) -> list[Finding]:
    gaps = arrival.gaps_ms
    if arrival.is_whole or len(gaps) < LEAST:
        return []
    average, longest = sum(gaps) / len(gaps), max(gaps)
    if longest > idle_ms:
        return [Finding("hiccup", f"{longest}")]
    if average > pace_ms:
        return [Finding("slow", f"{average:.0f}")]
    return [Finding("pace_right", f"{average:.0f}")]

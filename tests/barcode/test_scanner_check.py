"""What is wrong with a scanner, told from one scan."""

import pytest

from app.barcode.scanner_check import TEST_GS1, TEST_TEXT, Arrival, findings

FAST = (5,) * 30
RAW = "010950600013435210AB-1\x1d17291231"


def codes(
    text: str, *, ends: tuple[str, ...] = ("Enter",), gaps: tuple[int, ...] = FAST, whole: bool = False
) -> set[str]:
    arrival = Arrival(text=text, ends=ends, gaps_ms=gaps, is_whole=whole)
    return {finding.code for finding in findings(arrival, idle_ms=100, pace_ms=35)}


def test_the_printed_gs1_label_says_what_is_compared():
    assert "".join(part for part in TEST_GS1.replace("[", "").split("]")) == RAW.replace("\x1d", "")


def test_a_scanner_that_is_set_well_has_nothing_to_change():
    for text in ("]C0" + TEST_TEXT, "]d2" + RAW):
        found = findings(Arrival(text=text, ends=("Enter",), gaps_ms=FAST), idle_ms=100, pace_ms=35)
        assert all(finding.is_good for finding in found), found
        assert {"text_right", "ends_right", "pace_right", "aim_on"} <= {finding.code for finding in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tEST-yZ/123", "caps"),
        ("TestßZy-123", "layout"),  # types as an American keyboard, the computer has a German one
        ("Test/Zy&123", "layout"),  # the other way round
        ('Test)Yw!&é"', "layout"),  # the computer has a French one
        ("tESTßzY-123", "caps"),
        ("#Test-Yz/123", "extra"),
        ("Test-Yz/123~", "extra"),
        ("010950600013435210AB-117291231", "separator_missing"),
        ("010950600013435210AB-1|17291231", "separator_other"),
        ("]C1010950600013435210AB-1<GS>17291231", "separator_other"),
        ("010950600013435210ABß1\x1d17291231", "layout"),
        ("010950600013435210ab-1\x1d17291231", "caps"),
        ("#010950600013435210AB-1\x1d17291231", "extra"),
        ("MUG", "aim_off"),
        ("MUG-1MUG-1", "merged"),
    ],
)
def test_a_fault_is_told_by_its_name(text: str, expected: str):
    assert expected in codes(text)
    assert "text_right" not in codes(text) or expected.startswith("separator")


def test_what_was_seen_in_the_separator_s_place_is_named():
    found = findings(Arrival(text=RAW.replace("\x1d", "{GS}")), idle_ms=100, pace_ms=35)
    assert next(finding.seen for finding in found if finding.code == "separator_other") == "{GS}"


def test_a_code_that_nothing_ends_is_told():
    assert "no_suffix" in codes("MUG", ends=())
    assert "ends_right" in codes("MUG", ends=("Tab",))


def test_pace_is_judged_by_what_the_page_expects():
    assert "slow" in codes("MUG-100", gaps=(50, 50, 50, 50))
    assert "hiccup" in codes("MUG-100", gaps=(5, 5, 250, 5))
    assert "pace_right" in codes("MUG-100", gaps=(30, 30, 30, 30))
    assert not codes("MUG-100", gaps=(), whole=True) & {"slow", "hiccup", "pace_right"}


def test_the_worst_stands_first_and_a_missing_identifier_after_it():
    found = [it.code for it in findings(Arrival(text="tEST-yZ/123", gaps_ms=FAST), idle_ms=100, pace_ms=35)]
    assert found.index("caps") < found.index("aim_off") < found.index("pace_right")


def test_eleven_digits_written_twice_are_not_taken_for_a_short_scan():
    assert "merged" not in codes("1212")

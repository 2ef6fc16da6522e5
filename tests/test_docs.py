"""The documentation names what there is."""

import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

from app.config import Settings

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_every_setting_is_documented() -> None:
    text = (DOCS / "settings.md").read_text()
    missing = [field.name for field in fields(Settings) if f"`TRUESHELF_{field.name.upper()}`" not in text]
    assert not missing


def test_every_file_that_the_map_names_exists() -> None:
    text = (DOCS / "architecture.md").read_text()
    named = set(re.findall(r"`(app/[\w/.]+)`", text))
    assert named
    assert not [name for name in named if not (DOCS.parent / name).exists()]


ASVS = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 11, 3, 4, 5, 3, 0, 3),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    11: (2, 3, 3, 3, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7),
    16: (1, 5, 4, 3, 3),
}
"""How many requirements of levels 1 and 2 each section of a chapter of ASVS 5.0 has: they stand before those of level
3. Chapters 10 (OAuth) and 17 (WebRTC) do not concern us."""


def test_every_requirement_of_level_two_is_disposed_of_and_every_test_named_for_it_exists() -> None:
    text = (DOCS / "security.md").read_text()
    rows = [
        line
        for line in text.splitlines()
        if re.match(r"\| \d", line) and re.search(r"\| (met|n/a|yours|not met) \|", line)
    ]
    found = Counter(number for row in rows for number in re.findall(r"\b\d+\.\d+\.\d+\b", row.split("|")[1]))
    wanted = {
        f"{chapter}.{section}.{number}"
        for chapter, sections in ASVS.items()
        for section, size in enumerate(sections, start=1)
        for number in range(1, size + 1)
    }
    assert set(found) == wanted
    assert [number for number, times in found.items() if times > 1] == []
    tests = "\n".join(path.read_text() for path in (DOCS.parent / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", text))
    assert len(named) > 80
    assert sorted(name for name in named if f"def {name}(" not in tests) == []


def test_every_case_that_a_test_names_can_be_looked_up() -> None:
    listed = (DOCS / "cases.md").read_text().split("## Stock")
    for kind, table in zip(("Floor", "Stock"), listed, strict=True):
        rows = re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE)
        known = {int(number) for row in rows for number in row.split(", ")}
        named = {
            int(number)
            for path in (DOCS.parent / "tests").rglob("*.py")
            for number in re.findall(rf'"""{kind} case (\d+)\.', path.read_text())
        }
        assert known == set(range(1, max(known) + 1))
        assert named, "no test names a case of this list"
        assert named <= known

"""What a job remembers is typed, is stored as JSON and comes back from it, from older versions too.

``stored_before.json`` in the folder of a kind: memories as the program stored them when they were still dictionaries,
of every shape that its tests had brought about. A kind that is newer than that has none.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.floor.kinds import KINDS
from app.floor.shared.memory import Memory
from app.tasks.models import Task
from tests.floor.story import Floor, Worker

HERE = Path(__file__).parent
RENAMED = {
    "count": {"counts": "found", "last": "found_last", "units": "waiting_units"},
    "move": {"units": "waiting_units"},
    "pack": {"counts": "verified", "last": "verified_last", "whole": "whole_lines"},
    "putaway": {"full": "full_bins"},
}
BEFORE = [
    (path.parent.name, stored)
    for path in sorted(HERE.glob("*/stored_before.json"))
    for stored in json.loads(path.read_text())
]


def _said(value: Any) -> Any:
    """What a JSON says: what is empty is as good as missing."""
    if isinstance(value, dict):
        return {key: said for key, each in value.items() if (said := _said(each))}
    if isinstance(value, list):
        return [_said(each) for each in value] if any(map(_said, value)) else None
    return value or None


def _afresh(value: Any) -> Any:
    """The same, made anew: what was read remembers of what."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _afresh(getattr(value, each.name)) for each in fields(value)})
    if isinstance(value, dict):
        return {key: _afresh(each) for key, each in value.items()}
    return tuple(map(_afresh, value)) if type(value) is tuple else value


@pytest.mark.parametrize(("kind", "stored"), BEFORE)
def test_what_an_older_version_stored_is_read_whole(kind: str, stored: dict[str, Any]) -> None:
    names = RENAMED.get(kind, {})
    expected = {names.get(name, name): value for name, value in stored.items()}
    memory = KINDS[kind].memory.read_json(stored)
    assert _said(memory.as_json()) == _said(expected)
    assert _said(_afresh(memory).as_json()) == _said(expected)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of this type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return st.one_of(*map(_values, arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(_values(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(_values, arguments))
    if origin is Mapping:
        return st.dictionaries(*map(_values, arguments), max_size=3)
    if isinstance(hint, type) and is_dataclass(hint):
        return _memories(hint)
    if isinstance(hint, type) and issubclass(hint, tuple):
        return st.tuples(*map(_values, get_type_hints(hint).values())).map(lambda values: hint(*values))
    if hint is datetime:
        return st.datetimes(timezones=st.just(UTC))
    return st.integers() if hint is Any else st.none() if hint is NoneType else st.from_type(hint)


def _memories(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{each.name: _values(hints[each.name]) for each in fields(kind)})


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30)
@given(data=st.data())
def test_a_memory_comes_back_from_its_json_as_it_was(kind: str, data: st.DataObject) -> None:
    memory = data.draw(_memories(KINDS[kind].memory))
    assert KINDS[kind].memory.read_json(json.loads(json.dumps(memory.as_json()))) == memory


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_that_has_not_begun_stores_nothing(kind: str) -> None:
    memory = KINDS[kind].memory()
    assert memory.as_json() == {}
    assert KINDS[kind].memory.read_json({}) == memory


def test_what_is_not_known_is_passed_over_and_a_null_is_as_good_as_missing() -> None:
    stored = {"from_tomorrow": {"deep": [1]}, "counted": None, "lot": None, "line": 7, "undo": None}
    assert Memory.read_json(stored) == Memory(line=7)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_known_of_a_line_goes_with_it_and_comes_back(kind: str) -> None:
    before = KINDS[kind].memory(line=3, counted=2, lot="L1", again="X")
    assert before.without_line() == KINDS[kind].memory(again="X")
    assert before.without_line().with_line_at_hand(before.line_at_hand()) == before


def _put_back(floor: Floor, task_id: int, **names: str) -> None:
    """The job's memory, under the names of older versions."""

    def rename(session: Any) -> None:
        task = session.get_one(Task, task_id)
        task.memory = {names.get(name, name): value for name, value in task.memory.items()}

    floor.do(lambda house: rename(house.session))


def test_a_carton_that_an_older_version_began_is_closed(floor: Floor, packer: Worker) -> None:
    floor.stock("MUG", 5)
    floor.stock("TEA", 5)
    floor.picked("O-1", ("MUG", 2), ("TEA", 1))
    packer.start("pack", "O-1").scan("TOTE-1", "MUG")
    _put_back(floor, packer.task, verified="counts", verified_last="last", whole_lines="whole")
    packer.look()
    assert packer.prompt["value"] == "1 / 2"
    packer.act("quantity", quantity=2).scan("TEA").scan(str(packer.prompt["target"])).hears("carton_closed").finished()


def test_a_count_that_an_older_version_began_goes_on(floor: Floor, counter: Worker) -> None:
    floor.stock("MILK", 3, lot="L1")
    counter.start("count", location="A-01").scan("A-01", "MILK", "L1", "MILK").asked("lot")
    _put_back(floor, counter.task, found="counts", found_last="last", waiting_units="units")
    counter.scan("L1").hears("item_confirmed")
    assert counter.prompt["value"] == "2"
    counter.act("undo").hears("count_undone").scan("MILK", "L1", "MILK", "L1", "A-01").hears("count_agrees").finished()

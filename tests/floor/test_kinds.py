"""The floor's map is complete, and a kind of work is in every list that names kinds."""

import ast
import re
from pathlib import Path
from typing import get_args

import app.floor
from app.floor.kinds import KINDS
from app.tasks.kinds import ROLES, TURNS
from app.tasks.models import Task
from app.web.api.floor import Kind, TaskQuery
from app.words import WORDS

FLOOR = Path(app.floor.__file__).parent
ROOT = FLOOR.parent.parent


def test_the_map_names_every_room() -> None:
    rooms = {path.stem for path in FLOOR.glob("*.py")} | {path.parent.name for path in FLOOR.glob("*/*.py")}
    rooms.remove("__init__")
    assert set(re.findall(r"^- ``(\w+)``", app.floor.__doc__ or "", re.MULTILINE)) == rooms


def test_every_list_has_every_kind() -> None:
    kinds = set(KINDS)
    assert set(ROLES) == kinds
    assert sorted(TURNS) == sorted(kinds)
    assert set(get_args(Kind)) == kinds
    assert set(get_args(TaskQuery.__annotations__["kind"])) == kinds | {""}
    assert kinds <= set(WORDS)
    check = next(str(each.sqltext) for each in Task.__table__.constraints if str(each.name).endswith("kind"))
    assert set(re.findall(r"'(\w+)'", check)) == kinds


def test_every_kind_has_its_folder_its_tests_and_its_drawing() -> None:
    drawings = (ROOT / "static" / "icons.svg").read_text()
    for name, kind in KINDS.items():
        assert kind.workflow.kind == name
        assert (FLOOR / name / "workflow.py").is_file()
        assert (FLOOR / name / "begin.py").is_file()
        assert kind.memory.__module__ == f"app.floor.{name}.memory"
        assert list((ROOT / "tests" / "floor" / name).glob("test_*.py"))
        assert f'id="{name}"' in drawings


STATE = {"status", "done_at", "operator_id", "claimed_at", "document_type"}


def _writes_state(node: ast.AST) -> bool:
    """``task.status = ..`` or ``work.task.done_at = ..``, alone or among others."""
    if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Store) or node.attr not in STATE:
        return False
    return isinstance(node.value, ast.Name | ast.Attribute) and ast.unparse(node.value).endswith("task")


def test_only_the_room_of_the_tasks_changes_a_tasks_state() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "app").rglob("*.py")
        if path.parent.name != "tasks"
        for node in ast.walk(ast.parse(path.read_text()))
        if _writes_state(node) or (isinstance(node, ast.Call) and ast.unparse(node).startswith("update(Task)"))
    ]
    assert found == []

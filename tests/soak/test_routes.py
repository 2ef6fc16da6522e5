"""Nothing that changes anything is forgotten by the random days: a new route wants a command, or a reason."""

import re
from pathlib import Path

from app.config import Settings
from app.factory import create_app
from tests.soak.day.routes import DONE, LEFT


def test_every_post_route_is_asked_on_a_random_day_or_left_out_for_a_reason(tmp_path: Path) -> None:
    flask = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'no.sqlite'}", data_dir=tmp_path))
    rules = [
        rule for rule in flask.url_map.iter_rules() if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
    ]
    there = {re.sub(r"<[^/]+>", "*", rule.rule) for rule in rules}
    assert there - DONE - set(LEFT) == set(), "give each a command in tests/soak/day/commands, or say why not"
    assert (DONE | set(LEFT)) - there == set(), "these are gone"
    assert DONE & set(LEFT) == set()

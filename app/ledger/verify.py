"""Run the checks and say what they found: a difference is an alarm, never a silent repair.

Which checks there are, ``app.control.verification`` says: what documents promise is not the ledger's to know.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import func, select

from app.db import table
from app.ledger.checks.difference import Check, Difference, Look, nobody
from app.ledger.models import Movement

movement = table(Movement)
MOST = 1000
"""So many differences are named; the others are counted."""

Tell = Callable[[str, int, int], None]
"""The name of a check, and how many portions of how many are done."""


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict. ``ok`` means that every kept number equals the replay. ``found`` counts every difference, also
    those that are not named."""

    items: int
    movements: int
    differences: tuple[Difference, ...]
    found: int

    @property
    def ok(self) -> bool:
        return not self.found


def run_checks(checks: Sequence[tuple[str, Check]], look: Look, *, tell: Tell = nobody) -> Report:
    """Run every check, one after the other, and change nothing."""
    differences: list[Difference] = []
    count = 0
    for name, check in checks:
        for difference in check(replace(look, tell=partial(tell, name))):
            count += 1
            if count <= MOST:
                differences.append(difference)
    items, movements = look.session.execute(
        select(func.count(movement.c.item_id.distinct()), func.count()).select_from(movement)
    ).one()
    return Report(items, movements, tuple(differences), count)

"""The random day of the whole floor, short and seeded; ``make soak`` is as long as you like."""

import pytest

from tests.soak.day import servers
from tests.soak.day.commands import desk, orders, receiving, returns, work
from tests.soak.day.houses import houses
from tests.soak.day.routes import DONE
from tests.soak.day.run import run

SEED, STEPS = 20_26, 160
COMMANDS = [
    *work.COMMANDS, *receiving.COMMANDS, *returns.COMMANDS, *desk.COMMANDS,
    *(command for command in orders.COMMANDS if command.do in (orders.place, orders.wave)),
]  # fmt: skip
"""A short day of what any warehouse does all the time."""


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_after_a_random_day_every_job_is_ended_and_the_books_are_what_was_answered(engine: str) -> None:
    with houses(engine) as (keys, copy), servers.fast() as serve, copy() as (url, folder), serve(url, folder) as port:
        outcome = run(SEED, steps=STEPS, port=port, keys=keys, folder=folder, commands=COMMANDS)
    assert outcome.faults == [], "\n".join(outcome.faults)
    assert outcome.requests > STEPS
    assert set(outcome.routes) <= DONE

"""One day from the first step to the checks."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.day import shelf
from tests.soak.day.book import Book
from tests.soak.day.checks import check
from tests.soak.day.commands import COMMANDS
from tests.soak.day.drain import drain, inspect_again
from tests.soak.day.house import BINS, Keys
from tests.soak.day.servers import failures
from tests.soak.day.worker import Command, Day, Hand, Worker


@dataclass
class Outcome:
    """``requests`` includes those of the drain. ``refused`` is what the robot at the end was refused, by its code."""

    seed: int
    steps: int
    requests: int = 0
    seconds: float = 0.0
    drain_seconds: float = 0.0
    replayed: int = 0
    faults: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    day: Day | None = None

    def figures(self) -> dict[str, Any]:
        """What a line of the figures holds."""
        names = (
            "seed",
            "steps",
            "requests",
            "replayed",
            "seconds",
            "drain_seconds",
            "faults",
            "refused",
            "codes",
            "met",
        )
        return {name: getattr(self, name) for name in (*names, "met", "routes")}


def run(
    seed: int,
    *,
    steps: int,
    port: int,
    keys: Keys,
    folder: Path,
    commands: list[Command] = COMMANDS,
    killing: Callable[[Day], None] | None = None,
) -> Outcome:
    """A day in a house that is new and served on ``port``; ``killing`` goes on beside the workers."""
    begun = time.monotonic()
    day = Day(seed, port, keys, Book(keys.opening), steps)
    tokens = [*keys.floor[:-2], *keys.chiefs]
    workers = [Worker(Hand(day, number, token), commands) for number, token in enumerate(tokens, 1)]
    for worker in workers:
        worker.start()
    if killing is not None:
        day.is_killing = day.was_killing = True
        killing(day)
    for worker in workers:
        worker.join()
    day.is_killing = False
    drained = time.monotonic()
    refused = drain(day)
    counter = Hand(day, 98, keys.chiefs[0])
    for place in BINS:
        shelf.count(counter, place, is_sure=True)
    inspect_again(day)
    outcome = Outcome(seed, steps, day=day, refused=refused, met=day.met, routes=day.routes)
    outcome.faults = check(day, failures(folder))
    outcome.requests, outcome.replayed = len(day.journal), day.replayed
    outcome.seconds, outcome.drain_seconds = time.monotonic() - begun, time.monotonic() - drained
    for step in day.journal:
        task = step.answer.get("task") or {}
        outcome.codes[f"{task.get('kind', step.asked.path.split('?')[0])}: {step.answer.get('code', step.status)}"] += 1
    return outcome

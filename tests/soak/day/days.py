"""Many days, one after the other: a line for each seed, and a file of figures."""

import json
import time
from collections import Counter
from functools import partial
from pathlib import Path

from tests.soak.day import servers
from tests.soak.day.house import Keys
from tests.soak.day.houses import Copies, houses, server_of
from tests.soak.day.kills import kill_some, lost, plug
from tests.soak.day.run import Outcome, run
from tests.soak.day.shrink import as_test, kind_of, last_steps, shrink

MOST_SHOWN = 80
"""Steps: a longer list says nothing to anybody."""


def days(
    engine: str, *, seed: int, rounds: int, steps: int, figures: Path | None = None, shrink_seconds: float = 120
) -> int:
    """``rounds`` days on one database, with the seeds from ``seed`` on; how many of them were bad.

    The first fault of each kind is shrunk to a test, for at most ``shrink_seconds``.
    """
    shown: set[str] = set()
    bad, begun, requests = 0, time.monotonic(), 0
    with houses(engine) as (keys, copy), servers.fast() as serve:
        for number in range(seed, seed + rounds):
            with copy() as (url, folder), serve(url, folder) as port:
                outcome = run(number, steps=steps, port=port, keys=keys, folder=folder)
            requests += outcome.requests
            bad += bool(outcome.faults)
            tell(engine, outcome)
            for fault in outcome.faults:
                if shrink_seconds and kind_of(fault) not in shown:
                    shown.add(kind_of(fault))
                    tell_shrunk(engine, keys, copy, outcome, fault, seconds=shrink_seconds)
            write(figures, engine, outcome)
    seconds = time.monotonic() - begun
    print(
        f"{engine}: {rounds} days, {bad} bad, {requests} requests in {seconds:.0f} s: "
        f"{rounds / seconds * 60:.1f} days a minute, {requests / seconds:.0f} requests a second",
        flush=True,
    )
    return bad


def days_with_kills(engine: str, *, seed: int, rounds: int, steps: int, kills: int, figures: Path | None = None) -> int:
    """As ``days``, with the program that users start, of which ``kills`` processes a day die; how many were bad."""
    bad, killed = 0, Counter[str]()
    with houses(engine) as (keys, copy):
        for number in range(seed, seed + rounds):
            with copy() as (url, folder), plug(url, folder, server_of(engine)) as one:
                killing = partial(kill_some, one=one, kills=kills)
                outcome = run(number, steps=steps, port=one.port, keys=keys, folder=folder, killing=killing)
                assert outcome.day is not None
                outcome.faults += lost(outcome.day, url)
            killed.update(one.killed)
            bad += bool(outcome.faults)
            tell(engine, outcome)
            print(f"  killed: {dict(one.killed)}", flush=True)
            write(figures, engine, outcome, killed=one.killed)
    print(f"{engine}: {rounds} days with {killed.total()} kills {dict(killed)}, {bad} bad", flush=True)
    return bad


def write(figures: Path | None, engine: str, outcome: Outcome, **more: object) -> None:
    """A line for this day in the file of figures; beside it, every step of a bad day, which may never come again."""
    if figures is None:
        return
    with figures.open("a") as file:
        file.write(json.dumps({"database": engine, **outcome.figures(), **more}) + "\n")
    if outcome.faults and outcome.day is not None:
        steps = figures.with_name(f"{figures.stem}-{engine}-{outcome.seed}.txt")
        steps.write_text("\n".join([*outcome.faults, "", *map(str, outcome.day.journal), ""]))


def tell(engine: str, outcome: Outcome) -> None:
    said = f"{len(outcome.faults)} FAULTS" if outcome.faults else "good"
    print(
        f"seed {outcome.seed}, {engine}, floor: {said}; {outcome.requests} requests, {outcome.replayed} asked again, "
        f"{outcome.seconds:.1f} s, {outcome.drain_seconds:.1f} of them for the rest",
        flush=True,
    )
    for fault in outcome.faults:
        print(f"  WRONG: {fault[:3000]}", flush=True)


def tell_shrunk(engine: str, keys: Keys, copy: Copies, outcome: Outcome, fault: str, *, seconds: float) -> None:
    """The fault as a test, or what was done last where it takes several at once."""
    assert outcome.day is not None
    journal = outcome.day.journal
    print(f"  {fault.splitlines()[0][:160]}", flush=True)
    plays = shrink(copy, keys, journal, fault, seconds=seconds)
    if plays is None:
        print("  One after the other it does not fail: it takes several at once. The last steps:")
        print(last_steps(journal, fault), flush=True)
    elif len(plays) > MOST_SHOWN:
        print(f"  {len(plays)} steps are left: give it more time (--shrink-seconds).", flush=True)
    else:
        print(as_test(engine, outcome.seed, fault, plays), flush=True)

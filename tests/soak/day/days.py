"""Many days, one after the other: a line for each seed, and a file of figures."""

import json
import time
from pathlib import Path

from tests.soak.day import servers
from tests.soak.day.houses import houses
from tests.soak.day.run import Outcome, run


def days(engine: str, *, seed: int, rounds: int, steps: int, figures: Path | None = None) -> int:
    """``rounds`` days on one database, with the seeds from ``seed`` on; how many of them were bad."""
    bad, begun, requests = 0, time.monotonic(), 0
    with houses(engine) as (keys, copy), servers.fast() as serve:
        for number in range(seed, seed + rounds):
            with copy() as (url, folder), serve(url, folder) as port:
                outcome = run(number, steps=steps, port=port, keys=keys, folder=folder)
            requests += outcome.requests
            bad += bool(outcome.faults)
            tell(engine, outcome)
            if figures is not None:
                with figures.open("a") as file:
                    file.write(json.dumps({"database": engine, **outcome.figures()}) + "\n")
    seconds = time.monotonic() - begun
    print(
        f"{engine}: {rounds} days, {bad} bad, {requests} requests in {seconds:.0f} s: "
        f"{rounds / seconds * 60:.1f} days a minute, {requests / seconds:.0f} requests a second",
        flush=True,
    )
    return bad


def tell(engine: str, outcome: Outcome) -> None:
    said = f"{len(outcome.faults)} FAULTS" if outcome.faults else "good"
    print(
        f"seed {outcome.seed}, {engine}, floor: {said}; {outcome.requests} requests, {outcome.replayed} asked again, "
        f"{outcome.seconds:.1f} s, {outcome.drain_seconds:.1f} of them for the rest",
        flush=True,
    )
    for fault in outcome.faults:
        print(f"  WRONG: {fault[:3000]}", flush=True)

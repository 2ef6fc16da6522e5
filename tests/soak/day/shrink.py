"""A failing day as few steps, printed as a test; or, where it fails only in parallel, what the workers did last."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from tests.soak.day.house import ITEMS, Keys
from tests.soak.day.houses import Copies
from tests.soak.day.journal import Step
from tests.soak.day.replay import replay
from tests.soak.day.symbols import Play, symbolic

_NAMES = re.compile(rf"\b(?:{'|'.join(ITEMS)}|TOTE-\d|O-[\d-]+|PO-[\d-]+|BR-\d+|\d{{18}})\b")
MOST_TAKEN = 300
_SEEN_AT_ONCE = ("the server broke", "the ledger differs", "500 for")


def kind_of(fault: str) -> str:
    """What two faults of one cause have in common: their words, without numbers and what is quoted."""
    first = fault.splitlines()[0] if fault.splitlines() else ""
    first = re.sub(r"\[[0-9a-f]+\] |/api/v1\S+ ", "", first)
    if first.startswith("500 for"):
        return "500"
    return re.sub(r"[\d']+|\{.*|\(Background.*", "#", first)[:110]


def shrink(copy: Copies, keys: Keys, journal: Sequence[Step], fault: str, *, seconds: float = 120) -> list[Play] | None:
    """As few steps as the time allows that still end in this kind of fault; None where one after the other is fine."""
    wanted, end = kind_of(fault), time.monotonic() + seconds
    is_at_once = fault.startswith(_SEEN_AT_ONCE)

    def fails(groups: Sequence[Sequence[Play]]) -> bool:
        chosen = {id(play) for group in groups for play in group}
        found = replay(copy, keys, [play for play in plays if id(play) in chosen], to_the_end=not is_at_once)
        return any(kind_of(each) == wanted for each in found)

    def is_late() -> bool:
        return time.monotonic() > end

    journal = journal[: _last_that_matters(journal, fault)]
    both = [(play, step) for play, step in symbolic(journal) if "/ledger" not in play.path]
    plays = [play for play, _step in both]
    by_thing: dict[str, list[Play]] = defaultdict(list)
    for play in plays:
        by_thing[_thing(play)].append(play)
    for things in (*_near(journal, by_thing, fault), set(by_thing)):
        if fails([by_thing[thing] for thing in things]):
            break
    else:
        return None
    taken = {id(play) for play, step in both if step.status < MOST_TAKEN}  # what was refused seldom matters
    only_taken = {thing: [play for play in by_thing[thing] if id(play) in taken] for thing in things}
    if fails(list(only_taken.values())):
        by_thing = only_taken
    left = _ddmin([by_thing[thing] for thing in by_thing if thing in things and by_thing[thing]], fails, is_late)
    kept = {id(play) for group in left for play in group}
    return [play for [play] in _ddmin([[play] for play in plays if id(play) in kept], fails, is_late)]


def _near(journal: Sequence[Step], by_thing: dict[str, list[Play]], fault: str) -> Iterator[set[str]]:
    """The jobs and orders that have to do with the one that failed: by the goods, totes and orders that they name.

    Most of a day has nothing to do with a fault, and a replay of few steps is quick.
    """
    found = re.search(r"/tasks/(\d+)/", fault)
    failing = [step for step in journal if found and f"/tasks/{found[1]}/" in f"{step.asked.path}/"] or journal[-1:]
    words = {word for step in failing for word in _words(step)}
    for _distance in range(2):
        near = {thing for thing, plays in by_thing.items() if any(words & _words_of(play) for play in plays)}
        yield near
        words |= {word for thing in near for play in by_thing[thing] for word in _words_of(play)}


def _words(step: Step) -> set[str]:
    answer, prompt = step.answer, step.answer.get("prompt") or {}
    said = [
        answer.get("movements"),
        answer.get("task"),
        *(prompt.get(name) for name in ("sku", "container", "document")),
    ]
    return set(_NAMES.findall(f"{step.asked.path} {step.asked.body} {said}"))


def _words_of(play: Play) -> set[str]:
    return set(_NAMES.findall(f"{play.path} {play.body} {play.name}"))


def _last_that_matters(journal: Sequence[Step], fault: str) -> int:
    """Up to the step that was answered with 5xx, for a fault that is one."""
    if not fault.startswith(_SEEN_AT_ONCE):
        return len(journal)
    return next((number for number, step in enumerate(journal, 1) if step.status >= 500), len(journal))


def _thing(play: Play) -> str:
    """The job, order or delivery that a step is about; a step that is about none stands alone."""
    if play.name:
        return play.name
    if play.path == "/tasks":
        return f"{play.body['kind']}:{play.body.get('document') or play.body.get('location')}"
    named = re.search(r"\{([^{}]+)\}", play.path)
    if named:
        return named[1]
    return str(play.body.get("order_ref") or play.body.get("number") or id(play))


_Group = TypeVar("_Group")


def _ddmin(groups: list[_Group], fails: Callable[[list[_Group]], bool], is_late: Callable[[], bool]) -> list[_Group]:
    """Zeller's delta debugging, complements only: take portions away, the last first, as long as it still fails."""
    portions = 2
    while len(groups) >= 2 and not is_late():
        size = -(-len(groups) // portions)
        starts = range((len(groups) - 1) // size * size, -1, -size)
        for start in starts:
            less = groups[:start] + groups[start + size :]
            if less and not is_late() and fails(less):
                groups, portions = less, max(portions - 1, 2)
                break
        else:
            if portions >= len(groups):
                break
            portions = min(len(groups), portions * 2)
    return groups


def as_test(engine: str, seed: int, fault: str, plays: Sequence[Play]) -> str:
    """The steps as a test, to be put into tests/soak/test_found.py."""
    steps = "\n".join(f"            {play}," for play in plays)
    lines = fault.splitlines()
    return (
        f'def test_seed_{seed}_on_{engine}() -> None:\n    """{lines[0][:100] if lines else ""}"""\n'
        f'    with houses("{engine}") as (keys, copy):\n        plays = [\n{steps}\n        ]\n'
        f"        assert replay(copy, keys, plays) == []\n"
    )


def last_steps(journal: Sequence[Step], fault: str, *, most: int = 30) -> str:
    """What was done to the task that failed, and by each worker last: for what fails in parallel only."""
    found = re.search(r"/tasks/(\d+)/", fault)
    mine = [
        number
        for number, step in enumerate(journal)
        if found
        and (f"/tasks/{found[1]}/" in step.asked.path or (step.answer.get("task") or {}).get("id") == int(found[1]))
    ]
    chosen = mine[-most:] or range(max(0, len(journal) - most), len(journal))
    return "\n".join(f"    {number}: {journal[number]}" for number in chosen)

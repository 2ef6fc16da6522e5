"""Any order of what people do with totes and cartons: they can always be finished, and the books agree on the way.

``TRUESHELF_SOAK=1`` tries many more and longer days; ``TRUESHELF_SEED`` one.
"""

import os

import pytest

from app.control.verification import verify
from tests.floor.random_totes import Day
from tests.floor.story import Floor

SOAK = bool(os.environ.get("TRUESHELF_SOAK"))
SEEDS = [int(os.environ["TRUESHELF_SEED"])] if "TRUESHELF_SEED" in os.environ else range(1, 101 if SOAK else 3)
STEPS = 400 if SOAK else 150


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_to_totes_their_work_ends_and_the_books_agree(floor: Floor, seed: int) -> None:
    day = Day(floor, seed)
    try:
        for number in range(STEPS):
            day.step()
            if number % 10 == 0:
                _agrees(floor)
        day.drain()
        _agrees(floor)
        assert day.left_over() == [], "nothing stays in a tote or carton that nobody asks for"
    except BaseException:
        print("\n".join(day.journal))
        raise


def _agrees(floor: Floor) -> None:
    assert floor.read(lambda session: verify(session).differences) == ()

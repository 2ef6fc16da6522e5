"""A warehouse in which every test ends with the proof that the kept numbers are what the movements say."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.control.verification import verify
from tests.stock.house import House


@pytest.fixture
def house(session: Session) -> Iterator[House]:
    house = House(session)
    yield house
    session.flush()
    assert verify(session).differences == ()

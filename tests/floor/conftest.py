"""A warehouse in which every story ends with the proof that the kept numbers are what the movements say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from app.config import Settings
from app.control.verification import verify
from app.db import db
from tests.floor.story import Floor, Worker

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def floor(app: "Flask") -> Iterator[Floor]:
    with app.app_context():
        floor = Floor(db.engine, Settings(secret_key="only-for-tests"))
        yield floor
        assert floor.read(lambda session: verify(session).differences) == ()


@pytest.fixture
def picker(floor: Floor) -> Worker:
    return floor.worker("Mia", "picker")


@pytest.fixture
def packer(floor: Floor) -> Worker:
    return floor.worker("Pat", "packer")


@pytest.fixture
def receiver(floor: Floor) -> Worker:
    return floor.worker("Rita", "receiver")


@pytest.fixture
def inspector(floor: Floor) -> Worker:
    return floor.worker("Ines", "inspector")


@pytest.fixture
def counter(floor: Floor) -> Worker:
    return floor.worker("Carl", "counter")


@pytest.fixture
def supervisor(floor: Floor) -> Worker:
    return floor.worker("Sue", "supervisor")

"""What every test may ask for.

``app``, ``session`` and ``client`` run on a fresh database, once on SQLite and once on PostgreSQL. A test for which
the engine makes no difference says so: ``@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)``.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests import chromium, databases, servers

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import Session

# Each example may use the database, which is why nothing is timed. On CI the examples are always the same ones.
settings.register_profile(
    "local", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


LONG = {
    "test_cli.py", "test_foundation.py", "test_numbers.py", "test_photo.py", "test_properties.py", "test_races.py",
    "test_robot_day.py", "test_soak.py", "test_day.py", "test_shrink.py",
}  # fmt: skip
"""Files whose tests take many seconds each, beside those with a browser: other programs, photographs, many threads."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test is marked by what it asks for: nobody needs to remember.

    The long ones come first, so that at the end no worker waits for another's last one.
    """
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "browser" in names:
            item.add_marker("browser")
        if "postgresql_url" in names:
            item.add_marker("postgres")
    items.sort(key=lambda item: item.get_closest_marker("browser") is None and item.path.name not in LONG)


def absent(what: str) -> NoReturn:
    """Something that a test needs is not on this machine: skipped on a desk, a failure on CI, where all must run."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: on CI nothing is left out", pytrace=False)
    pytest.skip(what)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A page that one test asked for in German leaves this thread speaking German: the next one begins in English."""
    from app.language import use

    with use("en"):
        yield


@pytest.fixture(autouse=True, scope="session")
def _cheap_pins() -> Iterator[None]:
    """PINs and passwords cost next to nothing here, and 30 ms each where somebody tries them (tests/test_cli.py looks).

    A hash says itself at what cost it was made, so one made there is opened here, and the other way round.
    """
    from argon2 import PasswordHasher

    from app.people import pins

    with pytest.MonkeyPatch.context() as here:
        here.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


# Databases.


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> databases.SqliteTemplate:
    return databases.make_sqlite_template(tmp_path_factory.mktemp("sqlite_template"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[databases.PostgresqlServer]:
    """The run's own PostgreSQL; its template database is not there yet."""
    with databases.postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(
    postgresql_server: databases.PostgresqlServer, tmp_path_factory: pytest.TempPathFactory
) -> databases.PostgresqlServer:
    databases.make_postgresql_template(postgresql_server, tmp_path_factory.mktemp("postgresql_template"))
    return postgresql_server


@pytest.fixture
def sqlite_contents(sqlite_template: databases.SqliteTemplate) -> databases.SqliteTemplate:
    """What a fresh database begins with: the tables. A folder of tests may say more (tests/web)."""
    return sqlite_template


@pytest.fixture
def postgresql_contents(postgresql_template: databases.PostgresqlServer) -> str:
    return databases.TEMPLATE


@pytest.fixture
def sqlite_url(sqlite_contents: databases.SqliteTemplate) -> Iterator[str]:
    """A fresh database in a file, with all tables."""
    with tempfile.TemporaryDirectory(prefix="trueshelf-sqlite-", dir=databases.scratch()) as folder:
        yield sqlite_contents.copy(Path(folder))


@pytest.fixture
def postgresql_url(postgresql_server: databases.PostgresqlServer, postgresql_contents: str) -> Iterator[str]:
    """A fresh database on the server, with all tables."""
    name = postgresql_server.create(template=postgresql_contents)
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database, with all tables, on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


# The app.


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator["Flask"]:
    """The whole app on a fresh database and an empty data folder."""
    from app.config import Settings
    from tests import apps

    data_dir = tmp_path / "data"
    data_dir.mkdir()
    with apps.made_with(Settings(database_url=database_url, data_dir=data_dir, secret_key="only-for-tests")) as app:
        yield app


@pytest.fixture
def session(app: "Flask") -> Iterator["Session"]:
    """A session inside the app's context. What a test does not commit is gone at its end."""
    from sqlalchemy.orm import Session

    from app.db import db

    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    return app.test_client()


@pytest.fixture
def live_server(app: "Flask") -> Iterator[servers.Server]:
    """``app`` behind a real socket on a free port; ``live_server.url``."""
    with servers.in_thread(app) as server:
        yield server


# The browser.


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A real Chromium without a window, one for each worker; contexts are cheap, so make one for each device."""
    from playwright.sync_api import sync_playwright

    try:
        playwright = sync_playwright().start()
    except Exception as error:  # noqa: BLE001 - Playwright raises a bare one where its driver cannot start
        absent(f"Playwright does not start (Debian: apt-get install libatomic1): {error}")
    try:
        program = chromium.program(playwright.chromium)
        if program is None:
            absent("no Chromium here (Debian: apt-get install chromium; others: .venv/bin/playwright install chromium)")
        # Nothing but the page under test goes over the network.
        quiet = [f"--disable-{it}" for it in ("quic", "background-networking", "component-update", "sync")]
        browser = playwright.chromium.launch(executable_path=program, args=[*chromium.ARGUMENTS, *quiet])
        yield browser
        browser.close()
    finally:
        playwright.stop()


@pytest.fixture
def page(browser: "Browser", live_server: servers.Server) -> Iterator["Page"]:
    """A page the size of a handheld; its addresses start at the live server. An error in its scripts fails the test."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 412, "height": 846}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda line: broken.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert not broken, broken


# What lies beside the checkout.


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of cases, photographs and invoices that lies beside a developer's checkout; skipped without it."""
    folder = Path(os.environ.get("TRUESHELF_SHARED", databases.REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("no folder of shared cases beside this checkout (or in TRUESHELF_SHARED)")
    return folder

"""The command line as users run it: real processes, a data folder of their own, on SQLite and on PostgreSQL."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import urlopen

import pytest
from flask import Flask

from app.config import Settings
from tests import apps, servers
from tests.databases import REPOSITORY, PostgresqlServer


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Shell:
    """Runs ``flask --app wsgi ...`` by ``run``: in a process of its own, or (much faster) in this one."""

    run: Callable[[list[str]], Done]

    def __call__(self, *arguments: object) -> Done:
        return self.run([str(argument) for argument in arguments])

    def say(self, *arguments: object) -> str:
        done = self(*arguments)
        assert done.returncode == 0, done.stderr or done.stdout
        return done.stdout

    def refuse(self, *arguments: object) -> str:
        done = self(*arguments)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        return done.stderr + done.stdout


def processes(settings: Mapping[str, str]) -> Shell:
    """As users run it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRUESHELF_")}

    def run(arguments: list[str]) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            cwd=REPOSITORY,
            env={**own, "FLASK_SKIP_DOTENV": "1", **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return Shell(run)


def commands_of(app: Flask) -> Shell:
    """The same commands in this process."""

    def run(arguments: list[str]) -> Done:
        result = app.test_cli_runner().invoke(args=arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    return Shell(run)


@pytest.fixture
def flask(app: Flask) -> Shell:
    """On a database that is there already, on each engine."""
    return commands_of(app)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Shell]:
    """As on a new machine: nothing there but the folder's name."""
    with apps.made_with(Settings(data_dir=tmp_path / "data")) as app:
        yield commands_of(app)


ITEMS = "sku,name\nA,Mug\nB,Cup\n"
PLACES = "warehouse,code,kind\nW,B-1,bin\n"
STOCK = "warehouse,location,sku,quantity\nW,B-1,A,5\n"


def stocked(flask: Shell, folder: Path) -> None:
    for kind, text in (("items", ITEMS), ("locations", PLACES), ("stock", STOCK)):
        file = folder / f"{kind}.csv"
        file.write_text(text)
        flask.say("import", kind, file)


def test_init_makes_the_database_says_how_to_add_a_person_and_can_be_repeated(fresh):
    assert "operator add" in fresh.say("init")
    fresh.say("operator", "add", "Ann", "--badge", "ANN", "--pin", "4711", "--role", "admin", "--role", "picker")
    assert "operator add" not in fresh.say("init")
    assert "admin, picker" in fresh.say("operator", "list")
    assert "pin_malformed" in fresh.refuse("operator", "add", "Ann", "--badge", "ANN", "--pin", "12", "--role", "admin")


def test_a_pin_is_kept_as_a_hash_that_opens(tmp_path):
    import sqlite3

    from app.people.pins import check_pin

    fresh = processes({"TRUESHELF_DATA_DIR": str(tmp_path / "data")})
    fresh.say("init")
    fresh.say("operator", "add", "Ann", "--badge", "ANN", "--pin", "4711", "--role", "admin")
    with sqlite3.connect(tmp_path / "data" / "trueshelf.sqlite") as database:
        kept = database.execute("SELECT pin_hash FROM operator").fetchone()[0]
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), "OWASP's smallest profile, and not that of the tests"
    assert "4711" not in kept
    assert check_pin(Settings(), kept, "4711")
    assert not check_pin(Settings(), kept, "4712")


def test_import_is_all_or_nothing_and_a_dry_run_writes_nothing(flask, tmp_path):
    file = tmp_path / "items.csv"
    file.write_text(ITEMS)
    assert "2 would be created" in flask.say("import", "items", file, "--dry-run")
    assert "2 rows: 2 created, 0 updated, 0 unchanged" in flask.say("import", "items", file)
    assert "2 rows: 0 created, 0 updated, 2 unchanged" in flask.say("import", "items", file)
    file.write_text(ITEMS + "C,Bowl\nD,\n")
    said = flask.refuse("import", "items", file)
    assert "row 5 name: Fill in name. (missing_value)" in said
    assert "nothing was written" in said
    file.write_text("sku,name\nC,Bowl\n")
    assert "1 created" in flask.say("import", "items", file), "the row beside the bad one was written"
    file.write_text("sku,name,image_url\nC,Bowl,https://shop.example/bowl.png\n")
    done = flask("import", "items", file, "--dry-run")
    assert "row 2 image_url: A picture on another server is not shown." in done.stderr
    assert "1 would be updated" in done.stdout


def test_a_token_is_printed_alone_and_acts_for_an_operator_of_its_own(flask):
    lines = flask.say("token", "create", "robot", "--scope", "floor,office", "--scope", "integration").split("\n")
    assert lines[1:] == [""]
    assert len(lines[0]) > 40
    assert "api:robot" in flask.say("token", "list")
    roles = next(line for line in flask.say("operator", "list").splitlines() if line.startswith("api:robot"))
    assert all(role in roles for role in ("picker", "packer", "receiver", "inspector", "counter", "office"))
    assert "supervisor" not in roles
    number = flask.say("token", "list").split()[0]
    flask.say("token", "revoke", number)
    assert flask.say("token", "list") == ""
    assert "scope_unknown" in flask.refuse("token", "create", "x", "--scope", "everything")
    assert "operator_unknown" in flask.refuse("token", "create", "x", "--scope", "floor", "--operator", "NOBODY")
    assert "token_unknown" in flask.refuse("token", "revoke", 999)
    assert "api:x" not in flask.say("operator", "list"), "a refused token left its operator behind"


def test_ledger_verify_names_what_differs_and_rebuild_mends_it(flask, database_url, tmp_path):
    from sqlalchemy import create_engine, text

    stocked(flask, tmp_path)
    assert json.loads(flask.say("ledger", "verify"))["ok"] is True
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE balance SET quantity = 6"))
    engine.dispose()
    done = flask("ledger", "verify")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (1, False)
    assert [(d["what"], d["kept"], d["replayed"]) for d in report["differences"]] == [("balance", 6, 5)]
    assert flask("ledger", "rebuild").returncode == 1
    assert json.loads(flask.say("ledger", "verify"))["differences"] == []


def test_ledger_verify_goes_on_where_it_was_and_knows_a_head_that_was_kept(flask, tmp_path):
    stocked(flask, tmp_path)
    assert json.loads(flask.say("ledger", "verify"))["seal"] == {"sealed": 0, "head": ""}
    assert "no POSITION:HASH" in flask.refuse("ledger", "verify", "--head", "yesterday")
    done = flask("ledger", "verify", "--head", f"1:{'a' * 64}")
    assert (done.returncode, [d["what"] for d in json.loads(done.stdout)["differences"]]) == (1, ["head"])
    (tmp_path / "data" / "ledger-proved").write_text(f"1:{'b' * 64}\n")
    assert json.loads(flask.say("ledger", "verify"))["ok"] is True
    assert flask("ledger", "verify", "--resume").returncode == 1


def test_a_backup_brings_back_what_was_there(flask, database_url, tmp_path, request, monkeypatch):
    if database_url.startswith("postgresql"):
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        monkeypatch.setenv("PATH", f"{server.programs}{os.pathsep}{os.environ['PATH']}")
    stocked(flask, tmp_path)
    copy = tmp_path / "copy.backup"
    assert "read back" in flask.say("backup", copy)
    assert "exists already" in flask.refuse("backup", copy)
    assert list(tmp_path.glob(".*.part")) == []
    assert copy.stat().st_mode & 0o077 == 0
    file = tmp_path / "more.csv"
    file.write_text("sku,name\nZ,Later\n")
    flask.say("import", "items", file)
    assert "the ledger adds up" in flask.say("restore", copy, "--yes")
    assert "1 created" in flask.say("import", "items", file), "what came after the backup is still there"
    assert "0 created, 0 updated, 1 unchanged" in flask.say("import", "stock", tmp_path / "stock.csv")
    assert json.loads(flask.say("ledger", "verify"))["movements"] == 1


def test_a_file_that_is_no_backup_changes_nothing(flask, tmp_path):
    stocked(flask, tmp_path)
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"\xff\xd8 not a database" * 100)
    flask.refuse("restore", file, "--yes")
    assert json.loads(flask.say("ledger", "verify"))["movements"] == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_pg_dump_that_is_not_there_is_said(flask, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert "pg_dump is not here" in flask.refuse("backup", tmp_path / "copy")


def test_doctor_says_what_is_missing(fresh):
    said = fresh.refuse("doctor")
    assert "fail  migrations" in said
    fresh.say("init")
    said = fresh.say("doctor")
    assert "warn  people: nobody can sign in" in said
    assert "ok    labels:" in said
    assert "fail" not in said
    fresh.say("operator", "add", "Ann", "--badge", "ANN", "--pin", "4711", "--role", "admin")
    assert "ok    people: 1 can sign in" in fresh.say("doctor")


def test_doctor_says_that_the_database_does_not_answer(tmp_path):
    flask = processes(
        {"TRUESHELF_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "TRUESHELF_DATA_DIR": str(tmp_path)}
    )
    assert "fail  database" in flask.refuse("doctor")


def test_serve_brings_its_worker_and_stops_both(tmp_path):
    settings = {"TRUESHELF_DATA_DIR": str(tmp_path / "data")}
    with servers.as_program(settings, log=tmp_path / "log") as server:
        assert server.process is not None
        worker = _worker_of(server.process.pid)
        with urlopen(f"{server.url}/healthz", timeout=5) as answer:
            assert answer.status == 200
        os.kill(worker, signal.SIGKILL)
        again = _worker_of(server.process.pid, other_than=worker)
        server.process.terminate()
        assert server.process.wait(10) == 0
        assert not Path(f"/proc/{again}").exists()


def test_a_worker_whose_server_was_killed_stops(tmp_path):
    settings = {"TRUESHELF_DATA_DIR": str(tmp_path / "data")}
    with servers.as_program(settings, log=tmp_path / "log") as server:
        assert server.process is not None
        worker = _worker_of(server.process.pid)
        server.process.kill()
        server.process.wait()
        _until(lambda: not Path(f"/proc/{worker}").exists())
        with suppress(ProcessLookupError):  # the web processes have gone by themselves
            os.killpg(server.process.pid, signal.SIGKILL)


def test_the_worker_fills_backorders_while_nobody_looks(flask, database_url, tmp_path):
    from sqlalchemy import create_engine, text

    for kind, content in (
        ("items", ITEMS),
        ("locations", PLACES),
        ("orders", "channel,order_ref,line_ref,sku,quantity\nshop,1,1,A,3\n"),
        ("stock", STOCK),
    ):
        (tmp_path / "in.csv").write_text(content)
        flask.say("import", kind, tmp_path / "in.csv")
    engine = create_engine(database_url)

    def committed() -> int:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT sum(committed) FROM availability")) or 0)

    assert committed() == 0
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRUESHELF_")}
    settings = {"TRUESHELF_DATABASE_URL": database_url, "TRUESHELF_DATA_DIR": str(tmp_path), "FLASK_SKIP_DOTENV": "1"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "work"]
    with subprocess.Popen(command, cwd=REPOSITORY, env={**own, **settings}) as worker:
        _until(lambda: committed() == 3)
        worker.terminate()
        assert worker.wait(10) == 0
    engine.dispose()
    assert json.loads(flask.say("ledger", "verify"))["ok"] is True


def test_the_demo_is_built_once_and_its_numbers_are_true(flask, tmp_path):
    assert "MIA" in flask.say("demo")
    sheet = tmp_path / "data" / "demo-barcodes.pdf"
    assert sheet.read_bytes().startswith(b"%PDF")
    before = flask.say("ledger", "verify")
    assert json.loads(before)["ok"] is True
    assert json.loads(before)["movements"] > 1300
    flask.say("demo")
    assert flask.say("ledger", "verify") == before


def test_the_demo_needs_nothing_that_was_there_before(fresh):
    said = fresh.say("demo")
    assert "MIA" in said
    assert "operator add" not in said, "a newcomer signs in as somebody of the demo"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_demo_is_not_built_into_somebodys_warehouse_or_into_production(app, flask, tmp_path):
    stocked(flask, tmp_path)
    assert "not_empty" in flask.refuse("demo")
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mode="production")
    assert "demo mode only" in flask.refuse("demo")


def _worker_of(parent: int, *, other_than: int = 0) -> int:
    found: list[int] = []

    def is_there() -> bool:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            pid = int(folder.name)
            if command[-3:-1] == [b"--parent", str(parent).encode()] and pid != other_than:
                found.append(pid)
        return bool(found)

    _until(is_there)
    return found[0]


def _until(holds, *, patience_seconds: float = 30) -> None:
    end = time.monotonic() + patience_seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)

"""A fresh machine, by the README's way for one machine: production from the first moment, and closed to others."""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from app.config import Settings
from app.db import db
from tests import apps
from tests.databases import REPOSITORY
from tests.servers import free_port
from tests.test_cli import commands_of

EVERYWHERE = "0.0.0.0"  # noqa: S104 - this is what is tested: who comes from another address
SIGN_IN = (
    "POST {path} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: same-origin\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n{more}\r\n{form}"
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def own_address() -> str:
    """An address of this machine that is not its loopback; skipped where there is none."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: a datagram socket only looks up its route
        except OSError:
            pytest.skip("this machine has no address but its own loopback")
        return str(probe.getsockname()[0])


def post(address: str, port: int, path: str, form: str, *, host: str = "localhost", more: str = "") -> str:
    with closing(socket.create_connection((address, port), timeout=20)) as connection:
        connection.sendall(SIGN_IN.format(path=path, host=host, length=len(form), more=more, form=form).encode())
        return connection.recv(65536).decode("latin-1")


def test_the_readmes_way_for_one_machine_is_production(tmp_path: Path):
    """It stayed in demo mode: a public pepper, and the office by PIN alone. And ``Host: localhost`` over plain HTTP
    signed in from another address."""
    here = tmp_path / "trueshelf"
    here.mkdir()
    for name in ("app", "templates", "static", "label_templates"):
        shutil.copytree(REPOSITORY / name, here / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPOSITORY / "wsgi.py", here)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRUESHELF_")}
    environment.pop("FLASK_SKIP_DOTENV", None)
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]

    def say(*arguments: str) -> str:
        done = subprocess.run([*flask, *arguments], cwd=here, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    steps = re.findall(r"^  \.venv/bin/flask --app wsgi (.+)$", (REPOSITORY / "README.md").read_text(), re.MULTILINE)
    assert steps == ["init --production", 'operator add "Your name" --badge ME --role admin', "serve"]
    say("init", "--production")
    say("operator", "add", "Your name", "--badge", "ME", "--role", "admin", "--pin", "8391")
    said = say("doctor")
    assert "production mode" in said
    assert "others may" not in said
    assert "keys are in use" not in said
    files = [here / ".env", here / "data", *(here / "data").glob("trueshelf.sqlite*")]
    assert {path.name: mode(path) & 0o077 for path in files} == dict.fromkeys((path.name for path in files), 0)
    port = free_port()
    server = subprocess.Popen([*flask, "serve", "--host", EVERYWHERE, "--port", str(port)], cwd=here, env=environment)
    try:
        for _try in range(200):
            try:
                urlopen(f"http://localhost:{port}/healthz", timeout=20).close()
                break
            except OSError:
                time.sleep(0.1)
        me = "badge=ME&pin=8391"
        assert post("127.0.0.1", port, "/sign-in", me).startswith("HTTP/1.1 403"), "nobody has let this device in"
        let_in = post("127.0.0.1", port, "/enrolments", "supervisor=ME&pin=8391&name=Owner")
        key = re.search(r"set-cookie: (trueshelf-device=[^;]+)", let_in, re.IGNORECASE)
        assert key, let_in
        cookie = f"Cookie: {key[1]}\r\n"
        assert post("127.0.0.1", port, "/sign-in", me, more=cookie).startswith("HTTP/1.1 303")
        proxied = post("127.0.0.1", port, "/sign-in", me, more=f"{cookie}X-Forwarded-For: 127.0.0.1\r\n")
        assert proxied.startswith("HTTP/1.1 422"), "whoever comes through a proxy is elsewhere"
        elsewhere = post(own_address(), port, "/sign-in", me, more=cookie)
        assert elsewhere.startswith("HTTP/1.1 422"), "the peer's address counts, not what it calls us"
        assert "set-cookie: trueshelf=" not in elsewhere.lower()
        wal = here / "data" / "trueshelf.sqlite-wal"
        assert mode(wal) & 0o077 == 0
    finally:
        server.terminate()
        server.wait(20)


def test_a_key_file_or_a_demo_that_is_there_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from app.cli import production

    monkeypatch.setattr(production, "ROOT", tmp_path)
    with apps.made_with(Settings(data_dir=tmp_path / "data")) as app:
        flask = commands_of(app)
        flask.say("init")
        assert "holds a database already" in flask.refuse("init", "--production")
        (tmp_path / ".env").write_text("TRUESHELF_PEPPER=precious")
        assert "is there already" in flask.refuse("init", "--production")
    assert (tmp_path / ".env").read_text() == "TRUESHELF_PEPPER=precious"


def test_what_was_open_to_others_is_named_and_closed(tmp_path: Path):
    folder = tmp_path / "data"
    with apps.made_with(Settings(data_dir=folder)) as app:
        flask = commands_of(app)
        flask.say("init")
        folder.chmod(0o755)
        (folder / "trueshelf.sqlite").chmod(0o644)
        assert flask("doctor").stdout.count("others may open") == 2
        flask.say("init")
        assert "others may open" not in flask("doctor").stdout
        assert (mode(folder), mode(folder / "trueshelf.sqlite")) == (0o700, 0o600)


def test_nobody_else_reads_a_backup_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from app.cli import copies

    seen: list[int] = []
    prove = copies._prove_sqlite

    def look(draft: Path) -> None:
        seen.append(mode(draft))
        prove(draft)

    monkeypatch.setattr(copies, "_prove_sqlite", look)
    with apps.made_with(Settings(data_dir=tmp_path / "data")) as app:
        flask = commands_of(app)
        flask.say("init")
        before = os.umask(0o022)
        try:
            flask.say("backup", tmp_path / "copy")
        finally:
            os.umask(before)
        with app.app_context():
            db.engine.dispose()
    assert [*seen, mode(tmp_path / "copy")] == [0o600, 0o600]

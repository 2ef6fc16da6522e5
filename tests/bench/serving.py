"""The server under measurement, as a program of its own, and what its processes hold in memory."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.servers import REPOSITORY, free_port

APP = ("-m", "flask", "--app", "wsgi", "serve")
FLOOR = ("-m", "tests.bench.floor")


@dataclass(frozen=True)
class Serving:
    port: int
    pid: int


@dataclass(frozen=True)
class Memory:
    """One process, in MiB. ``pss`` counts what is shared with others by its share."""

    role: str
    rss: float
    pss: float


@contextmanager
def serving(program: tuple[str, ...], database_url: str, folder: Path) -> Iterator[Serving]:
    """Run a program that listens on ``--port``, in a session of its own, and stop all of it."""
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRUESHELF_")}
    settings = {"TRUESHELF_DATABASE_URL": database_url, "TRUESHELF_DATA_DIR": str(folder / "data")}
    log = folder / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *program, "--port", str(port)],
            cwd=REPOSITORY,
            env={**own, "FLASK_SKIP_DOTENV": "1", **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _wait(port, process, log)
            yield Serving(port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, f"the server stopped by itself:\n{log.read_text()[-3000:]}"
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                time.sleep(1)  # every worker is up, not the first one alone
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer on port {port}:\n{log.read_text()[-3000:]}")


def memory(server: Serving) -> list[Memory]:
    """What each process of the server holds, the web processes first."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if not folder.name.isdigit() or os.getsid(int(folder.name)) != server.pid:
                continue
            sizes = dict(
                line.split(":", 1) for line in (folder / "smaps_rollup").read_text().splitlines()[1:] if ":" in line
            )
            command = (folder / "cmdline").read_text().replace("\0", " ")
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ProcessLookupError):
            continue
        role = _role(command, int(folder.name) == server.pid, parent == server.pid)
        found.append(Memory(role, *(int(sizes[name].split()[0]) / 1024 for name in ("Rss", "Pss"))))
    return sorted(found, key=lambda one: (one.role != "web", one.role))


def _role(command: str, is_server: bool, is_child: bool) -> str:
    if is_server:
        return "keeper"
    if " work " in command:
        return "worker"
    return "web" if is_child and "resource_tracker" not in command else "other"

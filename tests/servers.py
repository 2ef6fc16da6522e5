"""The app behind a real socket: in a thread, to be looked into, or as the program that users start."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask
from werkzeug.serving import make_server

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Server:
    """``url`` has no slash at its end. ``localhost``, not 127.0.0.1: there a browser grants what it grants to HTTPS."""

    url: str
    process: subprocess.Popen[bytes] | None = None


@contextmanager
def in_thread(app: Flask) -> Iterator[Server]:
    """Serve ``app`` from this process, each request in a thread of its own: starts in milliseconds."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # an open event stream must not keep the test from ending
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Server(f"http://localhost:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def as_program(settings: Mapping[str, str], *, log: Path, patience_seconds: float = 30) -> Iterator[Server]:
    """Run ``flask --app wsgi init`` and ``serve`` as a user would, with ``settings`` (TRUESHELF_...) as environment.

    The process group is the server's own: ``os.killpg(server.process.pid, SIGKILL)`` pulls the plug on all of it.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRUESHELF_")}
    environment = {**own, "FLASK_SKIP_DOTENV": "1", **settings}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    with log.open("wb") as output:
        init = subprocess.run([*flask, "init"], cwd=REPOSITORY, env=environment, stdout=output, stderr=output)
        assert init.returncode == 0, f"flask init failed:\n{log.read_text()}"
        port = free_port()
        process = subprocess.Popen(
            [*flask, "serve", "--host", "127.0.0.1", "--port", str(port)],
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            url = f"http://localhost:{port}"
            _wait_until_healthy(url, process, log, patience_seconds)
            yield Server(url, process)
        finally:
            _stop(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path, patience_seconds: float) -> None:
    end = time.monotonic() + patience_seconds
    while time.monotonic() < end:
        assert process.poll() is None, f"the server stopped by itself:\n{log.read_text()}"
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}/healthz in {patience_seconds} s:\n{log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

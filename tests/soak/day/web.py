"""The fast server of the days: a program that has loaded everything once and forks the processes of one house.

It is the app behind real sockets, kept-alive connections and several processes with several threads, as the program
that users start is; only the HTTP server around it is our own, because starting that one anew for each day would cost
more than the day. One line of JSON asks for a house, one answers with its port and its processes.
"""

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

from flask import Flask

from app import work as jobs
from app.config import Settings
from app.factory import create_app

WEB_PROCESSES = 2


def main() -> None:
    """Read orders until the end of standard input; everything that was forked ends with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    running: list[int] = []
    for line in sys.stdin:
        asked = json.loads(line)
        _stop(running)
        if asked.get("url"):
            listener = socket.create_server(("127.0.0.1", 0), backlog=128)
            roles = [*["web"] * WEB_PROCESSES, "worker"]
            running = [_fork(role, listener, asked) for role in roles]
            answer = {"port": listener.getsockname()[1], "processes": running}
            listener.close()
            print(json.dumps(answer), flush=True)
        else:
            print("{}", flush=True)
    _stop(running)


def _stop(processes: list[int]) -> None:
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    processes.clear()


def _fork(role: str, listener: socket.socket, asked: dict[str, str]) -> int:
    process = os.fork()
    if process:
        return process
    try:
        with Path(asked["log"]).open("ab", buffering=0) as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        settings = Settings(database_url=asked["url"], data_dir=Path(asked["data"]), log_level="ERROR")
        app = create_app(settings)
        if role == "worker":
            listener.close()
            _work(app, settings)
        sys.setswitchinterval(0.001)
        while True:
            connection, _address = listener.accept()
            threading.Thread(target=_talk, args=(app, connection), daemon=True).start()
    finally:
        os._exit(1)


def _work(app: Flask, settings: Settings) -> None:
    """Every job once a second: a day lasts seconds."""
    with app.app_context():
        while os.getppid() != 1:
            for job in jobs.JOBS:
                jobs.run_once(settings, job)
            time.sleep(1)


def _talk(app: Flask, connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with connection, connection.makefile("rb", 65536) as stream:
            while environ := _read(stream):
                connection.sendall(_answer(app, environ))
    except OSError:
        return


def _read(stream: BufferedReader) -> dict[str, Any] | None:
    first = stream.readline().split()
    if len(first) != 3:
        return None
    path, _mark, query = first[1].decode("latin-1").partition("?")
    environ = {
        "REQUEST_METHOD": first[0].decode(),
        "SCRIPT_NAME": "",
        "PATH_INFO": _unquoted(path),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    while line := stream.readline().rstrip(b"\r\n"):
        name, _colon, value = line.decode("latin-1").partition(":")
        key = name.strip().upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value.strip()
    environ["wsgi.input"] = BytesIO(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))
    return environ


def _unquoted(path: str) -> str:
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(path).decode("latin-1")


def _answer(app: Flask, environ: dict[str, Any]) -> bytes:
    head: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], _info: Any = None) -> Any:
        head[:] = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        return None

    found: Iterator[bytes] = app(environ, start)  # type: ignore[assignment]
    body = b"".join(found)
    if close := getattr(found, "close", None):
        close()
    lines = [line for line in head if not line.lower().startswith("content-length:")]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body


if __name__ == "__main__":
    main()

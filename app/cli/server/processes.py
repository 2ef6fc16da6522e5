"""The web processes and the worker: started, kept alive, stopped together.

The parent has no thread of its own, so that it may fork at any time. The web processes share one listening socket, and
whoever has more connections than another leaves the next one to it: a kept connection stays where it was accepted.
"""

import asyncio
import os
import resource
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Any

import uvicorn

from app.cli.server.bridge import Bridge
from app.cli.server.connections import Connection, Gate, Limits

PATIENCE_SECONDS = 4
"""How long what has begun may take after SIGTERM, for the web and then for the worker: together less than 10 s."""
_BACKLOG = 1024
_LOOK_SECONDS = 0.2
_AGAIN_SECONDS = 2.0
_YIELD_SECONDS = 0.002
_fork = get_context("fork")


@dataclass(frozen=True, kw_only=True)
class Web:
    """What each web process is made of. ``open_bridge`` is called in the process itself."""

    host: str
    port: int
    workers: int
    limits: Limits
    open_bridge: Callable[[], Bridge]


def serve(web: Web, *, worker_command: Sequence[str]) -> None:
    """Serve until SIGTERM or SIGINT; whoever dies is started again, not faster than every two seconds."""
    _allow_files(web.workers * 64 + web.limits.connections + 256)
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)
    listener = _listener(web.host, web.port)
    connections = _fork.RawArray("i", web.workers)
    processes = [_start(web, listener, connections, number) for number in range(web.workers)]
    worker = _start_worker(worker_command)
    started = time.monotonic()
    while not stop.wait(_LOOK_SECONDS):
        if time.monotonic() - started < _AGAIN_SECONDS:
            continue
        for number, process in enumerate(processes):
            if not process.is_alive():
                connections[number] = 0
                processes[number] = _start(web, listener, connections, number)
                started = time.monotonic()
        if worker.poll() is not None:
            worker = _start_worker(worker_command)
            started = time.monotonic()
    listener.close()
    _stop(processes)
    _stop_worker(worker)


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    listener.settimeout(0)
    return listener


def _start(web: Web, listener: socket.socket, connections: Any, number: int) -> ForkProcess:
    process = _fork.Process(target=_run, args=(web, listener, connections, number, os.getpid()), name=f"web {number}")
    process.start()
    return process


def _run(web: Web, listener: socket.socket, connections: Any, number: int, parent: int) -> None:
    """One web process, from its fork to its end."""
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_DFL)

    def tell(open_now: int) -> None:
        connections[number] = open_now

    class Ours(Connection):
        gate = Gate(web.limits, tell=tell)

    config = uvicorn.Config(
        web.open_bridge(),
        http=Ours,
        loop="uvloop",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=int(web.limits.idle_seconds),
        timeout_graceful_shutdown=PATIENCE_SECONDS - 1,
    )
    _Server(config, listener, connections, number, parent).run()


class _Server(uvicorn.Server):
    """uvicorn's, which takes one connection at a time; it ends when its parent is gone."""

    def __init__(
        self, config: uvicorn.Config, listener: socket.socket, connections: Any, number: int, parent: int
    ) -> None:
        super().__init__(config)
        self._listener = listener
        self._connections = connections
        self._number = number
        self._parent = parent
        self._has_yielded = False
        self._opening: set[asyncio.Task[Any]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.servers = []
        self._listen()
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().remove_reader(self._listener)
        await super().shutdown([self._listener])

    async def on_tick(self, counter: int) -> bool:
        if os.getppid() != self._parent:
            self.should_exit = True
        return await super().on_tick(counter)

    def _listen(self) -> None:
        if not self.should_exit:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _rest(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(seconds, self._listen)

    def _accept(self) -> None:
        if not self._has_yielded and self._connections[self._number] > min(self._connections):
            self._has_yielded = True
            self._rest(_YIELD_SECONDS)
            return
        self._has_yielded = False
        try:
            connection, _address = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process took it, or it is gone again
        except OSError:  # no file is left for it
            self._rest(0.1)
            return
        connection.settimeout(0)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = asyncio.get_running_loop().create_task(self._open(connection))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, connection: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)
        except OSError:
            connection.close()

    def _protocol(self) -> asyncio.Protocol:
        protocol = self.config.http_protocol_class
        return protocol(config=self.config, server_state=self.server_state, app_state={})  # type: ignore[call-arg]


def _stop(processes: list[ForkProcess]) -> None:
    for process in processes:
        process.terminate()
    end = time.monotonic() + PATIENCE_SECONDS
    for process in processes:
        process.join(max(0.0, end - time.monotonic()))
    for process in processes:
        process.kill()
        process.join()


def _start_worker(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, close_fds=True, stdin=subprocess.DEVNULL)  # noqa: S603 - our own program


def _stop_worker(worker: "subprocess.Popen[bytes]") -> None:
    worker.terminate()
    try:
        worker.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _allow_files(wanted: int) -> None:
    """A connection is an open file, and the usual soft limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))

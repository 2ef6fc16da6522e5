"""The clients: one process each, one kept connection each, requests made beforehand, every answer timed.

A client writes to the socket itself: Python's HTTP client would cost more than an empty view and be what is measured.
"""

import multiprocessing
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

_fork = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Request:
    """The bytes to send; the status and a piece of the body that the right answer has."""

    raw: bytes
    status: int
    marker: bytes


@dataclass(slots=True)
class Measured:
    """``milliseconds`` of every measured answer, sorted; ``seconds`` from the first request to the last answer."""

    seconds: float
    milliseconds: list[float]
    wrong: list[str] = field(default_factory=list)

    @classmethod
    def together(cls, parts: Iterable["Measured"]) -> "Measured":
        """Several turns as one figure."""
        parts = list(parts)
        times = sorted(each for part in parts for each in part.milliseconds)
        return cls(sum(part.seconds for part in parts), times, [each for part in parts for each in part.wrong])

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def percentile(self, percent: float) -> float:
        """The nearest rank: the smallest time that ``percent`` of all answers kept to."""
        rank = -(-len(self.milliseconds) * percent // 100)
        return self.milliseconds[max(0, int(rank) - 1)]


def request(
    method: str,
    path: str,
    *,
    status: int = 200,
    marker: bytes = b"",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> Request:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return Request("\r\n".join([*lines, "", ""]).encode() + body, status, marker)


def over_http(port: int, clients: Sequence[Sequence[Request]], *, warm_up: int) -> Measured:
    """Each client sends its requests one after the other; the first ``warm_up`` of each are not counted."""

    def open_client() -> Callable[[Request], str]:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return lambda one: _wrong(one, *_exchange(connection, one.raw))

    return measure(open_client, clients, warm_up=warm_up)


def measure(
    open_client: Callable[[], Callable[[Any], str]], clients: Sequence[Sequence[Any]], *, warm_up: int
) -> Measured:
    """Run the clients at once. ``open_client`` is called in each process; what it returns does one piece of work and
    says what was wrong with it."""
    barrier = _fork.Barrier(len(clients))
    pipes, processes = [], []
    for work in clients:
        here, there = _fork.Pipe(duplex=False)
        process = _fork.Process(target=_client, args=(open_client, work, warm_up, barrier, there))
        process.start()
        there.close()
        pipes.append(here)
        processes.append(process)
    answers = [pipe.recv() for pipe in pipes]
    for process in processes:
        process.join()
    times = sorted(each for _start, _end, found, _wrong in answers for each in found)
    wrong = [each for _start, _end, _times, found in answers for each in found]
    return Measured(max(end for _s, end, _t, _w in answers) - min(start for start, *_rest in answers), times, wrong)


def _client(
    open_client: Callable[[], Callable[[Any], str]], work: Sequence[Any], warm_up: int, barrier: Any, answer: Connection
) -> None:
    do = open_client()
    wrong = [found for one in work[:warm_up] if (found := do(one))]
    times = []
    barrier.wait()
    begin = time.perf_counter()
    for one in work[warm_up:]:
        start = time.perf_counter()
        found = do(one)
        times.append((time.perf_counter() - start) * 1000)
        if found:
            wrong.append(found)
    answer.send((begin, time.perf_counter(), times, wrong))
    answer.close()


def _exchange(connection: socket.socket, raw: bytes) -> tuple[int, bytes]:
    connection.sendall(raw)
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    head = data[:end].lower()
    begin = head.index(b"content-length:") + 15
    whole = end + 4 + int(head[begin:].split(b"\r\n", 1)[0])
    while len(data) < whole:
        data += _more(connection)
    return int(head[9:12]), data[end + 4 :]


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    assert data, "the server hung up"
    return data


def _wrong(one: Request, status: int, body: bytes) -> str:
    if status == one.status and one.marker in body:
        return ""
    return f"{one.raw.split(b' HTTP', 1)[0].decode()}: {status} {body[:300].decode(errors='replace')}"

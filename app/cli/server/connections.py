"""One connection: how long its head and body may take, and how many of its kind there may be.

What counts is when a request is *whole*. Until then it costs a socket and at most what the bridge lets in.
"""

from asyncio import TimerHandle, Transport
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.people.addresses import subscriber

LARGEST_HEAD = 32 * 1024
SLOWEST_BYTES = 64 * 1024
"""A body may take a second longer for each so many bytes of it: a file over a bad radio link is no attack."""
_LATE, _LARGE, _FULL = 408, 431, 503
_WORDS = {
    _LATE: b"Request Timeout",
    _LARGE: b"Request Header Fields Too Large",
    _FULL: b"Service Unavailable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for a head, for a body, for the next request of a kept connection, and for an answer to be taken; how
    many connections a process has, and how many of them one address. ``is_behind_proxy``: all come from one address."""

    head_seconds: float
    body_seconds: float
    idle_seconds: float
    answer_seconds: float
    connections: int
    connections_per_address: int
    is_behind_proxy: bool


class Gate:
    """Who is connected to this process. A newcomer for whom there is no room takes the place of one that only waits."""

    def __init__(self, limits: Limits, *, tell: Callable[[int], None] = lambda _number: None) -> None:
        self.limits = limits
        self._tell = tell
        self._here: dict[str, set[Connection]] = defaultdict(set)
        self._number = 0

    def admit(self, newcomer: "Connection") -> bool:
        """Whether there is room, or could be made."""
        address = newcomer.address
        own = self._here[address]
        if not self.limits.is_behind_proxy and len(own) >= self.limits.connections_per_address:
            is_in = _end_the_oldest(own)
        elif self._number >= self.limits.connections:
            is_in = _end_the_oldest(self._here[max(self._here, key=lambda each: len(self._here[each]))])
        else:
            is_in = True
        if is_in:
            own = self._here[address]
            own.add(newcomer)
            self._count(1)
        elif not own:
            del self._here[address]
        return is_in

    def forget(self, gone: "Connection") -> None:
        """A connection ended; one that never was let in is no loss."""
        own = self._here.get(gone.address)
        if own and gone in own:
            own.remove(gone)
            if not own:
                del self._here[gone.address]
            self._count(-1)

    def _count(self, more: int) -> None:
        self._number += more
        self._tell(self._number)


def _end_the_oldest(connections: Iterable["Connection"]) -> bool:
    waiting = [each for each in connections if each.is_waiting]
    if not waiting:
        return False
    oldest = min(waiting, key=lambda each: each.waits_since)
    oldest.end()
    return True


class Connection(HttpToolsProtocol):
    """uvicorn's, with deadlines. Any that is late is closed, whatever little it goes on sending."""

    gate: Gate

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = ""
        self.waits_since = 0.0
        self._is_in = False
        self._is_in_head = True
        self._head_bytes = 0
        self._deadline: TimerHandle | None = None
        self._answer_deadline: TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is being done for it: it waits for its next request, or sends one."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete or cycle.more_body

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = subscriber(self.client[0]) if self.client else ""
        self.waits_since = self.loop.time()
        self._is_in = self.gate.admit(self)
        if not self._is_in:
            self._refuse(_FULL)
            return
        self._within(self.gate.limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._take_back()
        if self._answer_deadline is not None:
            self._answer_deadline.cancel()
        self.gate.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._is_in:
            return
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._deadline is None:
                self._within(self.gate.limits.head_seconds)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > LARGEST_HEAD:
            self._refuse(_LARGE)

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        super().on_headers_complete()
        self.scope["more_time"] = self._more_time  # type: ignore[typeddict-unknown-key]
        self._within(self.gate.limits.body_seconds)

    def on_message_complete(self) -> None:
        self._is_in_head = True
        self._take_back()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self.waits_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._answer_deadline is None:
            self._answer_deadline = self.loop.call_later(self.gate.limits.answer_seconds, self.end)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._answer_deadline is not None:
            self._answer_deadline.cancel()
            self._answer_deadline = None

    def timeout_keep_alive_handler(self) -> None:
        self.end()

    def end(self) -> None:
        """Now, and without waiting for what was not taken yet."""
        if not self.transport.is_closing():
            self.transport.abort()
        self.gate.forget(self)

    def _more_time(self, body_bytes: int) -> None:
        """The bridge knows who sends this body: so many bytes may come, at the slowest pace."""
        if self._deadline is not None:
            self._within(self.gate.limits.body_seconds + body_bytes / SLOWEST_BYTES)

    def _within(self, seconds: float) -> None:
        self._take_back()
        self._deadline = self.loop.call_later(seconds, self._late)

    def _take_back(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self.is_waiting:
            self._refuse(_LATE)

    def _refuse(self, status: int) -> None:
        """Say why in a line, and close. Nothing more is read."""
        self._is_in = False
        if not self.transport.is_closing():
            head = b"HTTP/1.1 %d %s\r\nconnection: close\r\ncontent-length: 0\r\n" % (status, _WORDS[status])
            self.transport.write(head + (b"retry-after: 1\r\n\r\n" if status == _FULL else b"\r\n"))
            self.transport.close()
        self.gate.forget(self)

"""A bad network: a small TCP proxy on loopback that loses requests, loses answers, is slow, or is cut altogether.

It looks only as far into HTTP as to know where a request begins: browsers and our client send one at a time on a
connection. An answer is lost after the server gave it, so what was asked for is done and nobody hears of it.
"""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"PATCH ")


@dataclass
class Weather:
    """How bad it is. Shares of the POST requests; seconds. ``lost_*`` count what was done to them."""

    lose_requests: float = 0.0
    lose_answers: float = 0.0
    delay_seconds: float = 0.0
    lost_requests: int = 0
    lost_answers: int = 0


@dataclass
class Proxy:
    """``port`` is where it listens; ``upstream`` may change while it runs (a server that comes back elsewhere)."""

    upstream: int
    seed: int
    weather: Weather = field(default_factory=Weather)
    port: int = 0

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def cut(self) -> None:
        """No connection stays, and none is made, until ``mend``."""
        self._is_cut = True
        self._call(self._drop_all)

    def mend(self) -> None:
        self._is_cut = False

    def _call(self, what: object) -> None:
        done = threading.Event()

        def run() -> None:
            what()  # type: ignore[operator]
            done.set()

        self._loop.call_soon_threadsafe(run)
        assert done.wait(10), "the proxy does not answer"

    def _drop_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        self._open.add(writer)
        server: asyncio.StreamWriter | None = None
        try:
            answers, server = await asyncio.open_connection("127.0.0.1", self.upstream)
            self._open.add(server)
            fate = {"answer": "kept"}
            up = asyncio.create_task(self._requests(reader, server, fate))
            down = asyncio.create_task(self._answers(answers, writer, fate))
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)
        except OSError:
            pass
        finally:
            for end in (writer, server):
                if end is not None:
                    end.transport.abort()
                    self._open.discard(end)

    async def _requests(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, fate: dict[str, str]) -> None:
        while chunk := await source.read(65536):
            if chunk.startswith(_METHODS):
                fate["answer"] = self._fate_of(chunk)
                if fate["answer"] == "never asked":
                    return
                await asyncio.sleep(self.weather.delay_seconds * self._dice.random())
            target.write(chunk)
            await target.drain()

    async def _answers(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, fate: dict[str, str]) -> None:
        while chunk := await source.read(65536):
            if fate["answer"] == "lost":
                return
            target.write(chunk)
            await target.drain()

    def _fate_of(self, request: bytes) -> str:
        if not request.startswith(b"POST "):
            return "kept"
        throw = self._dice.random()
        if throw < self.weather.lose_requests:
            self.weather.lost_requests += 1
            return "never asked"
        if throw < self.weather.lose_requests + self.weather.lose_answers:
            self.weather.lost_answers += 1
            return "lost"
        return "kept"

    def run(self, ready: threading.Event) -> None:
        async def serve() -> None:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()

        self._loop.run_until_complete(serve())
        self._loop.run_forever()

    def stop(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)


@contextmanager
def proxy(upstream: int, *, seed: int, weather: Weather | None = None) -> Iterator[Proxy]:
    """A network to the server on port ``upstream``."""
    network = Proxy(upstream, seed, weather or Weather())
    ready = threading.Event()
    thread = threading.Thread(target=network.run, args=(ready,), daemon=True)
    thread.start()
    assert ready.wait(10), "the proxy does not start"
    try:
        yield network
    finally:
        network.stop()
        thread.join(10)

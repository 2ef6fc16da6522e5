"""From a request to the WSGI app and back. A thread is taken when the request is here as a whole, and not before.

Whoever is not known (no living token) sends little: a sign-in, a webhook. A large body is taken from people and
programs that we know, a few at a time. What is larger than anything that we take is not read at all: the app says so.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from app.people.addresses import subscriber

SMALL_BODY = 128 * 1024
LARGE_AT_ONCE, LARGE_OF_ONE = 4, 2
_IN_MEMORY = 1024 * 1024
_PORTION = 256 * 1024
_AGAIN_SECONDS = b"2"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Any]

_BASE: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "trueshelf",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}


class ClientGoneError(Exception):
    """The client went before its request was whole: there is nobody to answer."""


class TurnedAwayError(Exception):
    """Said by the server itself, before the app is asked."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class _Asked:
    """One request whose head is here. ``more_time`` gives its body the time that so many bytes may take."""

    def __init__(
        self,
        environ: Environ,
        address: str,
        pieces: AsyncGenerator[bytes, None],
        more_time: Callable[[int], None],
        send: Send,
    ) -> None:
        length = environ.get("CONTENT_LENGTH", "")  # the parser has looked at it
        self.environ = environ
        self.address = address
        self.pieces = pieces
        self.more_time = more_time
        self.send = send
        self.length = int(length) if length.isdigit() else 0
        self.is_chunked = "HTTP_TRANSFER_ENCODING" in environ


class Bridge:
    """An ASGI application around our WSGI one. ``knows`` says of a request's head whether its sender has a token,
    ``lane_of`` which of the ``threads`` it may take: long work has threads of its own, and at ``most`` so many requests
    that have or want one."""

    def __init__(
        self,
        wsgi: Wsgi,
        *,
        knows: Callable[[Environ], bool],
        threads: Mapping[str, int],
        most: Mapping[str, int],
        lane_of: Callable[[Environ], str],
        largest_body: int,
        requests_per_address: int,
        is_behind_proxy: bool,
    ) -> None:
        self._wsgi = wsgi
        self._knows = knows
        self._lane_of = lane_of
        self._lanes = {name: ThreadPoolExecutor(n, thread_name_prefix=name) for name, n in threads.items()}
        self._most = most
        self._in_lane: Counter[str] = Counter()
        self._largest_body = largest_body
        self._requests_per_address = requests_per_address
        self._is_behind_proxy = is_behind_proxy
        self._requests: Counter[str] = Counter()
        self._large: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environ_of(scope)
        asked = _Asked(environ, self._address(environ), _pieces(receive), scope["more_time"], send)
        self._requests[asked.address] += 1
        try:
            if self._is_behind_proxy and self._requests[asked.address] > self._requests_per_address:
                raise TurnedAwayError(503, "Too many requests of one address at once.")
            await self._answer(asked)
        except TurnedAwayError as no:
            await _say(send, no)
        except ClientGoneError:
            return
        finally:
            self._requests[asked.address] -= 1
            if not self._requests[asked.address]:
                del self._requests[asked.address]

    async def _answer(self, asked: "_Asked") -> None:
        if not asked.length and not asked.is_chunked:
            await self._ask(asked, is_whole=True)
        elif asked.length > self._largest_body:
            await self._ask(asked, is_whole=False)
        elif asked.length > SMALL_BODY:
            await self._answer_large(asked, b"")
        else:
            body = bytearray()
            async for piece in asked.pieces:
                body += piece
                if len(body) > SMALL_BODY:
                    await self._answer_large(asked, bytes(body))
                    return
            await self._ask_with(asked, BytesIO(body), len(body))

    async def _answer_large(self, asked: "_Asked", begun: bytes) -> None:
        quickest = next(iter(self._lanes))
        if not await self._in_thread(quickest, self._knows, asked.environ):
            raise TurnedAwayError(413, "Sign in before you send this much.")
        if self._large.total() >= LARGE_AT_ONCE or self._large[asked.address] >= LARGE_OF_ONE:
            raise TurnedAwayError(503, "Too many large files at once. Send this one again in a moment.")
        self._large[asked.address] += 1
        try:
            asked.more_time(asked.length or self._largest_body)
            with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
                size = kept.write(begun)
                async for piece in asked.pieces:
                    size += kept.write(piece)
                    if size > self._largest_body:
                        break
                await self._ask_with(asked, kept, size)
        finally:
            self._large[asked.address] -= 1

    async def _ask_with(self, asked: "_Asked", kept: IO[bytes], size: int) -> None:
        kept.seek(0)
        asked.environ.update({"wsgi.input": kept, "CONTENT_LENGTH": str(size)})
        asked.environ.pop("HTTP_TRANSFER_ENCODING", None)
        await self._ask(asked, is_whole=size <= self._largest_body)

    async def _ask(self, asked: "_Asked", *, is_whole: bool) -> None:
        """``is_whole``: nothing of the body is left on the connection, so that another request may follow on it."""
        lane = self._lane_of(asked.environ)
        if self._in_lane[lane] >= self._most.get(lane, sys.maxsize):
            raise TurnedAwayError(503, "Too much of this is being done. Try again in a moment.")
        self._in_lane[lane] += 1
        try:
            status, headers, first, rest = await self._in_thread(lane, self._begin, asked.environ)
            if not is_whole:
                headers.append((b"connection", b"close"))
            await asked.send({"type": "http.response.start", "status": status, "headers": headers})
            while rest is not None:
                await asked.send({"type": "http.response.body", "body": first, "more_body": True})
                first, rest = await self._in_thread(lane, _portion, rest)
            await asked.send({"type": "http.response.body", "body": first})
        finally:
            self._in_lane[lane] -= 1

    def _begin(self, environ: Environ) -> tuple[int, list[tuple[bytes, bytes]], bytes, Any]:
        begun: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
            begun[:] = status, headers
            return _no_write

        answer = self._wsgi(environ, start)
        first, rest = _portion(_Answer(answer))
        status, headers = begun
        return (
            int(status[:3]),
            [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            first,
            rest,
        )

    async def _in_thread(self, lane: str, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._lanes[lane], work, *arguments)

    def _address(self, environ: Environ) -> str:
        """Who asks, as far as the proxy in front of us says so (as ``werkzeug``'s ProxyFix reads it: its last word)."""
        said = environ.get("HTTP_X_FORWARDED_FOR", "") if self._is_behind_proxy else ""
        return subscriber(said.rpartition(",")[2].strip() or environ["REMOTE_ADDR"])


class _Answer:
    """A WSGI answer that is closed once, at its end or before."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self._parts: Iterator[bytes] = iter(answer)

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        getattr(self._answer, "close", lambda: None)()


def _portion(answer: _Answer) -> tuple[bytes, _Answer | None]:
    """The next piece of an answer, and what is left of it."""
    parts: list[bytes] = []
    size = 0
    try:
        for part in answer:
            parts.append(part)
            size += len(part)
            if size >= _PORTION:
                return b"".join(parts), answer
    except BaseException:
        answer.close()
        raise
    answer.close()
    return b"".join(parts), None


def environ_of(scope: Scope) -> Environ:
    """What WSGI (PEP 3333) calls the request. A header with an underscore is left out: it would pass for another."""
    server, client = scope.get("server") or ("", 0), scope.get("client") or ("", 0)
    environ: Environ = {
        **_BASE,
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REQUEST_URI": scope["raw_path"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
    }
    for name, value in scope["headers"]:
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in environ:
            text = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{text}"
        environ[key] = text
    return environ


async def _pieces(receive: Receive) -> AsyncGenerator[bytes, None]:
    """A body as it comes."""
    is_whole = False
    while not is_whole:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGoneError
        is_whole = not message.get("more_body")
        if message.get("body"):
            yield message["body"]


async def _say(send: Send, no: TurnedAwayError) -> None:
    words = str(no).encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(words)).encode()),
        (b"connection", b"close"),
    ]
    if no.status == 503:
        headers.append((b"retry-after", _AGAIN_SECONDS))
    await send({"type": "http.response.start", "status": no.status, "headers": headers})
    await send({"type": "http.response.body", "body": words})


def _no_write(_data: bytes) -> None:
    raise AssertionError("an answer is returned, not written")

"""Strangers who hold connections: real sockets to the program's own server. No test waits for time but a deadline of
one second that it set itself."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.cli.server.bridge import environ_of
from tests import servers
from tests.tiny_server import MOST_SLOW

HOST = "Host: localhost\r\n"
FORM = f"POST /sign-in HTTP/1.1\r\n{HOST}Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: none\r\n"
SLOW_BODY = f"{FORM}Content-Length: 99\r\n\r\nb"
SLOW_HEAD = f"GET /sign-in HTTP/1.1\r\n{HOST}X-Slow: "
WHOLE = f"GET /healthz HTTP/1.1\r\n{HOST}\r\n"
SLOW_WORK = f"GET /slow HTTP/1.1\r\n{HOST}\r\n"
OK = b"HTTP/1.1 200"


class Client:
    """``begin`` opens a connection over which this was sent, and no more; it stays open until the test ends."""

    def __init__(self, pid: int, port: int, held: ExitStack) -> None:
        self.pid, self.port, self._held = pid, port, held

    def begin(self, text: str = "") -> socket.socket:
        connection = self._held.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=30))
        connection.sendall(text.encode())
        return connection

    def is_served(self) -> bool:
        return answer(self.begin(WHOLE)).startswith(OK)


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, tuple[int, int]]]:
    """Process and port of the servers that run, by their limits."""
    found: dict[str, tuple[int, int]] = {}
    yield found
    for pid, _port in found.values():
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


@pytest.fixture
def serve(held: ExitStack, running: dict[str, tuple[int, int]]) -> Callable[..., Client]:
    """The server, with these limits; any other is out of sight."""

    def serving(**limits: object) -> Client:
        name = json.dumps(limits)
        if name not in running:
            running[name] = start(name)
        pid, port = running[name]
        return Client(pid, port, held)

    return serving


def start(limits: str) -> tuple[int, int]:
    port = servers.free_port()
    command = [sys.executable, "-m", "tests.tiny_server", str(port), limits]
    process = subprocess.Popen(command, cwd=servers.REPOSITORY, start_new_session=True)
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=30).close()
            break
        except ConnectionRefusedError:
            time.sleep(0.05)
    return process.pid, port


def answer(connection: socket.socket) -> bytes:
    """What comes until the first answer is here as a whole, or the server closes the connection."""
    got = b""
    try:
        while more := connection.recv(65536):
            got += more
            head, parted, body = got.partition(b"\r\n\r\n")
            sizes = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
            if parted and sizes and len(body) >= int(sizes[0]):
                break
    except ConnectionResetError:
        pass
    return got


def has_ended(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_the_program_serves_while_strangers_send_their_bodies_slowly(tmp_path: Path, held: ExitStack):
    """Eight of them stopped the whole site for as long as they liked."""
    with servers.as_program({"TRUESHELF_DATA_DIR": str(tmp_path / "data")}, log=tmp_path / "server.log") as server:
        port = urlsplit(server.url).port
        assert port
        assert server.process
        client = Client(server.process.pid, port, held)
        for _each in range(16):
            client.begin(SLOW_BODY)
        assert client.is_served()
        unread = answer(client.begin(f"{FORM}Content-Length: 900000000\r\n\r\nbadge=MIA"))
        assert unread.startswith(b"HTTP/1.1 413")
        assert b"Split it" in unread, "the app's own words"
        held.close()


@pytest.mark.parametrize("begin", [SLOW_BODY, SLOW_HEAD, ""], ids=["body", "head", "nothing"])
def test_slow_strangers_hold_nothing_that_others_need(serve: Callable[..., Client], begin: str):
    client = serve()
    for _each in range(200):
        client.begin(begin)
    assert client.is_served()


@pytest.mark.parametrize("begin", [SLOW_BODY, SLOW_HEAD, ""], ids=["body", "head", "nothing"])
def test_who_is_late_is_sent_away(serve: Callable[..., Client], begin: str):
    client = serve(head_seconds=1, body_seconds=1)
    assert answer(client.begin(begin)).startswith(b"HTTP/1.1 408")
    assert client.is_served()


def test_a_trickle_does_not_move_the_deadline(serve: Callable[..., Client]):
    slow = serve(body_seconds=1).begin(SLOW_BODY)
    slow.settimeout(0.05)
    got = b""
    for _byte in range(98):
        try:
            slow.sendall(b"a")
            got += slow.recv(65536)
            break
        except TimeoutError:
            continue
    assert got.startswith(b"HTTP/1.1 408")


def test_of_one_address_the_connection_that_waits_longest_makes_room(serve: Callable[..., Client]):
    """Ten for each of two processes; the newcomer is served."""
    client = serve(connections_per_address=10)
    slow = [client.begin(SLOW_BODY) for _each in range(60)]
    assert client.is_served()
    give_up = time.monotonic() + 20
    ended = [has_ended(each) for each in slow]
    while sum(ended) < 60 - 2 * 10 and time.monotonic() < give_up:  # the other process may be at its last ones yet
        time.sleep(0.05)
        ended = [was or has_ended(each) for was, each in zip(ended, slow, strict=True)]
    assert 60 - 2 * 10 <= sum(ended) < 60
    assert not ended[-1]


def test_a_site_that_is_full_takes_newcomers(serve: Callable[..., Client]):
    client = serve(connections=10)
    for _each in range(60):
        client.begin(SLOW_HEAD)
    assert client.is_served()


def test_behind_a_proxy_the_requests_of_one_address_are_counted_and_not_the_proxys(serve: Callable[..., Client]):
    client = serve(is_behind_proxy=True, connections_per_address=5)
    for _each in range(20):
        client.begin(SLOW_BODY.replace(HOST, f"{HOST}X-Forwarded-For: 1.1.1.1, 9.9.9.9\r\n"))
    refused = answer(client.begin(WHOLE.replace(HOST, f"{HOST}X-Forwarded-For: 9.9.9.9\r\n")))
    assert refused.startswith(b"HTTP/1.1 503")
    assert b"retry-after" in refused
    assert answer(client.begin(WHOLE.replace(HOST, f"{HOST}X-Forwarded-For: 9.9.9.9, 8.8.8.8\r\n"))).startswith(OK)


def test_what_takes_long_never_has_the_threads_of_scans(serve: Callable[..., Client]):
    """Three batches of labels stopped the site for 16.6 s. More than so many of their kind are sent away."""
    client = serve(workers=1, answer_seconds=99)
    for _each in range(MOST_SLOW):
        client.begin(SLOW_WORK)
    assert client.is_served()
    assert answer(client.begin(SLOW_WORK)).startswith(b"HTTP/1.1 503")


def test_a_kept_connection_serves_many_requests(serve: Callable[..., Client]):
    kept = serve().begin()
    for _each in range(3):
        kept.sendall(WHOLE.encode())
        assert answer(kept).startswith(OK)


def test_a_head_without_end_is_not_kept(serve: Callable[..., Client]):
    client = serve()
    endless = client.begin(SLOW_HEAD)
    with pytest.raises(OSError):
        endless.sendall(b"x" * 64 * 1024 * 1024)
    assert client.is_served()


def test_a_stranger_sends_no_large_body(serve: Callable[..., Client]):
    client = serve()
    assert answer(client.begin(f"{FORM}Content-Length: 20000000\r\n\r\n")).startswith(b"HTTP/1.1 413")
    chunked = f"{FORM}Transfer-Encoding: chunked\r\n\r\n40000\r\n{'x' * 0x40000}"
    assert answer(client.begin(chunked)).startswith(b"HTTP/1.1 413")


def test_of_one_address_two_large_bodies_are_taken_at_once(serve: Callable[..., Client]):
    """ "100 Continue" says that there is a place for it."""
    client = serve(workers=1)
    head = FORM.removesuffix("\r\n") + "\r\nAuthorization: Bearer x\r\nContent-Length: 300000\r\n"
    head += "Expect: 100-continue\r\n\r\n"
    begun = [client.begin(head) for _each in range(2)]
    assert all(each.recv(65536).startswith(b"HTTP/1.1 100") for each in begun)
    assert answer(client.begin(head)).startswith(b"HTTP/1.1 503")
    begun[0].sendall(b"x" * 300_000)
    assert len(answer(begun[0]).partition(b"\r\n\r\n")[2]) == 300_000
    assert client.begin(head).recv(65536).startswith(b"HTTP/1.1 100")


@pytest.mark.parametrize("length", ["Content-Length: 9", "Transfer-Encoding: chunked"])
def test_a_body_is_the_same_however_it_is_cut(serve: Callable[..., Client], length: str):
    form = serve().begin(f"{FORM}{length}\r\n\r\n")
    for piece in [b"badge", b"=XYZ"] if "Content" in length else [b"5\r\nba", b"dge\r\n4\r\n=XYZ", b"\r\n0\r\n\r\n"]:
        form.sendall(piece)
    assert answer(form).endswith(b"\r\n\r\nbadge=XYZ")


def test_a_header_that_only_looks_like_the_proxys_is_nobodys():
    """``X_Forwarded_For`` and ``X-Forwarded-For`` have one name in WSGI."""
    scope = {
        "method": "GET", "raw_path": b"/%C3%A4%FF", "query_string": b"a=%20", "http_version": "1.1", "scheme": "http",
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 9),
        "headers": [(b"x_forwarded_for", b"10.9.9.9"), (b"cookie", b"a=1"), (b"cookie", b"b=2")],
    }  # fmt: skip
    environ = environ_of(scope)
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert (environ["PATH_INFO"], environ["HTTP_COOKIE"]) == ("/\xc3\xa4\xff", "a=1; b=2")


def test_a_web_process_that_dies_is_replaced(serve: Callable[..., Client]):
    client = serve(idle_seconds=99)
    assert client.is_served()
    children = Path(f"/proc/{client.pid}/task/{client.pid}/children").read_text().split()
    for child in children[:2]:
        os.kill(int(child), 9)
    assert client.is_served()

"""One device's connection: kept alive, written to as bytes; Python's own client would cost more than the server."""

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.web.gate.cookies import SESSION

PATIENCE_SECONDS = 60


class Gone(Exception):  # noqa: N818 - what happened, not an error of ours
    """No answer came: the connection broke, or was broken."""


@dataclass(frozen=True)
class Asked:
    """One request, as it can be sent again: the same id is in ``body``, or is the ``key``.

    A path that begins with ``@`` is a screen's: its token is a browser's session, its body a form. A body
    that is text is a file.
    """

    method: str
    path: str
    body: Any = None
    key: str = ""

    @property
    def address(self) -> str:
        return self.path[1:] if self.path.startswith("@") else f"/api/v1{self.path}"

    def headers(self, token: str) -> dict[str, str]:
        """Who asks, and how the body is to be read."""
        if self.path.startswith("@"):
            form = "application/x-www-form-urlencoded"
            return {"Cookie": f"{SESSION}={token}", "Sec-Fetch-Site": "same-origin", "Content-Type": form}
        key = {"Idempotency-Key": self.key} if self.key else {}
        kind = "text/csv" if isinstance(self.body, str) else "application/json"
        return {"Authorization": f"Bearer {token}", "Content-Type": kind, **key}

    def data(self) -> bytes:
        if self.path.startswith("@"):
            given = {name: value for name, value in (self.body or {}).items() if value is not None}
            return urlencode(given).encode()
        if isinstance(self.body, str):
            return self.body.encode()
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any

    @property
    def code(self) -> str:
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class Wire:
    """A connection that is made when it is needed, and again after it broke."""

    def __init__(self, port: Callable[[], int]) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, token: str, asked: Asked) -> Answer:
        """Errors: ``Gone``."""
        self.send(token, asked)
        return self.receive()

    def send(self, token: str, asked: Asked) -> None:
        data = asked.data()
        headers = {"Host": "localhost", **asked.headers(token), "Content-Length": str(len(data))}
        lines = [f"{asked.method} {asked.address} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        head = "\r\n".join([*lines, "", ""])
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port()), timeout=PATIENCE_SECONDS)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(head.encode() + data)
        except OSError as error:
            self.hang_up()
            raise Gone(str(error)) from None

    def receive(self) -> Answer:
        """The answer to what was sent last. Errors: ``Gone``."""
        try:
            return self._receive()
        except (OSError, ValueError) as error:
            self.hang_up()
            raise Gone(str(error)) from None

    def _receive(self) -> Answer:
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower()
        length = head.find(b"content-length:")
        whole = end + 4 + (int(head[length + 15 :].split(b"\r\n", 1)[0]) if length >= 0 else 0)
        while len(data) < whole:
            data += self._more()
        if b"connection: close" in head:
            self.hang_up()
        body = data[end + 4 :]
        return Answer(int(head[9:12]), json.loads(body) if body and b"json" in head else None)

    def _more(self) -> bytes:
        assert self._socket is not None, "nothing was sent"
        data = self._socket.recv(65536)
        if not data:
            raise OSError("the server hung up")
        return data

    def hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

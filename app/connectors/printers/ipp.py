"""IPP over HTTP: office printers, and the queues of a CUPS server (``ipp://server/printers/NAME``).

Source: RFC 8010 (encoding), RFC 8011 (Print-Job, Get-Job-Attributes, Get-Printer-Attributes). Only what a job, what
became of it, and its printer's state need.
"""

import http.client
import io
import socket
import struct
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.connectors.printers.network import Neighbourhood
from app.language import _
from app.ports import Health, PrintError, Receipt

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PORT = 631
SEND_SECONDS = 20.0
BYTES_PER_SECOND = 10_000
"""What a job may take in all, with every question about it: less than the lease that ``labels.delivery`` holds on it,
after which another worker takes the printer for abandoned."""
DONE_SECONDS = 10.0
POLL_SECONDS = 0.25
_PRINT_JOB, _GET_JOB_ATTRIBUTES, _GET_PRINTER_ATTRIBUTES = 0x0002, 0x0009, 0x000B
_OPERATION, _END = 0x01, 0x03
_INTEGER, _NAME, _URI, _CHARSET, _LANGUAGE, _MIME = 0x21, 0x42, 0x45, 0x47, 0x48, 0x49
_STOPPED = 5  # a printer
_HELD_UP, _CANCELLED, _ABORTED, _COMPLETED = 6, 7, 8, 9  # a job
_REASONS = {
    "media-empty": "paper_out", "media-needed": "paper_out", "media-jam": "jam", "paused": "paused",
    "cover-open": "head_open", "door-open": "head_open", "marker-supply-empty": "ribbon_out",
    "toner-empty": "ribbon_out",
}  # fmt: skip


Attributes = list[tuple[int, str, str | int]]
_WHO = (_NAME, "requesting-user-name", "trueshelf")


class Ipp:
    """A printer that takes PDF by the Internet Printing Protocol."""

    def __init__(self, near: Neighbourhood) -> None:
        self.near = near

    def send(self, address: str, data: bytes, *, title: str, has_answered: bool) -> Receipt:
        kind = "application/pdf" if data.startswith(b"%PDF") else "application/octet-stream"
        attributes: Attributes = [_WHO, (_NAME, "job-name", title[:200]), (_MIME, "document-format", kind)]
        deadline = _deadline(len(data))
        code, said = self._asked(address, _PRINT_JOB, attributes, data, deadline)
        if code >= 0x0400:  # it says itself that it did not take the job
            health = Health(state="attention", problems=(f"ipp_{code:04x}",), answers=True)
            raise PrintError(
                _("The printer refused the label (IPP status %(code)s).", code=f"0x{code:04X}"),
                health=health, is_permanent=code < 0x0500,
            )  # fmt: skip
        is_done = self._watched(address, _number(said, "job-id"), len(data), deadline)
        return Receipt(is_done=is_done, health=self._health(address, deadline))

    def _watched(self, address: str, job_id: int, size: int, last: float) -> bool:
        """Whether the printer says in time that the job is out; False while it holds the job, or is not asked.

        Errors: ``PrintError`` where it gave the job up: then a part of it may be out.
        """
        deadline = min(last, time.monotonic() + DONE_SECONDS)
        while job_id and time.monotonic() < deadline:
            try:
                which: Attributes = [(_INTEGER, "job-id", job_id), _WHO]
                code, said = self._asked(address, _GET_JOB_ATTRIBUTES, which, b"", deadline)
            except PrintError:
                return False
            state = _number(said, "job-state")
            if state in (_CANCELLED, _ABORTED):
                health = Health(state="attention", problems=("job_aborted",), answers=True)
                raise PrintError(_("The printer gave the label up. Look at it."), bytes_sent=size, health=health)
            if code >= 0x0400 or state in (_HELD_UP, _COMPLETED):
                return state == _COMPLETED
            time.sleep(POLL_SECONDS)
        return False

    def health(self, address: str, *, has_answered: bool) -> Health:
        return self._health(address, _deadline(0))

    def _health(self, address: str, deadline: float) -> Health:
        try:
            code, said = self._asked(address, _GET_PRINTER_ATTRIBUTES, [], b"", deadline)
        except PrintError as error:
            if error.is_permanent:
                raise
            return Health(state="offline")
        if code >= 0x0400:
            return Health(state="offline")
        words = [value.decode("utf-8", "replace") for value in said.get("printer-state-reasons", [])]
        found = {word: name for word in words for reason, name in _REASONS.items() if word.startswith(reason)}
        problems = {name for word, name in found.items() if not word.endswith("-report")}
        if _number(said, "printer-state") == _STOPPED:
            problems = problems or {"stopped"}
        return Health(state="attention" if problems else "ready", problems=tuple(sorted(problems)), answers=True)

    def _asked(
        self, address: str, operation: int, attributes: Attributes, data: bytes, deadline: float
    ) -> tuple[int, dict[str, list[bytes]]]:
        """Status and attributes of the answer, whole before the deadline.

        Errors: ``PrintError``; bytes count as sent once the request began.
        """
        place, path = _parts(address)
        body = encode(operation, f"ipp://{place}{path}", attributes) + data
        sent = 0
        with self.near.connect(place, default_port=PORT) as line:
            connection = http.client.HTTPConnection(urlsplit(f"//{place}").hostname or "", PORT)
            connection.sock = _Timed(line, deadline)
            try:
                sent = len(data)
                connection.request("POST", path, body, {"Content-Type": "application/ipp", "Host": place})
                answer = connection.getresponse()
                if answer.status != 200:
                    answer.close()
                    raise PrintError(
                        _("The printer answered HTTP %(status)s.", status=answer.status), is_permanent=True
                    )
                return decode(answer.read(1_000_000))
            except (OSError, http.client.HTTPException) as error:
                raise PrintError(
                    _("The printer broke the connection: %(why)s.", why=str(error) or type(error).__name__),
                    bytes_sent=sent,
                ) from error


class _Timed:
    """A connection as ``http.client`` uses one, of which no step goes beyond the deadline: a time for each step alone
    lets a printer that says a byte now and then take for ever."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self.line, self.deadline = line, deadline

    def in_time(self) -> socket.socket:
        """The line, for one step that takes no longer than what is left. Errors: ``TimeoutError``."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self.line.settimeout(left)
        return self.line

    def sendall(self, data: bytes) -> None:
        self.in_time().sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Answer(self))

    def close(self) -> None:
        """Whoever opened the line closes it."""


class _Answer(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self.timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, into: "WriteableBuffer") -> int:
        return self.timed.in_time().recv_into(into)


def _deadline(size: int) -> float:
    return time.monotonic() + SEND_SECONDS + size / BYTES_PER_SECOND


def encode(operation: int, uri: str, attributes: Attributes) -> bytes:
    """An IPP/1.1 request up to its document."""
    first: Attributes = [(_CHARSET, "attributes-charset", "utf-8"), (_LANGUAGE, "attributes-natural-language", "en")]
    out = struct.pack(">HHIB", 0x0101, operation, 1, _OPERATION)
    for tag, name, value in [*first, (_URI, "printer-uri", uri), *attributes]:
        key, text = name.encode(), value.encode()[:1000] if isinstance(value, str) else struct.pack(">i", value)
        out += struct.pack(">BH", tag, len(key)) + key + struct.pack(">H", len(text)) + text
    return out + bytes([_END])


def _number(said: dict[str, list[bytes]], name: str) -> int:
    """An integer or enum of an answer, 0 where it says none."""
    return int.from_bytes(said.get(name, [b"\0"])[0], "big")


def decode(answer: bytes) -> tuple[int, dict[str, list[bytes]]]:
    """Status code and values by attribute name. Errors: ``PrintError`` for what is no IPP."""
    found: dict[str, list[bytes]] = {}
    name = ""
    try:
        code, at = struct.unpack_from(">H", answer, 2)[0], 8
        while (tag := answer[at]) != _END:
            at += 1
            if tag < 0x10:  # a new group
                continue
            length = struct.unpack_from(">H", answer, at)[0]
            name = answer[at + 2 : at + 2 + length].decode() or name
            at += 2 + length
            length = struct.unpack_from(">H", answer, at)[0]
            found.setdefault(name, []).append(answer[at + 2 : at + 2 + length])
            at += 2 + length
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise PrintError(_("That isn't an IPP printer."), is_permanent=True) from error
    return int(code), found


def _parts(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    if parts.scheme != "ipp" or not parts.netloc or parts.query or parts.fragment or not parts.path.isascii():
        raise PrintError(
            _("“%(address)s” isn't an address. Write ipp://192.168.7.20/ipp/print.", address=address), is_permanent=True
        )
    return parts.netloc, parts.path or "/ipp/print"

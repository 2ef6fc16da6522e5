"""Raw TCP, port 9100: the bytes as they are, and ``~HS`` for how the printer is.

Source: Zebra, ZPL II Programming Guide, "~HS Host Status Return". A Zebra says nothing at all while its paper is out,
and many clones never say anything: silence means "go and look" only from a printer that has spoken before.
"""

import fcntl
import socket
import sys
import termios
import time
from dataclasses import dataclass

from app.connectors.printers.network import Neighbourhood
from app.language import _
from app.ports import Health, PrintError, Receipt

PORT = 9100
ANSWER_SECONDS = 1.0
DONE_SECONDS = 5.0
PATIENCE_SECONDS = 10.0
BYTES_PER_SECOND = 10_000
"""The slowest that a label may go: a serial line behind a network box."""
_CHUNK = 4096


@dataclass(frozen=True)
class Status:
    """What ``~HS`` says, as far as we read it; ``waiting`` counts formats and labels not yet printed."""

    problems: tuple[str, ...]
    waiting: int


class RawTcp:
    """A label printer on the network that speaks ZPL."""

    def __init__(self, near: Neighbourhood) -> None:
        self.near = near

    def send(self, address: str, data: bytes, *, title: str, has_answered: bool) -> Receipt:
        with self.near.connect(address, default_port=PORT) as line:
            before = _asked(line)
            health = _health(before, has_answered=has_answered)
            if health.state != "ready":
                raise PrintError(
                    _("The printer needs attention: %(problems)s.", problems=", ".join(health.problems)), health=health
                )
            _write(line, data)
            if before is None:
                return Receipt(is_done=False, is_read=_end(line, len(data)), health=health)
            return _watched(line, len(data))

    def health(self, address: str, *, has_answered: bool) -> Health:
        try:
            with self.near.connect(address, default_port=PORT) as line:
                return _health(_asked(line), has_answered=has_answered)
        except PrintError as error:
            if error.is_permanent:
                raise
            return Health(state="offline")
        except OSError:
            return Health(state="offline")


def _write(line: socket.socket, data: bytes) -> None:
    """All bytes, in a time that grows with their number. Errors: ``PrintError`` with how many may have arrived."""
    deadline = time.monotonic() + PATIENCE_SECONDS + len(data) / BYTES_PER_SECOND
    sent = 0
    try:
        while sent < len(data):
            line.settimeout(max(0.01, deadline - time.monotonic()))
            sent += line.send(data[sent : sent + _CHUNK])
    except OSError as error:
        raise PrintError(
            _("The printer stopped taking the label: %(why)s.", why=error),
            bytes_sent=sent, health=Health(state="attention", problems=("stalled",)),
        ) from error  # fmt: skip


def _end(line: socket.socket, size: int) -> bool:
    """Say that this was all, and see what a printer that never speaks makes of it: True where it ends the connection in
    order, which it does only once it has read all; False where it stays silent, as one that hangs does.

    Errors: ``PrintError`` where it threw the bytes away, or its network card did not take them.
    """
    try:
        line.shutdown(socket.SHUT_WR)
        line.settimeout(ANSWER_SECONDS)
        while line.recv(_CHUNK):
            pass
    except TimeoutError:
        left = _not_taken(line)
        if left:
            raise PrintError(
                _("The printer stopped taking the label: %(why)s.", why=_("%(n)s bytes were left", n=left)),
                bytes_sent=max(1, size - left), health=Health(state="attention", problems=("stalled",)),
            ) from None  # fmt: skip
        return False
    except OSError as error:
        raise PrintError(_("The printer broke the connection: %(why)s.", why=error), bytes_sent=size) from error
    return True


def _not_taken(line: socket.socket) -> int:
    """Bytes that wait in our own host for the other side's word (Linux ``SIOCOUTQ``; the end itself counts as one)."""
    answer = fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, b"\0" * 4)
    return max(0, int.from_bytes(answer, sys.byteorder) - 1)


def _watched(line: socket.socket, size: int) -> Receipt:
    """Ask until the label is out; what is wrong meanwhile is told: the label lies in the printer until then."""
    deadline = time.monotonic() + DONE_SECONDS
    while True:
        try:
            status = _asked(line)
        except PrintError as error:
            raise PrintError(str(error), bytes_sent=size) from error
        health = _health(status, has_answered=True)
        if status is None or status.problems or time.monotonic() > deadline:
            return Receipt(is_done=False, health=health)
        if status.waiting == 0:
            return Receipt(is_done=True, health=health)
        time.sleep(0.1)


def _asked(line: socket.socket) -> Status | None:
    """The answer to ``~HS``; None for silence. Errors: ``PrintError`` where the line breaks."""
    answer = b""
    try:
        line.settimeout(ANSWER_SECONDS)
        line.sendall(b"~HS")
        while answer.count(b"\x03") < 3 and len(answer) < _CHUNK:
            piece = line.recv(_CHUNK)
            if not piece:
                break
            answer += piece
    except TimeoutError:
        pass
    except OSError as error:
        raise PrintError(_("The printer broke the connection: %(why)s.", why=error)) from error
    return status(answer)


def status(answer: bytes) -> Status | None:
    """Read the three strings of ``~HS``; None for anything else."""
    strings = [part.partition(b"\x03")[0].decode("ascii", "replace") for part in answer.split(b"\x02")[1:]]
    if len(strings) < 2:
        return None
    first, second = strings[0].split(","), strings[1].split(",")
    if len(first) < 12 or len(second) < 9 or not (first[4].isdigit() and second[8].isdigit()):
        return None
    flags = (
        ("paper_out", first[1]), ("paused", first[2]), ("buffer_full", first[5]), ("corrupt_memory", first[9]),
        ("too_cold", first[10]), ("too_hot", first[11]), ("head_open", second[2]), ("ribbon_out", second[3]),
    )  # fmt: skip
    return Status(tuple(word for word, flag in flags if flag == "1"), int(first[4]) + int(second[8]))


def _health(status: Status | None, *, has_answered: bool) -> Health:
    if status is None:
        return (
            Health(state="attention", problems=("silent",))
            if has_answered
            else Health(state="ready", problems=("mute",))
        )
    return Health(state="attention" if status.problems else "ready", problems=status.problems, answers=True)

"""A label printer on a socket: it keeps what it gets, answers ``~HS``, and misbehaves on demand."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

READY = dict.fromkeys(("paper_out", "paused", "buffer_full", "head_open", "ribbon_out"), 0)


@dataclass
class TcpPrinter:
    """``behaviour``: keep; reset (breaks the line after ``after`` bytes of a label); stall (stops reading after them);
    hang (takes the connection and never reads); keep open (reads all, and does not end the connection); delay (takes
    its time); mute (never answers ~HS)."""

    behaviour: str = "keep"
    after: int = 0
    flags: dict[str, int] = field(default_factory=lambda: dict(READY))
    waiting: int = 0
    answers: bool = True
    received: list[bytes] = field(default_factory=list)
    """What came over each connection, without the questions."""
    port: int = 0
    connections: int = 0

    @property
    def labels(self) -> bytes:
        return b"".join(self.received)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def status(self) -> bytes:
        one, two = self.flags, self.flags
        first = f"030,{one['paper_out']},{one['paused']},1245,000,{one['buffer_full']},0,0,000,0,0,0"
        second = f"001,0,{two['head_open']},{two['ribbon_out']},1,2,4,0,{self.waiting:08},1,000"
        return b"".join(b"\x02" + part.encode() + b"\x03\r\n" for part in (first, second, "1234,0"))

    def serve(self, line: socket.socket) -> None:
        self.connections += 1
        number = len(self.received)
        self.received.append(b"")
        if self.behaviour == "hang":
            self.hold.wait()
            return
        with line, contextlib.suppress(OSError):
            while data := line.recv(1 if self.behaviour == "reset" else 65536):
                if self.behaviour == "delay":
                    time.sleep(0.2)
                questions = data.count(b"~HS")
                self.received[number] += data
                if questions or b"~HS" in self.received[number]:
                    count = self.received[number].count(b"~HS")
                    self.received[number] = self.received[number].replace(b"~HS", b"")
                    if self.answers:
                        line.sendall(self.status() * count)
                if self.behaviour == "reset" and len(self.received[number]) > self.after:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if self.behaviour == "stall" and len(self.received[number]) > self.after:
                    self.hold.wait()
                    return

            if self.behaviour == "keep open":
                self.hold.wait()

    hold: threading.Event = field(default_factory=threading.Event)


@contextmanager
def printing(**behaviour: object) -> Iterator[TcpPrinter]:
    printer = TcpPrinter(**behaviour)  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        printer.port = listener.getsockname()[1]

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    line, _peer = listener.accept()
                    threading.Thread(target=printer.serve, args=(line,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield printer
        finally:
            printer.hold.set()
            listener.shutdown(socket.SHUT_RDWR)

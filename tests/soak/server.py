"""The program that users start, which can be killed in the middle and started again on the same data."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path

from tests.servers import Server, as_program


class Plug:
    """``start`` and ``kill`` as often as you like; ``port`` changes with every start."""

    def __init__(self, settings: dict[str, str], folder: Path) -> None:
        self._settings, self._folder, self._starts = settings, folder, 0
        self._running = ExitStack()
        self._server: Server | None = None
        self.port = 0

    def start(self) -> int:
        self._starts += 1
        log = self._folder / f"server-{self._starts}.log"
        self._server = self._running.enter_context(as_program(self._settings, log=log, patience_seconds=90))
        self.port = int(self._server.url.rsplit(":", 1)[1])
        return self.port

    def kill(self) -> None:
        """As a power cut does it: no signal is heard, by any of its processes."""
        assert self._server is not None
        assert self._server.process is not None
        os.killpg(self._server.process.pid, signal.SIGKILL)
        self._server.process.wait()
        self._running.close()

    def stop(self) -> None:
        self._running.close()

"""The program that users start, which can be killed in the middle and started again on the same data."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path

from tests.bench.serving import APP, Serving, serving


class Plug:
    """``start`` and ``kill`` as often as you like; each start is on another port, which it returns."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._database_url, self._folder = database_url, folder
        self._running = ExitStack()
        self._server: Serving | None = None

    def start(self) -> int:
        self._server = self._running.enter_context(serving(APP, self._database_url, self._folder))
        return self._server.port

    def kill(self) -> None:
        """As a power cut does it: no signal is heard, by any of its processes."""
        assert self._server is not None, "nothing runs"
        os.killpg(self._server.pid, signal.SIGKILL)
        self._running.close()

    def stop(self) -> None:
        self._running.close()

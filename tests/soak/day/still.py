"""Many hands move at once; or one person does something while nobody else's move."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Still:
    """Many may move at once; or one alone, and all others wait."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._moving = 0
        self._alone: int | None = None

    @contextmanager
    def moving(self) -> Iterator[None]:
        me = threading.get_ident()
        with self._change:
            self._change.wait_for(lambda: self._alone in (None, me))
            self._moving += 1
        try:
            yield
        finally:
            with self._change:
                self._moving -= 1
                self._change.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._change:
            self._change.wait_for(lambda: self._alone is None)
            self._alone = threading.get_ident()
            self._change.wait_for(lambda: self._moving == 0)
        try:
            yield
        finally:
            with self._change:
                self._alone = None
                self._change.notify_all()

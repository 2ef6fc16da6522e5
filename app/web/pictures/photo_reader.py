"""Photographs are read beside the server: one at a time on a machine, in a program of its own that may be ended.

So a slow photograph never holds up more than the request that brought it, a hostile one ends only its own reader, and
a third one sent meanwhile is asked to come again (HTTP 503 with Retry-After) instead of waiting in a scan's place.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.barcode.photo import Symbol, photo_refused
from app.language import _
from app.refusal import Refused
from app.web.gate.security import settings

PATIENCE_SECONDS = 10.0
_ROOT = Path(__file__).resolve().parents[3]
_COMMAND = (sys.executable, "-m", "app.barcode")


class BusyDecoding(Refused):
    """All readers are at work (HTTP 503): the same photograph again in a moment."""

    status = 503


def read_one(data: bytes) -> list[Symbol]:
    """The barcodes of a photograph, the certain ones first. Errors: those of ``read_apart``; ``busy_decoding``."""
    with only_one(settings().data_dir):
        return read_apart(data)


def read_apart(data: bytes, *, command: tuple[str, ...] = _COMMAND, patience: float = PATIENCE_SECONDS) -> list[Symbol]:
    """As ``read_one``, however many others are read. Errors: those of ``read_photo``; ``photo_too_slow``;
    ``photo_failed``."""
    answer = _ask(data, command, patience)
    if "refused" in answer:
        raise photo_refused(str(answer["refused"]))
    return [Symbol(**it | {"engines": tuple(it["engines"]), "box": tuple(it["box"])}) for it in answer["symbols"]]


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold what one thread of one process of this installation holds at a time; it goes with whoever holds it.

    Errors: ``busy_decoding``.
    """
    lock = os.open(folder / "photo.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = _("Another photo is being read. Try again in a moment.")
            raise BusyDecoding("busy_decoding", message, retry_after_seconds=1) from None
        yield
    finally:
        os.close(lock)


def _ask(data: bytes, command: tuple[str, ...], patience: float) -> dict[str, Any]:
    environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}  # no secrets
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing of the photo is in its arguments
            command, input=data, capture_output=True, timeout=patience, cwd=_ROOT, env=environment, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise Refused("photo_too_slow", _("This photo takes too long. Take one of the barcode alone.")) from None
    except (subprocess.CalledProcessError, ValueError):
        raise Refused("photo_failed", _("This photo cannot be read. Take another one.")) from None
    return found

"""Labels are drawn where they hold up nobody: a few here, many beside the server; of one person one request at a time.

A label takes some 30 ms to lay out, draw and read back. Three requests of 200 stopped a site for a quarter of a minute.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from threading import BoundedSemaphore, Lock

from app.labels import SheetSize, render_pdf
from app.labels.__main__ import REFUSED
from app.language import _, current
from app.refusal import Refused
from app.web.gate.security import current_actor, settings

DRAWN_HERE = 8
"""Different labels that are drawn at once; more are drawn in a program of their own, which takes a second to start."""
PATIENCE_SECONDS = 120.0
_ROOT = Path(__file__).resolve().parents[3]
_COMMAND = (sys.executable, "-m", "app.labels")
_apart = BoundedSemaphore(1)
_drawing_for: set[int] = set()
_lock = Lock()


class BusyDrawing(Refused):
    """Labels are being drawn already (HTTP 503): the same again in a moment."""

    status = 503


def draw_pdf(
    template: str,
    rows: Sequence[Mapping[str, str]],
    *,
    per_sheet: SheetSize | None = None,
    used: int = 0,
    command: tuple[str, ...] = _COMMAND,
) -> bytes:
    """The labels as PDF. Errors: those of ``render_pdf``; ``busy_drawing``; ``labels_failed``."""
    with one_at_a_time():
        if sum(1 for _row in groupby(rows)) <= DRAWN_HERE:
            return render_pdf(template, rows, per_sheet=per_sheet, used=used)
        if not _apart.acquire(blocking=False):
            raise _busy()
        try:
            return _ask(template, rows, per_sheet, used, command)
        finally:
            _apart.release()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Whoever asks for labels gets them before the next ones. Errors: ``busy_drawing``."""
    operator_id = current_actor().operator_id
    with _lock:
        if operator_id in _drawing_for:
            raise _busy()
        _drawing_for.add(operator_id)
    try:
        yield
    finally:
        with _lock:
            _drawing_for.discard(operator_id)


def _ask(
    template: str,
    rows: Sequence[Mapping[str, str]],
    per_sheet: SheetSize | None,
    used: int,
    command: tuple[str, ...],
) -> bytes:
    here = settings()
    asked = {
        "template": template,
        "rows": [dict(row) for row in rows],
        "per_sheet": asdict(per_sheet) if per_sheet else None,
        "used": used,
        "language": current(),
        "templates_dir": here.label_templates_dir,
        "fonts_dir": here.label_fonts_dir,
    }
    environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}  # no secrets
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing of the labels is in its arguments
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            cwd=_ROOT,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed() from None
    if done.returncode == REFUSED:
        refused = json.loads(done.stdout)
        raise Refused(refused["code"], refused["message"], **refused["details"])
    if done.returncode:
        raise _failed()
    return done.stdout


def _busy() -> BusyDrawing:
    message = _("Other labels are being drawn. Try again in a moment.")
    return BusyDrawing("busy_drawing", message, retry_after_seconds=1)


def _failed() -> Refused:
    return Refused("labels_failed", _("These labels could not be drawn. Take fewer of them, or tell your supervisor."))

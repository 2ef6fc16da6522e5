"""Which threads a request may take: long work never takes those that scans wait for.

A wave or a large file is one request for as long as it takes, between portions of which scans have their turn in the
database; they need a thread to come to it. Labels and photographs are arithmetic, here or in a program beside it.
Whether the process is alive and well is answered by a thread of its own, which waits for no writer and for no scan.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SCANS, LONG, DRAWN, ALIVE = "scans", "long", "drawn", "alive"
THREADS = {SCANS: 2, LONG: 2, DRAWN: 2, ALIVE: 1}
"""Of each web process."""
MOST = {LONG: 16, DRAWN: 16}
"""Requests of a lane that a web process has at once, with those that wait for a thread; more are sent away (503)."""
_LONG_WORK = ("/api/v1/imports/", "/api/v1/waves", "/office/imports", "/office/waves")

_DRAWING = re.compile(
    r"/photos|/api/v1/barcodes/photos|/api/v1/labels(/previews)?|/labels/.+|/print-jobs/\d+/openings"
    r"|/office/label-sheets\.pdf|/office/exports/.+"
)


def lane_of(environ: dict[str, Any]) -> str:
    """The lane of a request, from its head alone."""
    path = environ["PATH_INFO"]
    if path in ("/healthz", "/readyz"):
        return ALIVE
    if _DRAWING.fullmatch(path):
        return DRAWN
    return LONG if environ["REQUEST_METHOD"] == "POST" and path.startswith(_LONG_WORK) else SCANS


@dataclass(frozen=True, slots=True)
class Lanes:
    """What a server has to know: how many threads and requests each lane has, and which one a request takes."""

    threads: Mapping[str, int]
    most: Mapping[str, int]
    lane_of: Callable[[dict[str, Any]], str]


LANES = Lanes(THREADS, MOST, lane_of)

"""Which threads a request may take: long work of the desk never takes those that scans wait for.

A wave or a large file is one request for as long as it takes, between portions of which scans have their turn in the
database; they need a thread to come to it. Whether the process is alive is answered by a thread of its own, which waits
for no writer and for no scan.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SCANS, LONG, ALIVE = "scans", "long", "alive"
THREADS = {SCANS: 2, LONG: 2, ALIVE: 1}
"""Of each web process. A second one for scans because one may wait for a photograph (app/web/photo_reader.py takes one
at a time): scans go on beside it."""
_LONG_WORK = ("/api/v1/imports/", "/api/v1/waves", "/office/imports", "/office/waves")


def lane_of(environ: dict[str, Any]) -> str:
    """The lane of a request, from its head alone."""
    path = environ["PATH_INFO"]
    if path == "/healthz":
        return ALIVE
    return LONG if environ["REQUEST_METHOD"] == "POST" and path.startswith(_LONG_WORK) else SCANS


@dataclass(frozen=True, slots=True)
class Lanes:
    """What a server has to know: how many threads each lane has, and which one a request takes."""

    threads: Mapping[str, int]
    lane_of: Callable[[dict[str, Any]], str]


LANES = Lanes(THREADS, lane_of)

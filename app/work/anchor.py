"""The head of the chain of seals goes where whoever may write everything in the database cannot reach: to the log, and
to a file that the owner names (on another machine's share, or append-only). ``ledger verify`` reads that file."""

import structlog

from app import clock
from app.config import Settings
from app.db import reading
from app.ledger.heads import Head, heads_in
from app.ledger.seal import head

log = structlog.get_logger("work")
_END_BYTES = 500


def write(settings: Settings) -> int:
    """Write the head down where it is another than the last one in the file."""
    with reading() as session:
        end = head(session)
    if end == _last.get(settings.ledger_head_file) or not end.position:
        return 0
    log.info("ledger_head", head=str(end))
    if settings.ledger_head_file and end not in _newest(settings.ledger_head_file):
        with open(settings.ledger_head_file, "a", encoding="ascii") as file:
            file.write(f"{clock.now():%Y-%m-%dT%H:%M:%SZ} {end}\n")
    _last[settings.ledger_head_file] = end
    return 1


_last: dict[str, Head] = {}


def _newest(path: str) -> tuple[Head, ...]:
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _END_BYTES))
            return heads_in(file.read().decode(errors="replace"))
    except FileNotFoundError:
        return ()

"""The house's processes: the program that users start, or the fast one that many days share."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from tests.bench.serving import APP, serving
from tests.servers import REPOSITORY

Serve = Callable[[str, Path], AbstractContextManager[int]]
"""From a database's address and a folder for data and log to the port that is asked."""


@contextmanager
def program(database_url: str, folder: Path) -> Iterator[int]:
    """``flask --app wsgi serve``: its log is ``server.log`` in the folder."""
    with serving(APP, database_url, folder) as server:
        yield server.port


@contextmanager
def fast() -> Iterator[Serve]:
    """Servers that start in a moment, one after the other (see ``web``)."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.soak.day.web"],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:

        def order(**asked: str) -> dict[str, int]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            answer: dict[str, int] = json.loads(process.stdout.readline())
            return answer

        @contextmanager
        def serve(database_url: str, folder: Path) -> Iterator[int]:
            data, log = folder / "data", folder / "server.log"
            data.mkdir(exist_ok=True)
            try:
                yield order(url=database_url, data=str(data), log=str(log))["port"]
            finally:
                order()

        yield serve


_TRACE_LINES = 40


def failures(folder: Path) -> dict[str, str]:
    """The server's tracebacks by the number of the request; what has none, a job of the worker, by its line."""
    log = folder / "server.log"
    return failures_in(log.read_text(errors="replace")) if log.exists() else {}


def failures_in(log: str) -> dict[str, str]:
    """As ``failures``, in the text of a log."""
    found: dict[str, str] = {}
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("Traceback"):
            found[f"line {number}"] = "\n".join(lines[number : number + _TRACE_LINES])
        for said in _said(line):
            why = f"{said.get('route')} {_short(said.get('exception', ''))}"
            if said.get("event") == "failed":
                found[said.get("request_id") or f"line {number}"] = why
            elif said.get("level") == "error":
                found[f"line {number}"] = str(said)[:2000]
    return found


def _said(line: str) -> Iterator[dict[str, Any]]:
    """The JSON objects of a line; two processes that write at once may get into one."""
    decoder, start = json.JSONDecoder(), line.find("{")
    while start >= 0:
        try:
            said, length = decoder.raw_decode(line[start:])
        except ValueError:
            return
        yield said
        start = line.find("{", start + length)


def _short(traceback: str) -> str:
    """The frames that are ours, and what was raised."""
    lines = traceback.splitlines()
    ours = [
        f"    {line.strip().removeprefix('File ')}: {lines[number + 1].strip()}"
        for number, line in enumerate(lines[:-1])
        if line.strip().startswith("File ") and f"{REPOSITORY}/app/" in line and "/web/" not in line
    ]
    raised = [line for line in lines if re.match(r"[A-Za-z_.]+(Error|Exception|Violation|Refused)\b", line)]
    return "\n".join([*(raised[-1:] or lines[-1:]), *(line.replace(f"{REPOSITORY}/", "") for line in ours[-9:])])

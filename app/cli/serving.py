"""serve and work: the app on a real server with its worker, or the worker alone."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

import click
import structlog
from flask import Flask, current_app

from app import work as jobs
from app.cli.common import in_the_app, settings
from app.cli.server.bridge import Bridge
from app.cli.server.connections import Limits
from app.cli.server.processes import Web
from app.cli.server.processes import serve as keep_serving
from app.db import db
from app.people.addresses import is_this_machine
from app.work.printing import Printing

log = structlog.get_logger("work")
ROOT = Path(__file__).resolve().parents[2]
IDLE_SECONDS, ANSWER_SECONDS = 75.0, 60.0
SWITCH_SECONDS = 0.001
"""How long a thread that computes keeps the others of its process from running: one that reads a file, a scan that has
the database's answer and holds the writer's turn. Python's own 5 ms, at each of 15 statements, would be felt."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes. Default: 2; on PostgreSQL up to 4.")
@in_the_app
def serve(host: str, port: int, workers: int | None) -> None:
    """The app on a real web server, with its worker; SIGTERM stops both after what has begun."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    db.engine.dispose()
    here = settings()
    limits = Limits(
        head_seconds=here.head_seconds,
        body_seconds=here.body_seconds,
        idle_seconds=IDLE_SECONDS,
        answer_seconds=ANSWER_SECONDS,
        connections=here.connections,
        connections_per_address=here.connections_per_address,
        is_behind_proxy=here.trust_proxy,
    )
    web = Web(
        host=host,
        port=port,
        # SQLite has one writer, whoever asks: measured, two processes do best.
        workers=workers or (2 if is_sqlite else max(2, min(4, os.cpu_count() or 2))),
        limits=limits,
        open_bridge=open_bridge,
    )
    if here.mode == "demo":
        click.echo(f"Trueshelf: http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}")  # noqa: S104
    if here.mode == "demo" and not is_this_machine(host) and host != "localhost":
        click.echo(
            "This is the demo: its keys are known to all. For real work: flask --app wsgi init --production", err=True
        )
    current_app.extensions["trueshelf.counted_in"](here.data_dir / "metrics")
    command = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "work", "--parent", str(os.getpid())]
    keep_serving(web, worker_command=command)


def open_bridge() -> Bridge:
    """What the server asks, in each web process: this app."""
    sys.setswitchinterval(SWITCH_SECONDS)
    flask: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    here = settings()
    return Bridge(
        flask,
        knows=flask.extensions["trueshelf.knows"],
        threads=flask.extensions["trueshelf.lanes"].threads,
        most=flask.extensions["trueshelf.lanes"].most,
        lane_of=flask.extensions["trueshelf.lanes"].lane_of,
        largest_body=here.max_body_bytes,
        requests_per_address=here.connections_per_address,
        is_behind_proxy=here.trust_proxy,
    )


@click.command("work")
@click.option("--parent", type=int, hidden=True, help="Stop when this process is gone.")
@in_the_app
def work(parent: int | None) -> None:
    """The worker alone: what has to be done again and again. SIGTERM stops it after the job that has begun."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if parent:
        threading.Thread(target=_follow, args=(parent, stop), daemon=True).start()
    printing = Printing(current_app.extensions["trueshelf.printers"], db.engine)
    broken: list[str] = []
    printer = threading.Thread(target=_loop, args=(partial(printing.run, stop=stop), stop, broken), name="printing")
    printer.start()
    _loop(partial(jobs.run, settings(), stop=stop), stop, broken)
    printer.join()
    if broken:
        raise click.ClickException(f"The worker broke down: {broken[0]}")


def _loop(run: Callable[[], None], stop: threading.Event, broken: list[str]) -> None:
    """Whatever ends one of the two loops ends the process, so that its keeper starts both again."""
    try:
        run()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the loop is not left standing
        log.error("worker_broken", error=f"{type(error).__name__}: {error}"[:500])
        broken.append(type(error).__name__)
    finally:
        stop.set()


def _follow(parent: int, stop: threading.Event) -> None:
    """A server that was killed leaves no worker behind."""
    while os.getppid() == parent and not stop.wait(1):
        pass
    stop.set()


COMMANDS = (serve, work)

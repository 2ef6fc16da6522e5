"""serve and work: the app on a real server with its worker, or the worker alone."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType

import click
from flask import current_app
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from app import work as jobs
from app.cli.common import in_the_app, settings
from app.db import db
from app.work.printing import Printing

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 4
"""How long what has begun may take after SIGTERM, for the web and then for the worker: together less than 10 s."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes. Default: 2; on PostgreSQL up to 4.")
@in_the_app
def serve(host: str, port: int, workers: int | None) -> None:
    """The app on a real web server, with its worker; SIGTERM stops both after what has begun."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    db.engine.dispose()
    server = Granian(
        target="wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        # SQLite has one writer, whoever asks: measured, two processes do best. Each has a second thread because one may
        # wait for a photograph (app/web/photo_reader.py takes one at a time): scans go on beside it.
        workers=workers or (2 if is_sqlite else max(2, min(4, os.cpu_count() or 2))),
        blocking_threads=2,
        respawn_failed_workers=True,
        workers_kill_timeout=PATIENCE_SECONDS,
        working_dir=ROOT,
        log_level=LogLevels.warning,
        process_name=None,
    )
    if settings().mode == "demo":
        click.echo(f"Trueshelf: http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}")  # noqa: S104
    stop = threading.Event()
    keeper = threading.Thread(target=_keep_working, args=(stop,), name="worker's keeper")
    keeper.start()
    try:
        server.serve()
    finally:
        stop.set()
        keeper.join()


def _keep_working(stop: threading.Event) -> None:
    """Keep one worker process alive until told to stop; one that dies is started again, not faster than every 2 s."""
    command = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "work", "--parent", str(os.getpid())]
    while not stop.is_set():
        # Without cwd and close_fds it is spawned and not forked: a fork waits on a pipe, and a web process that the
        # server forks at that moment inherits its end; the keeper would wait for ever and never look at its child.
        with subprocess.Popen(command, close_fds=False, stdin=subprocess.DEVNULL) as child:  # noqa: S603 - our own program
            while child.poll() is None and not stop.wait(0.2):
                pass
            child.terminate()
            try:
                child.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
        stop.wait(2)


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
    printer = threading.Thread(target=printing.run, kwargs={"stop": stop}, name="printing")
    printer.start()
    jobs.run(settings(), stop=stop)
    printer.join()


def _follow(parent: int, stop: threading.Event) -> None:
    """A server that was killed leaves no worker behind."""
    while os.getppid() == parent and not stop.wait(1):
        pass
    stop.set()


COMMANDS = (serve, work)

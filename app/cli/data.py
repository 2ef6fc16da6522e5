"""init, demo, import: what the database holds when work begins."""

import getpass
from collections.abc import Callable
from pathlib import Path

import click
import flask_migrate
from sqlalchemy import func, select

from app import demo as demo_warehouse
from app.cli.common import in_the_app, settings
from app.cli.production import begin_for_real
from app.db import db, reading, transact
from app.imports import KINDS, ImportResult, Who, finish, take
from app.people.models import Operator
from app.people.operators import operator_of
from app.private import close_to_others


@click.command("init")
@click.option("--production", is_flag=True, help="First make a .env with keys for real work on this machine.")
@click.option("--name", default="", help="With --production: the name under which handhelds open the app, by HTTPS.")
@in_the_app
def init(production: bool, name: str) -> None:
    """Create or upgrade the database; safe to repeat."""
    if production:
        begin_for_real(settings(), name=name)
        return
    close_to_others(settings().data_dir, db.engine.url.database if db.engine.dialect.name == "sqlite" else None)
    flask_migrate.upgrade()
    click.echo("The database is ready.")
    with reading() as session:
        people = session.execute(select(func.count()).select_from(Operator)).scalar_one()
    if not people:
        click.echo('Add the first person:  flask --app wsgi operator add "Your name" --badge ME --role admin')


@click.command("demo")
@in_the_app
def demo() -> None:
    """Create or upgrade the database, with the demo warehouse in it; a second run changes nothing."""
    if settings().mode != "demo":
        raise click.ClickException("The demo's PINs are known to all: it is built in demo mode only.")
    flask_migrate.upgrade()
    with click.progressbar(length=demo_warehouse.STEPS, label="The demo warehouse") as bar:
        built = demo_warehouse.build(transact, settings(), progress=bar.update)
    click.echo(built.welcome())


@click.command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing.")
@click.option("--operator", "badge", help="The badge of whoever brings the file; without, the system's user is named.")
@in_the_app
def import_file(kind: str, file: Path, dry_run: bool, badge: str | None) -> None:
    """Import a CSV file: all of it or, with any error, nothing."""
    data = file.read_bytes()
    with click.progressbar(length=1, label=f"{kind} from {file.name}") as bar:

        def progress(done: int, rows: int) -> None:
            bar.length = rows
            bar.update(done - bar.pos)

        result = _imported(kind, data, _who(badge), dry_run, progress)
    for error in result.errors:
        click.echo(f"row {error.row} {error.column}: {error.message} ({error.code})", err=True)
    if result.errors:
        raise click.ClickException(f"{result.rows} rows, {len(result.errors)} errors: nothing was written.")
    for warning in result.warnings:
        click.echo(f"row {warning.row} {warning.column}: {warning.message} ({warning.code})", err=True)
    would = "would be " if dry_run else ""
    click.echo(
        f"{result.rows} rows: {result.created} {would}created, {result.updated} {would}updated, "
        f"{result.unchanged} unchanged."
    )


def _who(badge: str | None) -> Who:
    program = f"command line ({getpass.getuser()})"
    if badge is None:
        return Who(None, program)
    with reading() as session:
        return Who(operator_of(session, badge).id, program)


def _imported(kind: str, data: bytes, who: Who, dry_run: bool, progress: Callable[[int, int], None]) -> ImportResult:
    taken = take(transact, reading, kind, data, who=who, dry_run=dry_run, progress=progress)
    if isinstance(taken, ImportResult):
        return taken
    result = finish(transact, reading, taken, KINDS, progress=progress)
    assert result is not None, "it ends when the file does"
    return result


COMMANDS = (init, demo, import_file)

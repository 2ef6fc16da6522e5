"""ledger, backup, restore: is it true, is it safe, and back again."""

import json
from dataclasses import asdict
from pathlib import Path

import click
import flask_migrate

from app.cli import copies
from app.cli.common import in_the_app
from app.control.verification import rebuild, verify
from app.db import db, reading, transact
from app.ledger.seal import broken, head
from app.ledger.verify import Report


@click.group("ledger")
def ledger() -> None:
    """Replay every movement and compare; derive again what is derived."""


@ledger.command("verify")
@click.pass_context
@in_the_app
def verify_ledger(context: click.Context) -> None:
    """A JSON report; exit status 1 where something differs."""
    with reading() as session:
        report = verify(session)
        links = [asdict(link) for link in broken(session)]
        sealed, last = head(session)
    _say(report, {"sealed": sealed, "head": last, "broken": links})
    context.exit(0 if report.ok and not links else 1)


@ledger.command("rebuild")
@click.pass_context
@in_the_app
def rebuild_ledger(context: click.Context) -> None:
    """Derive balances and availability again from the facts; the report and status say what differed before."""
    report = transact(rebuild)
    _say(report, {})
    context.exit(0 if report.ok else 1)


def _say(report: Report, seal: dict[str, object]) -> None:
    facts = {
        "ok": report.ok and not seal.get("broken"),
        "items": report.items,
        "movements": report.movements,
        "differences": [asdict(difference) for difference in report.differences],
    }
    if seal:
        facts["seal"] = seal
    click.echo(json.dumps(facts, indent=2))


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_the_app
def backup(file: Path) -> None:
    """Copy the whole database into FILE, while work goes on, and prove that the copy can be read."""
    if file.exists():
        raise click.ClickException(f"{file} exists already. Choose another name.")
    with reading() as session:
        sealed, last = head(session)
    copies.write(db.engine, file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes, read back. The seal's head was {sealed} {last[:16] or '-'}.")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@in_the_app
def restore(file: Path, yes: bool) -> None:
    """Put the database back as it was in FILE, upgrade it, and verify its ledger. Stop the app first."""
    if not yes:
        click.confirm("Everything in the database now is replaced. Go on?", abort=True)
    copies.read_back(db.engine, file)
    db.engine.dispose()
    flask_migrate.upgrade()
    with reading() as session:
        report = verify(session)
    if not report.ok:
        raise click.ClickException("Restored, but its ledger does not add up: run ledger verify.")
    click.echo(f"Restored: {report.items} items, {report.movements} movements, and the ledger adds up.")


COMMANDS = (ledger, backup, restore)

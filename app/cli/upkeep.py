"""ledger, backup, restore: is it true, is it safe, and back again."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import flask_migrate

from app.cli import copies
from app.cli.common import in_the_app, settings
from app.cli.progress import Bars, Proofs
from app.control.verification import rebuild, verify
from app.db import db, reading, transact
from app.ledger.heads import START, Head, heads_in
from app.ledger.seal import head
from app.ledger.verify import Report


@click.group("ledger")
def ledger() -> None:
    """Replay every movement and compare; derive again what is derived."""


@ledger.command("verify")
@click.option("--head", "kept", multiple=True, help="POSITION:HASH of the chain as it was, or a FILE that names such.")
@click.option("--resume", is_flag=True, help="Only the seals behind the last one that an earlier run has proved.")
@click.pass_context
@in_the_app
def verify_ledger(context: click.Context, kept: tuple[str, ...], resume: bool) -> None:
    """A JSON report; exit status 1 where something differs."""
    own = settings().ledger_head_file
    files = [own] if own and Path(own).is_file() else []
    heads = tuple(head for each in (*kept, *files) for head in _heads(each))
    with reading() as session, Bars() as bars, Proofs(settings().data_dir) as proofs:
        since = proofs.last() if resume else START
        report = verify(session, since=since, heads=heads, tell=bars.tell, proved=proofs.note)
        end = head(session)
    _say(report, end)
    context.exit(0 if report.ok else 1)


def _heads(kept: str) -> tuple[Head, ...]:
    file = Path(kept)
    found = heads_in(file.read_text(errors="replace") if file.is_file() else kept)
    if not found:
        raise click.ClickException(f"{kept} is no file and no POSITION:HASH. Take what backup said, or the log.")
    return found


@ledger.command("rebuild")
@click.pass_context
@in_the_app
def rebuild_ledger(context: click.Context) -> None:
    """Derive balances and availability again from the facts; the report and status say what differed before."""
    report = transact(rebuild)
    _say(report, None)
    context.exit(0 if report.ok else 1)


def _say(report: Report, end: Head | None) -> None:
    facts: dict[str, Any] = {
        "ok": report.ok,
        "items": report.items,
        "movements": report.movements,
        "found": report.found,
        "differences": [asdict(difference) for difference in report.differences],
    }
    if end:
        facts["seal"] = {"sealed": end.position, "head": end.hash}
    click.echo(json.dumps(facts, indent=2))


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_the_app
def backup(file: Path) -> None:
    """Copy the whole database into FILE, while work goes on, and prove that the copy can be read."""
    if file.exists():
        raise click.ClickException(f"{file} exists already. Choose another name.")
    with reading() as session:
        end = head(session)
    copies.write(db.engine, file)
    beside = file.with_name(f"{file.name}.head")
    beside.write_text(f"{end}\n")
    click.echo(
        f"{file}: {file.stat().st_size:,} bytes, read back. The seal's head was {end.position} {end.hash[:16] or '-'}."
    )


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

"""The first step towards real work on one machine: a ``.env`` with keys that nobody else has.

Without it the program is a demo: its pepper is public, and the office opens by PIN alone.
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import click

from app.config import SHORTEST_KEY_BYTES, Settings

ROOT = Path(__file__).resolve().parents[2]


def begin_for_real(here: Settings, *, name: str) -> None:
    """Write ``.env`` beside ``wsgi.py`` and create the database with it. Nothing that is there is overwritten."""
    file = ROOT / ".env"
    if file.exists():
        raise click.ClickException(
            f"{file} is there already, and it is kept. Fill it in (see .env.example), then: flask --app wsgi init"
        )
    if not here.database_url and _holds_something(here.data_dir / "trueshelf.sqlite"):
        raise click.ClickException(
            f"{here.data_dir} holds a database already (the demo's?): its PINs were made with other keys. Move it away,"
            " or choose another folder: TRUESHELF_DATA_DIR=... flask --app wsgi init --production"
        )
    lines = _lines(here, name)
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as written:
        written.write("".join(f"{line}\n" for line in lines))
    click.echo(f"{file}: two keys of {SHORTEST_KEY_BYTES} bytes, for production. Keep a copy apart from the backups.")
    environment = os.environ | dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    command = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "init"]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603 - our own program
    if done.returncode:
        raise click.ClickException("The database could not be made.")


def _lines(here: Settings, name: str) -> list[str]:
    lines = [
        "# Made by: flask --app wsgi init --production. Whoever has these keys can try PINs against a stolen database.",
        "TRUESHELF_MODE=production",
        f"TRUESHELF_SECRET_KEY={secrets.token_hex(SHORTEST_KEY_BYTES)}",
        f"TRUESHELF_PEPPER={secrets.token_hex(SHORTEST_KEY_BYTES)}",
        f"TRUESHELF_DATA_DIR={here.data_dir.resolve()}",
    ]
    if here.database_url:
        lines.append(f"TRUESHELF_DATABASE_URL={here.database_url}")
    if name:
        lines += [f"TRUESHELF_TRUSTED_HOSTS={name},localhost,127.0.0.1", "TRUESHELF_TRUST_PROXY=yes"]
    return lines


def _holds_something(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0

"""A whole day by robots that read only prompts, against the program as a user starts it.

The robot is the acceptance check that lies beside a developer's checkout; it is run as it is.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app.config import Settings
from tests import apps, databases, servers

ORDERS, WORKERS = 10, 4


def flask(settings: dict[str, str], *arguments: str) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRUESHELF_")}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=databases.REPOSITORY,
        env={**own, "FLASK_SKIP_DOTENV": "1", **settings},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def token(app: Flask, name: str) -> str:
    arguments = ["token", "create", name, "--scope", "floor,office,integration"]
    return app.test_cli_runner().invoke(args=arguments).stdout.strip()


def test_a_day_with_a_tenth_of_the_answers_lost_ends_with_every_number_right(
    database_url: str, tmp_path: Path, shared: Path
) -> None:
    settings = {"TRUESHELF_DATABASE_URL": database_url, "TRUESHELF_DATA_DIR": str(tmp_path)}
    log = tmp_path / "serve.log"
    with servers.as_program(settings, log=log) as server:
        with apps.made_with(Settings(database_url=database_url, data_dir=tmp_path)) as app:
            tokens = [token(app, f"robot{number}") for number in range(WORKERS)]
        day = subprocess.run(
            [
                sys.executable,
                shared / "acceptance/robot_day.py",
                *("--base", server.url, "--tokens", ",".join(tokens)),
                *("--data", shared / "data/online_retail/2010-12.csv.xz", "--day", "2010-12-01"),
                *("--orders", str(ORDERS), "--lose", "0.1"),
            ],
            capture_output=True,
            text=True,
            timeout=600,
        )
    wrong = [line for line in day.stdout.splitlines() if line.startswith("FAIL")]
    assert not wrong, f"{wrong}\n{log.read_text()[-4000:]}"
    assert "every check holds" in day.stdout, f"{day.stdout[-2000:]}\n{day.stderr[-2000:]}\n{log.read_text()[-4000:]}"
    assert day.returncode == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_token_is_taken_by_a_command_line_as_it_is(database_url: str, tmp_path: Path) -> None:
    settings = {"TRUESHELF_DATABASE_URL": database_url, "TRUESHELF_DATA_DIR": str(tmp_path)}
    assert flask(settings, "token", "create", "robot", "--scope", "floor").startswith("ts_")

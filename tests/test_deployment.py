"""What an installation is made of: the settings it may use, the versions it pins, the rights of its database role."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import psycopg
import pytest

from app.config import DEVELOPMENT_KEY, Settings, SettingsError
from tests.databases import REPOSITORY, PostgresqlServer


def test_the_application_role_works_but_may_not_change_what_was_posted(
    postgresql_template: PostgresqlServer, postgresql_url: str
):
    database = re.search(r"/(t_\w+)\?", postgresql_url)[1]

    def run_as_owner(script: str) -> None:
        subprocess.run(
            [
                postgresql_template.programs / "psql",
                "--no-psqlrc",
                "--quiet",
                "--file",
                REPOSITORY / "docs/deploy" / script,
            ],
            env={
                **os.environ,
                "PGHOST": postgresql_template.socket_dir,
                "PGUSER": "postgres",
                "PGDATABASE": database,
                "APP_PASSWORD": 'it\'s "quoted"',
            },
            check=True,
        )

    run_as_owner("roles.sql")
    run_as_owner("roles.sql")
    with psycopg.connect(host=postgresql_template.socket_dir, user="postgres", dbname=database) as owner:
        owner.execute("CREATE TABLE of_a_later_migration (id integer)")
    run_as_owner("privileges.sql")
    with psycopg.connect(
        host=postgresql_template.socket_dir, user="trueshelf_app", dbname=database, autocommit=True
    ) as application:
        application.execute("INSERT INTO of_a_later_migration VALUES (1)")
        application.execute("UPDATE item SET name = name")
        application.execute("SELECT count(*) FROM movement")
        application.execute(
            "INSERT INTO posting (key, reason, device, occurred_at, recorded_at, document_type, document, note)"
            " VALUES ('k', 'found', '', now(), now(), '', '', '')"
        )
        assert application.execute("SELECT count(*) FROM unsealed").fetchone() == (1,)
        for forbidden in (
            "UPDATE movement SET quantity = 9",
            "DELETE FROM movement",
            "TRUNCATE movement",
            "UPDATE posting SET id = id",
            "DELETE FROM posting",
            "DELETE FROM seal",
            "ALTER TABLE movement DISABLE TRIGGER ALL",
            "CREATE TABLE mine (id integer)",
            "UPDATE alembic_version SET version_num = 'x'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(forbidden)


@pytest.mark.parametrize("name", ["compose.yaml", ".env.example", "Dockerfile"])
def test_every_setting_that_the_deployment_names_exists(name: str):
    known = {f"TRUESHELF_{field.name.upper()}" for field in fields(Settings)}
    named = set(re.findall(r"TRUESHELF_[A-Z_]+", (REPOSITORY / name).read_text()))
    assert named
    assert named <= known


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_pin_every_package_by_hash_and_name_no_place_to_fetch_it_from(name: str):
    lock = (REPOSITORY / name).read_text()
    assert not re.search(r"://|--index|--extra-index|--find-links|--trusted", lock)
    packages = re.split(r"^(?=[a-z])", lock, flags=re.MULTILINE)[1:]
    assert len(packages) > 20
    assert [p.split()[0] for p in packages if not re.match(r"[a-z0-9-]+==\S+[^\n]*\\\n +--hash=sha256:", p)] == []


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"SECRET_KEY": "", "PEPPER": ""},
        {"SECRET_KEY": "a" * 32},
        {"SECRET_KEY": "a" * 32, "PEPPER": "b" * 31},
        {"SECRET_KEY": "a" * 32, "PEPPER": "a" * 32},
        {"SECRET_KEY": DEVELOPMENT_KEY, "PEPPER": "b" * 32},
    ],
)
def test_production_does_not_start_without_two_long_keys_of_its_own(keys: dict[str, str]):
    """``cp .env.example .env``, as it is, started with an empty key and an empty pepper."""
    environment = {f"TRUESHELF_{name}": value for name, value in keys.items()}
    with pytest.raises(SettingsError, match="openssl rand"):
        Settings.from_environment({"TRUESHELF_MODE": "production", **environment})


def test_the_example_as_it_is_does_not_start(tmp_path: Path):
    lines = (REPOSITORY / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if re.match(r"TRUESHELF_\w+=", line))
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRUESHELF_")}
    environment = {**own, **example, "FLASK_SKIP_DOTENV": "1", "TRUESHELF_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "doctor"]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Trueshelf does not start: Set TRUESHELF_SECRET_KEY")
    assert not (tmp_path / "data").exists()


def test_an_empty_line_for_a_key_is_no_key():
    assert Settings.from_environment({"TRUESHELF_PEPPER": ""}).pepper == DEVELOPMENT_KEY


def test_no_key_is_shipped():
    example = (REPOSITORY / ".env.example").read_text()
    assert re.findall(r"^\w+=(.+)$", example, flags=re.MULTILINE) == ["production"]
    assert ".env" in (REPOSITORY / ".gitignore").read_text().split()
    assert (REPOSITORY / ".dockerignore").read_text().split("\n")[1] == "*"


def test_the_image_brings_every_folder_that_the_app_reads():
    copied = set(re.findall(r"^COPY (\w+) ", (REPOSITORY / "Dockerfile").read_text(), flags=re.MULTILINE))
    tracked = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    folders = {Path(name).parts[0] for name in tracked.splitlines() if len(Path(name).parts) > 1}
    assert folders - {"tests", "docs", ".ci"} <= copied

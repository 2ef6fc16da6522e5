"""The command line: ``flask --app wsgi ...``.

- ``data``    init, demo, import
- ``serving`` serve, work
- ``people``  operator, token
- ``upkeep``  ledger, backup, restore
- ``doctor``  doctor
"""

from flask import Flask

from app.cli import data, doctor, people, serving, upkeep


def install(flask: Flask) -> None:
    """Add our commands to Flask's."""
    for command in (*data.COMMANDS, *serving.COMMANDS, *people.COMMANDS, *upkeep.COMMANDS, *doctor.COMMANDS):
        flask.cli.add_command(command)

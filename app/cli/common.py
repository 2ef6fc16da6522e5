"""What every command needs: the settings, and a refusal that reads like one."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext

from app.config import Settings
from app.refusal import Refused

P = ParamSpec("P")
R = TypeVar("R")


def settings() -> Settings:
    """This installation's settings."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def in_the_app(command: Callable[P, R]) -> Callable[P, R]:
    """Run a command inside the app's context; what a rule refuses is said on standard error, exit status 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except Refused as refused:
            raise click.ClickException(f"{refused.message} ({refused.code})") from None

    wrapped: Callable[P, R] = with_appcontext(run)
    return wrapped

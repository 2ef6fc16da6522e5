"""operator and token: who may work here, and which programs may stand for them."""

from datetime import timedelta

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cli.common import in_the_app, settings
from app.config import MOST_DAYS
from app.db import reading, transact
from app.people.changes import note
from app.people.locks import OFFICE, PIN, open_badge
from app.people.models import ROLES, Operator
from app.people.office_sign_in import take_back
from app.people.operators import operator_of, save_operator, save_program
from app.people.tokens import SCOPES, create_api_token, list_tokens, revoke

ROLES_OF_SCOPE = {
    "floor": ("picker", "packer", "receiver", "inspector", "counter"),
    "office": ("office",),
    "integration": ("office",),
}
"""What a token's own operator may do: the people who would do that work."""


@click.group("operator")
def operator() -> None:
    """People: add them, list them."""


@operator.command("add")
@click.argument("name")
@click.option("--badge", required=True, help="What their badge says.")
@click.option("--pin", prompt="PIN", hide_input=True, confirmation_prompt=True, help="Four to eight digits.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="May be repeated.")
@in_the_app
def add(name: str, badge: str, pin: str, roles: tuple[str, ...]) -> None:
    """Add NAME, or change who has this badge."""

    def work(session: Session) -> str:
        person, outcome = save_operator(session, settings(), name=name, badge=badge, pin=pin, roles=roles)
        return f"{person.name}: {outcome}, badge {person.badge}, {', '.join(person.roles)}."

    click.echo(transact(work))


@operator.command("list")
@in_the_app
def people() -> None:
    """Everybody, with badge and roles."""
    with reading() as session:
        for person in session.scalars(select(Operator).order_by(Operator.badge)):
            note = "" if person.is_active else "  (disabled)"
            click.echo(f"{person.badge:16} {person.name:24} {', '.join(person.roles)}{note}")


@operator.command("forget-password")
@click.argument("badge")
@in_the_app
def forget_password(badge: str) -> None:
    """Whoever has BADGE lost telephone and recovery codes: they set the office's sign-in up again, with their PIN."""

    def work(session: Session) -> str:
        person = operator_of(session, badge)
        take_back(session, person, by_id=None)
        return person.name

    click.echo(f"{transact(work)} sets password and telephone up again at the next sign-in to the office.")


@operator.command("unlock")
@click.argument("badge")
@in_the_app
def unlock(badge: str) -> None:
    """Open BADGE, and the office to them: wrong PINs and passwords are forgotten, wherever they were tried."""

    def work(session: Session) -> str:
        person = operator_of(session, badge)
        open_badge(session, person, PIN, OFFICE)
        note(session, operator_id=person.id, by_id=None, what="unlocked")
        return person.name

    click.echo(f"{transact(work)} can sign in again.")


@click.group("token")
def token() -> None:
    """Tokens of programs and of handhelds with their own client."""


@token.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help=f"Of {', '.join(SCOPES)}; commas or repeated.")
@click.option("--operator", "badge", help="The badge of the person it acts for; without, an operator of its own.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), help="How long it is good; without, until it is revoked.")
@in_the_app
def create(name: str, scopes: tuple[str, ...], badge: str | None, days: int | None) -> None:
    """Make a token and print it, alone and this once."""
    wanted = [scope.strip() for each in scopes for scope in each.split(",") if scope.strip()]

    def work(session: Session) -> str:
        acts_for = operator_of(session, badge) if badge else _own_operator(session, name, wanted)
        end = clock.now() + timedelta(days=days) if days else None
        return create_api_token(session, name=name, scopes=wanted, operator_id=acts_for.id, expires_at=end)

    click.echo(transact(work))


def _own_operator(session: Session, name: str, scopes: list[str]) -> Operator:
    roles = {role for scope in scopes for role in ROLES_OF_SCOPE.get(scope, ())}
    return save_program(session, name=name, roles=sorted(roles))


@token.command("list")
@in_the_app
def tokens() -> None:
    """The tokens that are alive; their text is known to nobody any more."""
    with reading() as session:
        names = {person.id: person.badge for person in session.scalars(select(Operator))}
        for each in list_tokens(session, kind="api"):
            seen = each.last_seen_at.strftime("%Y-%m-%d %H:%M UTC")
            if each.expires_at is not None:
                seen += f"  until {each.expires_at:%Y-%m-%d %H:%M} UTC"
            click.echo(f"{each.id:6} {each.name:24} {names[each.operator_id]:24} {','.join(each.scopes):32} {seen}")


@token.command("revoke")
@click.argument("number", type=int)
@in_the_app
def end(number: int) -> None:
    """End the token with this NUMBER of the list, now."""
    transact(lambda session: revoke(session, number))
    click.echo(f"Token {number} is revoked.")


COMMANDS = (operator, token)

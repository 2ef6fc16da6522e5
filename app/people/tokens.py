"""Tokens: long random texts that stand for an operator, for a browser's shift or for a program.

Only the SHA-256 is kept (256 random bits need no slow hash). A session and an API token are one thing with another
``kind``: both are listed, revoked, and die with their operator at the next request.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import asked, changed, table
from app.language import _
from app.people.actor import Actor
from app.people.models import Device, EnrolledDevice, Operator, OwnDevice, Token
from app.people.scanners import scanner_of
from app.people.security_log import tell
from app.refusal import NotFound, Refused

SCOPES = ("floor", "office", "integration")
SEEN_EVERY = timedelta(minutes=1)

_token, _operator, _device, _own = table(Token), table(Operator), table(Device), table(OwnDevice)
_enrolled = table(EnrolledDevice)
_KNOWN = (
    select(
        _token.c.id.label("token_id"),
        _token.c.kind,
        _token.c.scopes,
        _token.c.expires_at,
        _token.c.last_seen_at,
        _token.c.device_id,
        _token.c.proved_at,
        _device.c.name.label("device"),
        _device.c.profile,
        _operator.c.id.label("operator_id"),
        _operator.c.name,
        _operator.c.roles,
        _operator.c.language,
        _operator.c.hand,
        _operator.c.theme,
        _operator.c.text_percent,
        _operator.c.has_sound,
    )
    .join(_operator, _operator.c.id == _token.c.operator_id)
    .outerjoin(_device, _device.c.id == _token.c.device_id)
    .where(_token.c.revoked_at.is_(None), _operator.c.is_active)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who a token stands for, what bounds it, and how its operator likes the screen; all from one SELECT.

    ``is_proved``: its person gave password and code (see ``office_sign_in``).
    """

    token_id: int
    kind: str
    scopes: frozenset[str]
    last_seen_at: datetime
    device_id: int | None
    is_proved: bool
    profile: dict[str, Any]
    actor: Actor
    hand: str
    theme: str
    text_percent: int
    has_sound: bool

    @property
    def is_at_desk(self) -> bool:
        """Whether a password was given at something that stands on a desk: that is left alone longer."""
        return self.is_proved and not self.profile.get("is_carried")

    def is_stale(self, now: datetime) -> bool:
        """Whether ``last_seen_at`` should be written again: at most once a minute, outside any scan's transaction."""
        return now - self.last_seen_at >= SEEN_EVERY

    def is_idle(self, now: datetime, *, minutes: int) -> bool:
        """Whether a browser was left alone for ``minutes``; up to a minute late, as it is noted once a minute."""
        return self.kind == "session" and now - self.last_seen_at > timedelta(minutes=minutes) + SEEN_EVERY


def create_api_token(
    session: Session, *, name: str, scopes: Sequence[str], operator_id: int, expires_at: datetime | None = None
) -> str:
    """Make a token for a program and return its text, which is shown this once.

    Errors: ``Refused`` ``scope_unknown``; ``NotFound`` ``operator_unknown``.
    """
    wrong = sorted(set(scopes) - set(SCOPES))
    if wrong or not scopes:
        raise Refused(
            "scope_unknown",
            _("No such scope: %(scope)s. Choose from floor, office, integration.", scope=", ".join(wrong) or "-"),
        )
    text = _create(session, kind="api", name=name, scopes=scopes, operator_id=operator_id, expires_at=expires_at)
    tell(session, "token_made", operator_id=operator_id, detail=f"{name}: {', '.join(sorted(set(scopes)))}")
    return text


def create_session(session: Session, *, operator_id: int, device_id: int | None, hours: int) -> str:
    """Begin a shift in a browser and return what its cookie carries; it ends by itself after ``hours``."""
    return _create(
        session,
        kind="session",
        name="browser",
        scopes=(),
        operator_id=operator_id,
        device_id=device_id,
        expires_at=clock.now() + timedelta(hours=hours),
    )


_BY_HASH = _KNOWN.where(_token.c.token_hash == bindparam("hash"))


def bearer_for(token: str, *, now: datetime) -> Bearer | None:
    """Who ``token`` stands for, or None where it is unknown, expired, revoked, or its operator is disabled."""
    row = asked(_BY_HASH, {"hash": digest(token)})
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return Bearer(
        token_id=row.token_id,
        kind=row.kind,
        scopes=frozenset(row.scopes),
        last_seen_at=row.last_seen_at,
        device_id=row.device_id,
        is_proved=row.proved_at is not None,
        profile=row.profile or {},
        actor=Actor(
            operator_id=row.operator_id,
            name=row.name,
            roles=frozenset(row.roles),
            device=row.device or "",
            language=row.language,
            scanner=scanner_of(row.profile or {}).profile,
        ),
        hand=row.hand,
        theme=row.theme,
        text_percent=row.text_percent,
        has_sound=bool(row.has_sound),
    )


def renew(session: Session, token_id: int) -> str:
    """A session that gains rights gets another text: whoever knew the old one does not gain them too."""
    text = _new_text()
    session.execute(update(_token).where(_token.c.id == token_id).values(token_hash=digest(text)))
    return text


def note_seen(session: Session, token_id: int, *, now: datetime) -> None:
    """Write when a token was last used; a transaction of its own, never the scan's."""
    session.execute(update(_token).where(_token.c.id == token_id, _token.c.last_seen_at < now).values(last_seen_at=now))


def revoke(session: Session, token_id: int, *, by_id: int | None = None) -> None:
    """End a token now. Repeating it changes nothing. Errors: ``NotFound`` ``token_unknown``."""
    found = session.get(Token, token_id)
    if found is None:
        raise NotFound("token_unknown", _("There is no such token. Look at the list again."))
    alive = _token.c.id == token_id, _token.c.revoked_at.is_(None)
    if changed(session, update(_token).where(*alive).values(revoked_at=clock.now())):
        what, detail = ("token_revoked", found.name) if found.kind == "api" else ("signed_out", "")
        tell(session, what, operator_id=found.operator_id, by_id=by_id, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """Where somebody is signed in. ``is_office``: with password and code."""

    token_id: int
    device: str
    created_at: datetime
    last_seen_at: datetime
    is_office: bool


def open_sessions(session: Session, operator_id: int) -> list[OpenSession]:
    """Where this person is signed in in a browser, the one last used first."""
    rows = session.execute(
        select(_token.c.id, _device.c.name, _token.c.created_at, _token.c.last_seen_at, _token.c.proved_at)
        .outerjoin(_device, _device.c.id == _token.c.device_id)
        .where(
            _token.c.operator_id == operator_id,
            _token.c.kind == "session",
            _token.c.revoked_at.is_(None),
            _token.c.expires_at > clock.now(),
        )
        .order_by(_token.c.last_seen_at.desc(), _token.c.id.desc())
    )
    return [
        OpenSession(
            token_id=row.id,
            device=row.name or "",
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_office=row.proved_at is not None,
        )
        for row in rows
    ]


def end_own_session(session: Session, *, operator_id: int, token_id: int) -> None:
    """End one of one's own shifts in browsers. Errors: ``NotFound`` ``token_unknown`` for anything else."""
    found = session.get(Token, token_id)
    if found is None or found.operator_id != operator_id or found.kind != "session":
        raise NotFound("token_unknown", _("There is no such token. Look at the list again."))
    revoke(session, token_id, by_id=operator_id)


def revoke_all(session: Session, *, operator_id: int) -> int:
    """End every token of an operator; says how many were still alive."""
    return changed(
        session,
        update(_token)
        .where(_token.c.operator_id == operator_id, _token.c.revoked_at.is_(None))
        .values(revoked_at=clock.now()),
    )


def revoke_sessions(session: Session, *, operator_id: int, but: int | None = None) -> int:
    """End an operator's shifts in browsers, except the one of token ``but``; programs go on."""
    statement = update(_token).where(
        _token.c.operator_id == operator_id, _token.c.kind == "session", _token.c.revoked_at.is_(None)
    )
    if but is not None:
        statement = statement.where(_token.c.id != but)
    ended = changed(session, statement.values(revoked_at=clock.now()))
    if ended:
        tell(session, "sessions_ended", operator_id=operator_id, detail=str(ended))
    return ended


def forget_sessions(session: Session, *, before: datetime) -> int:
    """Delete sessions that ended before that time; API tokens stay listed. Returns how many."""
    return changed(session, delete(_token).where(_token.c.kind == "session", _token.c.expires_at < before))


def forget_devices(session: Session, *, before: datetime) -> int:
    """Delete devices on which nobody signed in since that time and that no token names. Returns how many."""
    is_named = select(_token.c.id).where(_token.c.device_id == _device.c.id).exists()
    is_over = _device.c.last_seen_at < before, ~is_named
    session.execute(delete(_enrolled).where(_enrolled.c.device_id.in_(select(_device.c.id).where(*is_over))))
    session.execute(delete(_own).where(_own.c.device_id.in_(select(_device.c.id).where(*is_over))))
    return changed(session, delete(_device).where(*is_over))


def list_tokens(session: Session, *, kind: str | None = None, operator_id: int | None = None) -> list[Token]:
    """Tokens that are not revoked, newest first; never their text, which nobody has."""
    query = select(Token).where(Token.revoked_at.is_(None)).order_by(Token.id.desc())
    if kind is not None:
        query = query.where(Token.kind == kind)
    if operator_id is not None:
        query = query.where(Token.operator_id == operator_id)
    return list(session.scalars(query))


def _new_text() -> str:
    return f"ts_{secrets.token_urlsafe(32)}"  # never begins with "-", which a command line takes for an option


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _create(
    session: Session,
    *,
    kind: str,
    name: str,
    scopes: Sequence[str],
    operator_id: int,
    expires_at: datetime | None,
    device_id: int | None = None,
) -> str:
    if session.get(Operator, operator_id) is None:
        raise NotFound("operator_unknown", _("There is no such operator. Add them first."))
    text = _new_text()
    moment = clock.now()
    session.add(
        Token(
            kind=kind,
            name=name,
            token_hash=digest(text),
            operator_id=operator_id,
            device_id=device_id,
            scopes=sorted(set(scopes)),
            created_at=moment,
            last_seen_at=moment,
            expires_at=expires_at,
        )
    )
    session.flush()
    return text

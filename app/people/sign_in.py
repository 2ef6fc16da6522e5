"""Badge, then PIN. Guessing is slowed in the database, so that no restart and no second web host forgets it.

A wrong PIN is charged *before* the PIN is looked at, and given back where it was right: of a thousand guesses sent at
once, five are looked at. What is counted where, and what it locks, is in ``locks``. A supervisor's badge and PIN open a
locked badge at once, an admin's that of a supervisor too.

A known device is one on which somebody has signed in before; all others are counted by their address.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind, decode
from app.config import Settings
from app.language import _
from app.people import locks
from app.people.changes import note
from app.people.devices import enrol, new_device, require_enrolled
from app.people.locks import OFFICE, PIN
from app.people.models import TRUSTED, Device, Operator, OwnDevice, Stranger, Token
from app.people.pins import check_pin
from app.people.security_log import tell
from app.people.tokens import create_session, digest
from app.refusal import Forbidden, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try, charged already. ``operator_id`` is None where the badge is nobody's or its operator is disabled.

    It came from a device that we know, or from a stranger. ``kind``: at a PIN, or at password and code.
    ``is_own``: on a device on which this person has signed in before. ``locks_badge``, ``locks_device``: what it has
    locked if it was wrong.
    """

    operator_id: int | None
    pin_hash: str | None
    device_id: int | None
    stranger_id: int | None
    kind: str
    is_own: bool
    locks_badge: bool
    locks_device: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What the browser is to keep: its session, and a device key where it had none."""

    token: str
    device_key: str | None
    operator_id: int
    token_id: int


def badge_code(scanned: str) -> str:
    """The badge behind what was scanned (``B.CODE.xx``) or typed."""
    scanned = scanned.strip()
    try:
        printed = decode(scanned)
    except Refused:
        return scanned
    return printed.code if printed and printed.kind is InternalKind.BADGE else scanned


def is_badge(session: Session, code: str) -> bool:
    """Whether somebody could sign in with this code: our label of a badge, anybody's, or the text of one in use."""
    badge = badge_code(code)
    in_use = select(Operator.id).where(func.lower(Operator.badge) == badge.lower()).limit(1)
    return badge != code.strip() or session.scalar(in_use) is not None


def name_behind(session: Session, badge: str, *, device_key: str, address: str) -> str | None:
    """Whose badge this is, or None where it is nobody's, which is charged to the device.

    Errors: ``device_locked``; ``badge_locked``.
    """
    moment = clock.now()
    operator = _operator(session, badge)
    where = locks.source(session, device_key=device_key, address=address, moment=moment)
    locks.require_open(where, moment)
    if operator is None:
        if locks.charge(where, moment):
            _tell_of_lock(session, is_known=isinstance(where, Device))
        return None
    locks.count_of(session, operator, where, PIN).require_open(moment)
    return operator.name


def begin(session: Session, badge: str, *, device_key: str, address: str) -> Attempt:
    """Charge one try to the badge and the device. Commit this before the PIN is checked.

    Errors: ``device_locked``; ``badge_locked``.
    """
    return _begin(session, _operator(session, badge), device_key, address, PIN)


def begin_as(session: Session, operator_id: int, *, device_key: str, address: str) -> Attempt:
    """As ``begin``, for whoever is signed in already and proves once more who they are."""
    operator = session.get_one(Operator, operator_id, with_for_update=True)
    return _begin(session, operator, device_key, address, PIN)


def begin_at_office(session: Session, badge: str, *, device_key: str, address: str) -> Attempt:
    """As ``begin``, before password and code are checked. Errors: ``device_locked``; ``office_locked``."""
    return _begin(session, _operator(session, badge), device_key, address, OFFICE)


def _begin(session: Session, operator: Operator | None, device_key: str, address: str, kind: str) -> Attempt:
    moment = clock.now()
    where = locks.source(session, device_key=device_key, address=address, moment=moment)
    locks.require_open(where, moment)
    is_own = locks_badge = False
    if operator is not None:
        count = locks.count_of(session, operator, where, kind)
        count.require_open(moment)
        locks_badge, is_own = count.charge(moment), count.is_own
    locks_device = locks.charge(where, moment)
    session.flush()
    return Attempt(
        operator_id=operator.id if operator else None,
        pin_hash=operator.pin_hash if operator else None,
        device_id=where.id if isinstance(where, Device) else None,
        stranger_id=where.id if isinstance(where, Stranger) else None,
        kind=kind,
        is_own=is_own,
        locks_badge=locks_badge,
        locks_device=locks_device,
    )


def failed(session: Session, attempt: Attempt) -> None:
    """What was asked was not right: the security log tells of it, and of what that locked."""
    if attempt.operator_id is not None:
        tell(session, f"{attempt.kind}_wrong", operator_id=attempt.operator_id)
    if attempt.locks_badge:
        tell(session, f"{attempt.kind}_locked", operator_id=attempt.operator_id)
    if attempt.locks_device:
        _tell_of_lock(session, is_known=attempt.device_id is not None)


def _tell_of_lock(session: Session, *, is_known: bool) -> None:
    tell(session, "device_locked" if is_known else "address_locked")


def require_pin(settings: Settings, attempt: Attempt, pin: str) -> int:
    """The operator's id. Slow on purpose, and as slow for a badge that is nobody's: never inside a transaction.

    Errors: ``wrong_pin``.
    """
    if not check_pin(settings, attempt.pin_hash, pin) or attempt.operator_id is None:
        raise Refused("wrong_pin", _("Badge or PIN is wrong. Try again, or ask your supervisor."))
    return attempt.operator_id


def complete(
    session: Session, attempt: Attempt, *, settings: Settings, device_key: str, is_carried: bool = False
) -> SignedIn:
    """The PIN was right: what was charged is given back and the shift begins, on a device that is known from now on.

    ``is_carried``: the device is a handheld, which is left alone for less long than a desk.
    Errors: ``device_not_enrolled``.
    """
    if attempt.kind == PIN:
        require_enrolled(session, settings, device_key=device_key)
    operator_id = give_back(session, attempt)
    device, new_key = session.get(Device, attempt.device_id) if attempt.device_id else None, None
    if device is None:
        device, new_key = new_device(session)
    locks.make_own(session, operator_id, device.id, PIN)
    if attempt.kind == OFFICE:
        locks.make_own(session, operator_id, device.id, OFFICE)
    if is_carried != bool(device.profile.get("is_carried")):
        device.profile = {**device.profile, "is_carried": is_carried}
    token = create_session(session, operator_id=operator_id, device_id=device.id, hours=settings.session_hours)
    token_id = session.scalars(select(Token.id).where(Token.token_hash == digest(token))).one()
    tell(
        session, "signed_in" if attempt.kind == PIN else "signed_in_office", operator_id=operator_id, detail=device.name
    )
    return SignedIn(token=token, device_key=new_key, operator_id=operator_id, token_id=token_id)


def let_device_in(session: Session, *, supervisor: Attempt, name: str) -> str | None:
    """A supervisor, whose PIN was right, enrols the device that they tried on. Errors: those of ``devices.enrol``."""
    chief_id = give_back(session, supervisor)
    return enrol(session, chief_id=chief_id, device_id=supervisor.device_id, name=name)


def unlock(session: Session, badge: str, *, supervisor: Attempt) -> str:
    """A supervisor, whose PIN was right, opens a locked badge. Returns whose it is.

    Errors: ``role_missing``; ``unknown_badge``.
    """
    give_back(session, supervisor)
    chief = session.get_one(Operator, supervisor.operator_id)
    if {"supervisor", "admin"}.isdisjoint(chief.roles):
        raise Forbidden("role_missing", _("Only a supervisor may unlock a badge. Ask one."))
    operator = _operator(session, badge)
    if operator is None:
        raise Refused("unknown_badge", _("This badge isn't in use. Scan another one, or ask your supervisor."))
    if "admin" not in chief.roles and not TRUSTED.isdisjoint(operator.roles):
        # A supervisor could otherwise try an admin's PIN for ever, with an unlock in between.
        message = _("Only an admin can unlock a supervisor's badge. Ask an admin.")
        raise Forbidden("role_missing", message)
    locks.open_badge(session, operator, PIN)
    note(session, operator_id=operator.id, by_id=chief.id, what="unlocked")
    return operator.name


def give_back(session: Session, attempt: Attempt) -> int:
    """The PIN, or all that the office asks, was right: what was charged is given back. Answers whose it was."""
    assert attempt.operator_id is not None, "the PIN of a badge that is nobody's was right"
    operator = session.get_one(Operator, attempt.operator_id, with_for_update=True)
    if attempt.is_own:
        assert attempt.device_id is not None
        own = session.get(OwnDevice, (operator.id, attempt.device_id, attempt.kind), with_for_update=True)
        if own is not None:
            locks.Count(own, attempt.kind).forget()
    else:
        locks.Count(operator, attempt.kind).forget()
    where: Device | Stranger | None = None
    if attempt.device_id is not None:
        where = session.get(Device, attempt.device_id, with_for_update=True)
    elif attempt.stranger_id is not None:
        where = session.get(Stranger, attempt.stranger_id, with_for_update=True)
    if where is not None:  # a stranger's row may have made room for another's
        locks.halve(where)
    return operator.id


def _operator(session: Session, badge: str) -> Operator | None:
    """By the badge as it is, else as capitals: a keyboard writes ``mia`` where the badge says MIA."""
    found = select(Operator).where(Operator.badge.in_({badge, badge.upper()}), Operator.is_active)
    return session.scalar(found.order_by(Operator.badge != badge).limit(1).with_for_update())

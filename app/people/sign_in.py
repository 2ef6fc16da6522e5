"""Badge, then PIN. Guessing is slowed in the database, so that no restart and no second web host forgets it.

A wrong PIN is charged *before* the PIN is looked at, and given back where it was right: of a thousand guesses sent at
once, five are looked at. Five wrong PINs lock a badge for 15 minutes, then 30, 60, ... at most four hours; twenty
wrong tries lock a device for 15 minutes whatever badges were tried, which bounds how many badges one intruder can
lock. A supervisor's badge and PIN open a locked badge at once, an admin's that of a supervisor too. Passwords and codes
for the office are counted apart, with a lock of their own: whoever knows a PIN could otherwise guess at them for ever
in between.

An enrolled device is one on which somebody has signed in before; all others are counted together by their address.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind, decode
from app.config import Settings
from app.language import _
from app.people.models import TRUSTED, Device, Operator, Token
from app.people.pins import check_pin
from app.people.tokens import create_session, digest
from app.refusal import Forbidden, Refused

TRIES = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=4)
DEVICE_TRIES = 20
DEVICE_LOCK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try, charged already. ``operator_id`` is None where the badge is nobody's or its operator is disabled.

    ``is_office``: at a password and code, not at a PIN.
    """

    operator_id: int | None
    pin_hash: str | None
    device_id: int
    is_office: bool


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


def name_behind(session: Session, badge: str, *, device_key: str, address: str) -> str | None:
    """Whose badge this is, or None where it is nobody's, which is charged to the device.

    Errors: ``device_locked``; ``badge_locked``.
    """
    moment = clock.now()
    device = _device(session, device_key, address, moment)
    _require_open_device(device, moment)
    operator = _operator(session, badge)
    if operator is None:
        _charge_device(device, moment)
        return None
    _require_open_badge(operator, moment)
    return operator.name


def begin(session: Session, badge: str, *, device_key: str, address: str) -> Attempt:
    """Charge one try to the badge and the device. Commit this before the PIN is checked.

    Errors: ``device_locked``; ``badge_locked``.
    """
    return _begin(session, _operator(session, badge), device_key, address, is_office=False)


def begin_as(session: Session, operator_id: int, *, device_key: str, address: str) -> Attempt:
    """As ``begin``, for whoever is signed in already and proves once more who they are."""
    operator = session.get_one(Operator, operator_id, with_for_update=True)
    return _begin(session, operator, device_key, address, is_office=False)


def begin_at_office(session: Session, badge: str, *, device_key: str, address: str) -> Attempt:
    """As ``begin``, before password and code are checked. Errors: ``device_locked``; ``office_locked``."""
    return _begin(session, _operator(session, badge), device_key, address, is_office=True)


def _begin(session: Session, operator: Operator | None, device_key: str, address: str, *, is_office: bool) -> Attempt:
    moment = clock.now()
    device = _device(session, device_key, address, moment)
    _require_open_device(device, moment)
    if operator is not None:
        if is_office:
            _require_open_office(operator, moment)
            _charge_office(operator, moment)
        else:
            _require_open_badge(operator, moment)
            _charge_badge(operator, moment)
    _charge_device(device, moment)
    session.flush()
    return Attempt(
        operator_id=operator.id if operator else None,
        pin_hash=operator.pin_hash if operator else None,
        device_id=device.id,
        is_office=is_office,
    )


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
    """The PIN was right: what was charged is given back and the shift begins, on an enrolled device from now on.

    ``is_carried``: the device is a handheld, which is left alone for less long than a desk.
    """
    operator_id = give_back(session, attempt)
    device = session.get_one(Device, attempt.device_id)
    new_key = None
    if not device_key or device.key_hash != digest(device_key):
        new_key = secrets.token_urlsafe(32)
        device = _enrol(session, new_key)
    if is_carried != bool(device.profile.get("is_carried")):
        device.profile = {**device.profile, "is_carried": is_carried}
    token = create_session(session, operator_id=operator_id, device_id=device.id, hours=settings.session_hours)
    token_id = session.scalars(select(Token.id).where(Token.token_hash == digest(token))).one()
    return SignedIn(token=token, device_key=new_key, operator_id=operator_id, token_id=token_id)


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
        raise Refused("unknown_badge", _("This badge is nobody's. Scan another one, or ask your supervisor."))
    if "admin" not in chief.roles and not TRUSTED.isdisjoint(operator.roles):
        # A supervisor could otherwise try an admin's PIN for ever, with an unlock in between.
        message = _("Only an admin unlocks the badge of whoever decides over others' work. Ask one.")
        raise Forbidden("role_missing", message)
    open_badge(operator)
    return operator.name


def open_badge(operator: Operator) -> None:
    """Forget an operator's wrong PINs and their locks; not those of the office."""
    operator.failures, operator.lock_count, operator.locked_until = 0, 0, None


def open_office(operator: Operator) -> None:
    """Forget an operator's wrong passwords and codes and their locks."""
    operator.office_failures, operator.office_lock_count, operator.office_locked_until = 0, 0, None


def give_back(session: Session, attempt: Attempt) -> int:
    """The PIN, or all that the office asks, was right: what was charged is given back. Answers whose it was."""
    assert attempt.operator_id is not None, "the PIN of a badge that is nobody's was right"
    operator = session.get_one(Operator, attempt.operator_id, with_for_update=True)
    if attempt.is_office:
        open_office(operator)
    else:
        open_badge(operator)
    device = session.get_one(Device, attempt.device_id, with_for_update=True)
    # Halved, not forgotten: who knows one PIN could otherwise try others' for ever in between.
    device.failures, device.locked_until = max(0, device.failures - 1) // 2, None
    return operator.id


def _operator(session: Session, badge: str) -> Operator | None:
    """By the badge as it is, else as capitals: a keyboard writes ``mia`` where the badge says MIA."""
    found = select(Operator).where(Operator.badge.in_({badge, badge.upper()}), Operator.is_active)
    return session.scalar(found.order_by(Operator.badge != badge).limit(1).with_for_update())


def _device(session: Session, key: str, address: str, moment: datetime) -> Device:
    if key:
        found = session.scalar(select(Device).where(Device.key_hash == digest(key)).with_for_update())
        if found:
            found.last_seen_at = moment
            return found
    shared = digest(f"address {address}")
    found = session.scalar(select(Device).where(Device.key_hash == shared).with_for_update())
    if found is None:
        found = Device(name=address, key_hash=shared, profile={}, failures=0, created_at=moment, last_seen_at=moment)
        session.add(found)
        session.flush()
    return found


def _enrol(session: Session, key: str) -> Device:
    moment = clock.now()
    device = Device(name="?", key_hash=digest(key), profile={}, created_at=moment, last_seen_at=moment)
    session.add(device)
    session.flush()
    device.name = f"D-{device.id}"
    return device


def _charge_badge(operator: Operator, moment: datetime) -> None:
    counts = operator.failures, operator.lock_count
    operator.failures, operator.lock_count, operator.locked_until = _charged(*counts, moment)


def _charge_office(operator: Operator, moment: datetime) -> None:
    counts = operator.office_failures, operator.office_lock_count
    operator.office_failures, operator.office_lock_count, operator.office_locked_until = _charged(*counts, moment)


def _charged(failures: int, lock_count: int, moment: datetime) -> tuple[int, int, datetime | None]:
    """One failure more: failures, locks in a row, and until when it is locked now."""
    if failures + 1 < TRIES:
        return failures + 1, lock_count, None
    return 0, lock_count + 1, moment + min(FIRST_LOCK * 2 ** min(lock_count, 10), LONGEST_LOCK)


def _charge_device(device: Device, moment: datetime) -> None:
    device.failures += 1
    if device.failures >= DEVICE_TRIES:
        device.failures, device.locked_until = 0, moment + DEVICE_LOCK


def _require_open_badge(operator: Operator, moment: datetime) -> None:
    if operator.locked_until and operator.locked_until > moment:
        minutes = _minutes(operator.locked_until - moment)
        raise Refused(
            "badge_locked",
            _("Too many wrong PINs: this badge is locked for %(minutes)s minutes. Ask a supervisor.", minutes=minutes),
            minutes=minutes,
        )


def _require_open_office(operator: Operator, moment: datetime) -> None:
    if operator.office_locked_until and operator.office_locked_until > moment:
        minutes = _minutes(operator.office_locked_until - moment)
        raise Refused(
            "office_locked",
            _("Too many wrong passwords: the office is locked for %(minutes)s minutes. Ask an admin.", minutes=minutes),
            minutes=minutes,
        )


def _require_open_device(device: Device, moment: datetime) -> None:
    if device.locked_until and device.locked_until > moment:
        minutes = _minutes(device.locked_until - moment)
        raise Refused(
            "device_locked",
            _("Too many wrong tries on this device: wait %(minutes)s minutes, or use another.", minutes=minutes),
            minutes=minutes,
        )


def _minutes(left: timedelta) -> int:
    return int(left.total_seconds() // 60) + 1

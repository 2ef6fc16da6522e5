"""Devices: a browser that has a key of ours, and whether a supervisor let it in.

Where enrolment is asked for, badge and PIN open nothing on a device that no supervisor has let in: a PIN that somebody
looked over a shoulder for is worth nothing at home. The office's password and code stand for themselves, and so do the
tokens of programs.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, aliased

from app import clock
from app.config import Settings
from app.db import changed, table
from app.language import _
from app.people.actor import Actor
from app.people.models import Device, EnrolledDevice, Operator, Token
from app.people.security_log import tell
from app.people.tokens import digest
from app.refusal import Conflict, Forbidden, NotFound, Refused

LONGEST_NAME = 40
_device, _enrolled, _token = table(Device), table(EnrolledDevice), table(Token)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A device as the desk sees it. ``by``: who let it in, empty for one from before anybody had to."""

    id: int
    name: str
    enrolled_at: datetime | None
    by: str
    last_seen_at: datetime


def new_device(session: Session, *, name: str = "") -> tuple[Device, str]:
    """A device that we know from now on, and the key that tells it from others."""
    key, moment = secrets.token_urlsafe(32), clock.now()
    device = Device(name=name or "?", key_hash=digest(key), profile={}, created_at=moment, last_seen_at=moment)
    session.add(device)
    session.flush()
    if not name:
        device.name = f"D-{device.id}"
    return device, key


def require_enrolled(session: Session, settings: Settings, *, device_key: str) -> None:
    """Before a badge is asked for. Errors: ``device_not_enrolled``."""
    if not settings.wants_enrolment:
        return
    known = select(_enrolled.c.device_id).join(_device, _device.c.id == _enrolled.c.device_id)
    if not device_key or session.scalar(known.where(_device.c.key_hash == digest(device_key))) is None:
        message = _("This device isn't enrolled yet. A supervisor enrolls it first, with badge and PIN.")
        raise Forbidden("device_not_enrolled", message)


def enrol(session: Session, *, chief_id: int, device_id: int | None, name: str) -> str | None:
    """A supervisor, whose PIN was right, lets this device in. Answers the key of a device that had none.

    Errors: ``role_missing``; ``bad_device_name``; ``device_name_taken``.
    """
    chief = session.get_one(Operator, chief_id)
    if {"supervisor", "admin"}.isdisjoint(chief.roles):
        raise Forbidden("role_missing", _("Only a supervisor lets a device in. Ask one."))
    device, key = session.get(Device, device_id) if device_id is not None else None, None
    name = _free_name(session, name.strip(), device)
    if device is None:
        device, key = new_device(session, name=name)
    elif name:
        device.name = name
    if session.get(EnrolledDevice, device.id) is None:
        session.add(EnrolledDevice(device_id=device.id, by_id=chief_id, at=clock.now()))
        tell(session, "device_enrolled", by_id=chief_id, detail=device.name)
    session.flush()
    return key


def retire(session: Session, actor: Actor, device_id: int) -> None:
    """A device that was lost: who is signed in there is signed out, and nobody signs in until it is let in anew.

    Errors: ``unknown_device``.
    """
    device = session.get(Device, device_id, with_for_update=True)
    if device is None:
        raise NotFound("unknown_device", _("There is no such device. Choose one of the list."))
    session.execute(delete(_enrolled).where(_enrolled.c.device_id == device_id))
    alive = _token.c.device_id == device_id, _token.c.revoked_at.is_(None)
    changed(session, update(_token).where(*alive).values(revoked_at=clock.now()))
    tell(session, "device_retired", by_id=actor.operator_id, detail=device.name)


def devices(session: Session) -> Sequence[DeviceRow]:
    """Every device that we know, the one seen last first."""
    by = aliased(Operator)
    rows = session.execute(
        select(_device.c.id, _device.c.name, _enrolled.c.at, func.coalesce(by.name, ""), _device.c.last_seen_at)
        .outerjoin(_enrolled, _enrolled.c.device_id == _device.c.id)
        .outerjoin(by, by.id == _enrolled.c.by_id)
        .order_by(_device.c.last_seen_at.desc(), _device.c.id.desc())
        .limit(500)
    )
    return [DeviceRow(id=row[0], name=row[1], enrolled_at=row[2], by=row[3], last_seen_at=row[4]) for row in rows]


def _free_name(session: Session, name: str, device: Device | None) -> str:
    """A name is what printers and settings know a device by. None given: the one it has, or a number."""
    if not name or (device is not None and device.name == name):
        return name
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(
            "bad_device_name", _("A device's name has 1 to %(n)s characters. Choose another one.", n=LONGEST_NAME)
        )
    if session.scalar(select(Device.id).where(func.lower(Device.name) == name.lower()).limit(1)) is not None:
        raise Conflict("device_name_taken", _("Another device is called %(name)s. Choose another name.", name=name))
    return name

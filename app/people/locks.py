"""Wrong tries, and what they lock. They count where they come from first, so that no stranger locks out a shift.

- *Own* is a device on which this person has signed in before. Five wrong tries there lock the badge on that device.
- Everywhere else one count of the badge is kept: five wrong tries lock it on all devices that are not its own, however
  many addresses they came from. That bounds what can be guessed; whoever works goes on.
- Twenty wrong tries lock a device, or the address of a stranger, for 15 minutes, whatever badges were tried.

A badge is locked for 15 minutes, then 30, 60, ... at most four hours; a day without a lock forgets the earlier ones.
Passwords and codes for the office are counted apart from PINs: whoever knows a PIN could otherwise guess at them for
ever in between.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.orm import Session

from app.db import changed, lock, table
from app.language import _
from app.people.addresses import subscriber
from app.people.models import Device, Operator, OwnDevice, Stranger
from app.people.tokens import digest
from app.refusal import Refused

TRIES = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=4)
FORGOTTEN_AFTER = timedelta(days=1)
DEVICE_TRIES = 20
DEVICE_LOCK = timedelta(minutes=15)
MOST_STRANGERS = 1000
EVERYBODY_ELSE = "*"
"""The one stranger that stands for all for whom there is no row left."""
PIN, OFFICE = "pin", "office"

_SHARED = {
    PIN: ("failures", "lock_count", "locked_until"),
    OFFICE: ("office_failures", "office_lock_count", "office_locked_until"),
}
_stranger, _own = table(Stranger), table(OwnDevice)


@dataclass(frozen=True, slots=True)
class Count:
    """Wrong tries at one badge, on one device of its own or everywhere else. ``kind``: at a PIN, or at the office."""

    row: Operator | OwnDevice
    kind: str

    @property
    def is_own(self) -> bool:
        """Whether it is that of a device of its own."""
        return isinstance(self.row, OwnDevice)

    def require_open(self, moment: datetime) -> None:
        """Errors: ``badge_locked``; ``office_locked``."""
        until = self._read()[2]
        if until is None or until <= moment:
            return
        minutes = _minutes(until - moment)
        if self.kind == OFFICE:
            message = _(
                "Too many wrong passwords: the office is locked for %(minutes)s minutes. Ask an admin.", minutes=minutes
            )
            raise Refused("office_locked", message, minutes=minutes)
        if self.is_own:
            message = _(
                "Too many wrong PINs: this badge is locked for %(minutes)s minutes. Ask a supervisor.", minutes=minutes
            )
        else:
            message = _(
                "Too many wrong PINs: this badge is locked for %(minutes)s minutes, but for devices on which it has"
                " signed in before. Take one of those, or ask a supervisor.",
                minutes=minutes,
            )
        raise Refused("badge_locked", message, minutes=minutes)

    def charge(self, moment: datetime) -> bool:
        """One wrong try more; whether it locks."""
        failures, locks, until = self._read()
        if until is not None and until + FORGOTTEN_AFTER < moment:
            locks = 0
        if failures + 1 < TRIES:
            self._write(failures + 1, locks, None)
            return False
        self._write(0, locks + 1, moment + min(FIRST_LOCK * 2 ** min(locks, 10), LONGEST_LOCK))
        return True

    def forget(self) -> None:
        """No wrong try, no lock."""
        self._write(0, 0, None)

    def _names(self) -> tuple[str, str, str]:
        return _SHARED[PIN if self.is_own else self.kind]

    def _read(self) -> tuple[Any, ...]:
        return tuple(getattr(self.row, name) for name in self._names())

    def _write(self, *values: Any) -> None:
        for name, value in zip(self._names(), values, strict=True):
            setattr(self.row, name, value)


def source(session: Session, *, device_key: str, address: str, moment: datetime) -> Device | Stranger:
    """Where a try comes from, held: a device that we know, or the address of a stranger."""
    if device_key:
        device = session.scalar(select(Device).where(Device.key_hash == digest(device_key)).with_for_update())
        if device:
            device.last_seen_at = moment
            return device
    return _stranger_at(session, subscriber(address), moment)


def count_of(session: Session, operator: Operator, where: Device | Stranger, kind: str) -> Count:
    """The count that a try at this badge belongs to. The operator is held already."""
    own = session.get(OwnDevice, (operator.id, where.id, kind)) if isinstance(where, Device) else None
    if own is None:
        return Count(operator, kind)
    lock(session, own)
    return Count(own, kind)


def make_own(session: Session, operator_id: int, device_id: int, kind: str) -> None:
    """This person has signed in here: what others do at other places does not count here any more."""
    if session.get(OwnDevice, (operator_id, device_id, kind)) is None:
        session.add(OwnDevice(operator_id=operator_id, device_id=device_id, kind=kind))
        session.flush()


def open_badge(session: Session, operator: Operator, *kinds: str) -> None:
    """Forget a person's wrong tries and their locks, wherever they were made. ``kinds``: of PINs, of the office."""
    for kind in kinds:
        Count(operator, kind).forget()
        for own in session.scalars(
            select(OwnDevice).where(OwnDevice.operator_id == operator.id, OwnDevice.kind == kind).with_for_update()
        ):
            Count(own, kind).forget()


def locked_until(session: Session, *, kinds: tuple[str, ...]) -> dict[int, datetime]:
    """Of each person with a lock: until when the last of them lasts."""
    found: dict[int, datetime] = {}
    rows = [
        *session.execute(select(Operator.id, Operator.locked_until).where(Operator.locked_until.is_not(None))),
        *session.execute(
            select(OwnDevice.operator_id, OwnDevice.locked_until).where(
                OwnDevice.locked_until.is_not(None), OwnDevice.kind.in_(kinds)
            )
        ),
    ]
    if OFFICE in kinds:
        office = Operator.office_locked_until
        rows += session.execute(select(Operator.id, office).where(office.is_not(None)))
    for operator_id, until in rows:
        found[operator_id] = max(until, found.get(operator_id, until))
    return found


def require_open(where: Device | Stranger, moment: datetime) -> None:
    """Errors: ``device_locked``."""
    if where.locked_until and where.locked_until > moment:
        minutes = _minutes(where.locked_until - moment)
        raise Refused(
            "device_locked",
            _("Too many wrong tries on this device: wait %(minutes)s minutes, or use another.", minutes=minutes),
            minutes=minutes,
        )


def charge(where: Device | Stranger, moment: datetime) -> bool:
    """One wrong try more, whatever the badge; whether it locks."""
    where.failures += 1
    if where.failures < DEVICE_TRIES:
        return False
    where.failures, where.locked_until = 0, moment + DEVICE_LOCK
    return True


def halve(where: Device | Stranger) -> None:
    """Something was right. Not forgotten: who knows one PIN could otherwise try others' for ever in between."""
    where.failures, where.locked_until = max(0, where.failures - 1) // 2, None


def forget_strangers(session: Session, *, before: datetime) -> int:
    """Delete addresses from which nothing was tried since that time. Returns how many."""
    return changed(session, delete(_stranger).where(_stranger.c.last_seen_at < before))


def _stranger_at(session: Session, address: str, moment: datetime) -> Stranger:
    found = session.scalar(select(Stranger).where(Stranger.address == address).with_for_update())
    if found is None:
        if session.execute(select(func.count()).select_from(Stranger)).scalar_one() >= MOST_STRANGERS:
            _make_room(session, moment)
            is_full = session.execute(select(func.count()).select_from(Stranger)).scalar_one() >= MOST_STRANGERS
            if is_full and address != EVERYBODY_ELSE:
                return _stranger_at(session, EVERYBODY_ELSE, moment)
        found = Stranger(address=address, failures=0, locked_until=None, last_seen_at=moment)
        session.add(found)
        session.flush()
    found.last_seen_at = moment
    return found


def _make_room(session: Session, moment: datetime) -> None:
    """Whoever has not tried for as long as a lock lasts, and is not locked, may be forgotten."""
    is_open = or_(_stranger.c.locked_until.is_(None), _stranger.c.locked_until < moment)
    session.execute(delete(_stranger).where(and_(_stranger.c.last_seen_at < moment - DEVICE_LOCK, is_open)))


def _minutes(left: timedelta) -> int:
    return int(left.total_seconds() // 60) + 1

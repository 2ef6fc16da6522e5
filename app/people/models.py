"""Operators, devices and tokens.

A token is a long random text of which only the SHA-256 is kept: a browser session and an API token are the same
thing with another ``kind``, so both can be listed and revoked, and a disabled operator's next request is refused.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import STRICT, BigInt, Id, Model

ROLES = (
    "picker",
    "packer",
    "receiver",
    "inspector",
    "counter",
    "supervisor",
    "office",
    "admin",
    "auditor",
)
TRUSTED = frozenset({"supervisor", "office", "auditor", "admin"})
"""Those who may decide over others' work."""


class Operator(Model):
    """A person who scans. ``roles`` are words of ``ROLES``; an empty list may do nothing.

    ``password_hash`` and ``totp_nonce`` are there once somebody has set up the office's sign-in; ``totp_step`` is the
    last half minute whose code was taken, because no code is good twice (see ``office_sign_in``).
    ``failures`` counts wrong PINs since the last right one, on devices that are not the person's own (see ``locks``),
    ``lock_count`` how often that locked the badge in a row (each lock doubles), ``locked_until`` when it opens again.
    The ``office_`` ones count wrong passwords and codes apart: a right PIN must not forget them.
    """

    __tablename__ = "operator"
    id: Mapped[Id]
    name: Mapped[str]
    badge: Mapped[str] = mapped_column(unique=True)
    pin_hash: Mapped[str | None]
    password_hash: Mapped[str | None]
    totp_nonce: Mapped[str | None]
    totp_step: Mapped[int | None]
    roles: Mapped[list[str]]
    language: Mapped[str] = mapped_column(default="en")
    hand: Mapped[str] = mapped_column(default="right")
    theme: Mapped[str] = mapped_column(default="auto")
    text_percent: Mapped[int] = mapped_column(default=100)
    has_sound: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    lock_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    office_failures: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    office_lock_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    office_locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("hand IN ('left','right')", name="hand"),
        CheckConstraint("theme IN ('auto','light','dark','contrast')", name="theme"),
        CheckConstraint("text_percent IN (100,125,150)", name="text_percent"),
        STRICT,
    )


class Device(Model):
    """A handheld, tablet or PC that has opened the app.

    ``profile``: how its scanner speaks (see ``scanners``), whether it has a ``keypad``, the code of the ``warehouse``
    it works in, and whether it ``is_carried`` (what its browser said at the last sign-in).
    """

    __tablename__ = "device"
    id: Mapped[Id]
    name: Mapped[str]
    key_hash: Mapped[str] = mapped_column(unique=True)
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class OwnDevice(Model):
    """A device on which this person has signed in before, and the wrong tries at their badge there.

    ``kind``: with a PIN (``pin``), or to the office (``office``).
    """

    __tablename__ = "own_device"
    operator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"), primary_key=True)
    device_id: Mapped[int] = mapped_column(BigInt, ForeignKey("device.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    lock_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("kind IN ('pin','office')", name="kind"), STRICT)


class Stranger(Model):
    """An address from which somebody tried to sign in on a device that we do not know; an IPv6 /64 is one address.

    A bounded number of rows, gone after a day (see ``locks``).
    """

    __tablename__ = "stranger"
    id: Mapped[Id]
    address: Mapped[str] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_seen_at: Mapped[datetime]
    __table_args__ = (STRICT,)


class Token(Model):
    """A browser session or an API token; ``scopes`` (floor, office, integration) bound the latter.

    ``proved_at``: when a session's person gave password and code, not badge and PIN alone; None where they did not.
    """

    __tablename__ = "token"
    id: Mapped[Id]
    kind: Mapped[str]
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    operator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"), index=True)
    device_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("device.id"))
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("kind IN ('session','api')", name="kind"), STRICT)


class RecoveryCode(Model):
    """One code on the paper that stands for a lost telephone; good once. Only its hash is kept."""

    __tablename__ = "recovery_code"
    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]
    __table_args__ = (STRICT,)


class EnrolledDevice(Model):
    """A device that a supervisor let in; ``by_id`` is None for those from before anybody had to."""

    __tablename__ = "enrolled_device"
    device_id: Mapped[int] = mapped_column(BigInt, ForeignKey("device.id"), primary_key=True)
    by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    at: Mapped[datetime]
    __table_args__ = (STRICT,)


class SecurityEvent(Model):
    """Something at a door: who came in or did not, what was locked and who opened it, which rights were given.

    ``operator_id``: who it is about, None where nobody knows. ``by_id``: who did it; None for the person themselves and
    for the command line. ``address`` and ``device``: where from; no secret, and nothing that was typed.
    """

    __tablename__ = "security_event"
    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(index=True)
    what: Mapped[str]
    operator_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    address: Mapped[str]
    device: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    __table_args__ = (STRICT,)


class OperatorChange(Model):
    """Who changed what about a person, and when. ``by_id`` is None where it was done on the command line."""

    __tablename__ = "operator_change"
    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(BigInt, ForeignKey("operator.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    at: Mapped[datetime]
    what: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    __table_args__ = (STRICT,)


class Decision(Model):
    """What was decided about an order, a purchase order or a lot (``document_type``), by whom, why (see ``decisions``).

    ``operator_id`` is None where a program decided, which ``program`` names.
    """

    __tablename__ = "decision"
    id: Mapped[Id]
    document_type: Mapped[str]
    document_id: Mapped[int]
    what: Mapped[str]
    reason: Mapped[str]
    detail: Mapped[str]
    operator_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("operator.id"))
    program: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("operator_id IS NOT NULL OR program <> ''", name="by"),
        Index("ix_decision_document", "document_type", "document_id"),
        STRICT,
    )

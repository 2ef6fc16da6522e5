"""How the scanner of one device speaks, kept with the device and used for each of its scans."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.barcode.parse import DEFAULT_PROFILE, Profile
from app.barcode.restricted import RestrictedPattern
from app.config import Settings
from app.language import _
from app.people.models import Device
from app.refusal import Refused

IDLE_MS, PACE_MS = 100, 35
"""A scan ends after so long without a key; a scanner leaves no more than so long between two (static/capture.js)."""
_IDLE, _PACE = range(30, 2001), range(5, 501)
_LONGEST_AFFIX, _MOST_SEPARATORS, _LONGEST_SEPARATOR = 16, 4, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """What a device's scanner puts around its data, in place of 0x1D, and how fast it types, in milliseconds.

    ``sends_aim``: it names the kind of barcode first (``]C1``). ``has_camera``: the page offers the camera.
    """

    prefix: str = ""
    suffix: str = ""
    separators: tuple[str, ...] = ()
    sends_aim: bool = False
    idle_ms: int = IDLE_MS
    pace_ms: int = PACE_MS
    has_camera: bool = True

    @property
    def profile(self) -> Profile:
        """What ``parse`` needs of it."""
        if not (self.prefix or self.suffix or self.separators):
            return DEFAULT_PROFILE
        return Profile(prefix=self.prefix, suffix=self.suffix, separators=self.separators)


def in_this_house(profile: Profile, settings: Settings) -> Profile:
    """A device's profile with the layouts of this house's own numbers."""
    if not settings.restricted_layouts:
        return profile
    return replace(profile, restricted=tuple(RestrictedPattern(layout) for layout in settings.restricted_layouts))


def scanner_of(profile: Mapping[str, Any]) -> Scanner:
    """The scanner in a device's profile; what it does not say is as usual."""
    return Scanner(
        prefix=profile.get("prefix", ""),
        suffix=profile.get("suffix", ""),
        separators=tuple(profile.get("separators", ())),
        sends_aim=bool(profile.get("sends_aim")),
        idle_ms=profile.get("idle_ms", IDLE_MS),
        pace_ms=profile.get("pace_ms", PACE_MS),
        has_camera=bool(profile.get("has_camera", True)),
    )


def scanner_named(session: Session, name: str) -> Scanner:
    """The scanner of the device of this name; the usual one where there is none."""
    profile = session.scalar(select(Device.profile).where(Device.name == name)) if name else None
    return scanner_of(profile or {})


def keep_scanner(session: Session, device_id: int, scanner: Scanner) -> None:
    """Use this for the device's scans from now on. Errors: ``bad_scanner_profile``."""
    separators = scanner.separators
    is_sound = (
        scanner.idle_ms in _IDLE
        and scanner.pace_ms in _PACE
        and scanner.pace_ms < scanner.idle_ms
        and max(len(scanner.prefix), len(scanner.suffix)) <= _LONGEST_AFFIX
        and len(separators) <= _MOST_SEPARATORS
        and all(0 < len(each) <= _LONGEST_SEPARATOR and not (each.isalnum() and len(each) == 1) for each in separators)
    )
    if not is_sound:
        raise Refused(
            "bad_scanner_profile",
            _("These settings cannot be right: the pause must be longer than the pace, separators no letter or digit."),
        )
    device = session.get_one(Device, device_id, with_for_update=True)
    device.profile = {
        **device.profile,
        "prefix": scanner.prefix,
        "suffix": scanner.suffix,
        "separators": list(separators),
        "sends_aim": scanner.sends_aim,
        "idle_ms": scanner.idle_ms,
        "pace_ms": scanner.pace_ms,
        "has_camera": scanner.has_camera,
    }

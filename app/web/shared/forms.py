"""What a form says, as values: every field is bounded, and a wrong one is refused by name."""

import re
from datetime import UTC, date, datetime

from flask import request

from app.language import _
from app.refusal import Refused

LONGEST = 500
_DIGITS = 9


def text(name: str, *, longest: int = LONGEST) -> str:
    """A field's text, empty where it is missing. Errors: ``bad_field`` beyond ``longest`` characters."""
    value = request.form.get(name, "")
    if len(value) > longest:
        raise _bad(name)
    return value


def needed(name: str, *, longest: int = LONGEST) -> str:
    """A field that must say something. Errors: ``bad_field``."""
    value = text(name, longest=longest)
    if not value.strip():
        raise _bad(name)
    return value


def number(name: str) -> int | None:
    """A whole number, None where the field is empty. Errors: ``bad_field``: a barcode is no quantity."""
    value = text(name).strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
        raise _bad(name)
    return int(value)


def moment(name: str) -> datetime | None:
    """When the device says it happened (RFC 3339), None where it does not. A clock that runs ahead is not believed."""
    value = text(name).strip()
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day there is have no other side of the date line
        raise _bad(name) from None


def day(name: str) -> date | None:
    """A day as a browser sends it (YYYY-MM-DD), None where the field is empty. Errors: ``bad_field``."""
    value = text(name).strip()
    if not value:
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise _bad(name)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _bad(name) from None


def page_after(name: str = "after") -> int:
    """The id after which the next page begins; anything else than a number begins at the first."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def _bad(name: str) -> Refused:
    return Refused(
        "bad_field", _("The field “%(field)s” is not filled in as it should be. Correct it.", field=name), field=name
    )

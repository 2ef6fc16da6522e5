"""What every template is given: the language's words, how this operator likes the screen, where the buttons lead."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask import Flask, g, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import language
from app.db import reading
from app.floor.kinds import KINDS
from app.language import _, amount, ngettext
from app.people.scanners import scanner_of
from app.places.models import Warehouse
from app.refusal import Refused
from app.web.gate import cookies
from app.web.gate.access import READERS
from app.web.gate.security import current_bearer, settings
from app.words import word


def install(flask: Flask) -> None:
    """Teach the templates these words and filters."""
    flask.jinja_env.globals.update(_=_, ngettext=ngettext, barcode_url=barcode_url)
    flask.jinja_env.filters.update(local_time=local_time, local_day=local_day, word=word, amount=amount)
    flask.jinja_env.trim_blocks = flask.jinja_env.lstrip_blocks = False
    flask.jinja_env.globals.update(icon=icon, outcome_of=outcome_of, kinds=KINDS)
    flask.context_processor(_everywhere)


def current_warehouse() -> Warehouse:
    """Where this device works: as its profile says, else the first one. Errors: ``no_warehouse``."""
    if "warehouse" not in g:
        with reading() as session:
            g.warehouse = _find(session)
    if g.warehouse is None:
        raise Refused(
            "no_warehouse", _("There is no warehouse yet. Ask the office to set one up: First steps, at the desk.")
        )
    assert isinstance(g.warehouse, Warehouse)
    return g.warehouse


def _find(session: Session) -> Warehouse | None:
    bearer = current_bearer()
    wanted = bearer.profile.get("warehouse") if bearer else None
    found = session.scalar(select(Warehouse).where(Warehouse.code == wanted)) if wanted else None
    return found or session.scalar(select(Warehouse).order_by(Warehouse.priority, Warehouse.id).limit(1))


def barcode_url(code: str) -> str:
    """The picture of a code."""
    return f"{_addresses(request.script_root)['barcode']}?{urlencode({'code': code})}"


def icon(name: str, look: str = "") -> Markup:
    """A drawing of ``static/icons.svg``; the words beside it say what it means."""
    return _icon(_addresses(request.script_root)["icons"], name, look)


@cache
def _icon(drawings: str, name: str, look: str) -> Markup:
    return Markup(
        '<svg class="icon {look}" aria-hidden="true" focusable="false"><use href="{drawings}#{name}"></use></svg>'
    ).format(look=look, drawings=drawings, name=name)


def outcome_of(answer: Mapping[str, Any]) -> str:
    """How an answer looks and sounds: a question ("scan it again to do it") and work that was cancelled are nobody's
    mistake."""
    return "warned" if answer.get("asked") or answer["code"] == "line_gone" else answer["outcome"] or ""


def local_time(moment: datetime | None, form: str = "MMMd Hm") -> str:
    """A moment on the warehouse's wall clock, as the operator's language writes it; nothing for None.

    ``form``: CLDR skeletons (what to tell, in no order): ``MMMd`` a day, ``yMMMd`` with its year, ``Hm`` a time.
    """
    if moment is None:
        return ""
    if "time_zone" not in g:
        try:
            g.time_zone = ZoneInfo(current_warehouse().time_zone)
        except Refused:
            g.time_zone = ZoneInfo("UTC")
    return ", ".join(format_skeleton(part, moment, tzinfo=g.time_zone, locale=_locale()) for part in form.split())


def local_day(day: date | None) -> str:
    """A calendar day, such as an expiry date, as the operator's language writes it; nothing for None."""
    return format_skeleton("yMMMd", day, locale=_locale()) if day else ""


def _locale() -> str:
    """English in its own home: the day before the month, and 24 hours."""
    return "en_GB" if language.current() == "en" else language.current()


def _everywhere() -> dict[str, Any]:
    if request.routing_exception is not None and request.url_rule is None and "bearer" not in g:
        return {}
    bearer = current_bearer()
    profile = bearer.profile if bearer else {}
    scanner = scanner_of(profile)
    return {
        "ui": {
            "lang": language.current(),
            "theme": bearer.theme if bearer else "auto",
            "hand": bearer.hand if bearer else "right",
            "text": str(bearer.text_percent) if bearer else "100",
            "sound": "off" if bearer and not bearer.has_sound else "on",
            "keypad": bool(profile.get("keypad")),
            "idle_ms": scanner.idle_ms,
            "pace_ms": scanner.pace_ms,
            "camera": scanner.has_camera,
        },
        "operator": {"id": bearer.actor.operator_id, "name": bearer.actor.name} if bearer else None,
        "may_see_office": bool(bearer and not bearer.actor.roles.isdisjoint(READERS)),
        "nav": _addresses(request.script_root),
        "languages": list(language.LANGUAGES.items()),
        "device": bearer.actor.device if bearer else "",
        "show_ways": settings().shows_ways,
        "is_enrolled": bool(cookies.read(request, cookies.DEVICE)),
    }


@cache
def _addresses(script_root: str) -> dict[str, str]:
    """Where the buttons lead, and what every page draws: alike for all requests below one root."""
    return {
        "home": url_for("home.home"),
        "scans": url_for("home.scan"),
        "next": url_for("tasks.claim"),
        "open": url_for("tasks.open_one"),
        "enquiry": url_for("enquiry.ask"),
        "history": url_for("history.history"),
        "settings": url_for("preferences.preferences"),
        "sign_out": url_for("auth.sign_out"),
        "barcode": url_for("labels.barcode"),
        "icons": url_for("static", filename="icons.svg"),
    }

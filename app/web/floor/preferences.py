"""How the app looks, sounds and speaks for an operator, and where their device works."""

from flask import Blueprint, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.language import LANGUAGES, _
from app.people.models import Device, Operator
from app.places.models import Warehouse
from app.places.warehouses import warehouse_of
from app.refusal import Forbidden
from app.web.gate.access import OFFICE, allow
from app.web.gate.security import current_actor, current_bearer
from app.web.shared import forms
from app.web.shared.fragments import go_to
from app.web.shared.screens import current_warehouse

pages = Blueprint("preferences", __name__)
_HANDS, _THEMES, _SIZES = ("right", "left"), ("auto", "light", "dark", "contrast"), ("100", "125", "150")


@pages.get("/settings")
@allow(any_role=True)
def preferences() -> str:
    """The form."""
    with reading() as session:
        houses = [(house.code, house.name) for house in session.scalars(select(Warehouse).order_by(Warehouse.code))]
    return render_template(
        "floor/settings.html",
        settings_url=url_for("preferences.keep"),
        pin_url=url_for("own_pin.page"),
        sessions_url=url_for("own_sessions.page"),
        help_url=url_for("guide.guide"),
        warehouses=[] if current_actor().roles.isdisjoint(OFFICE) else houses,
        warehouse=current_warehouse().code if houses else "",
    )


@pages.post("/settings")
@allow(any_role=True)
def keep() -> WerkzeugResponse:
    """Keep what was chosen; what is missing or unknown stays as it is."""
    actor, bearer = current_actor(), current_bearer()
    chosen = {
        "hand": _one_of(forms.text("hand"), _HANDS),
        "theme": _one_of(forms.text("theme"), _THEMES),
        "language": _one_of(forms.text("lang"), tuple(LANGUAGES)),
        "text_percent": int(forms.text("text")) if forms.text("text") in _SIZES else None,
        "has_sound": {"on": True, "off": False}.get(forms.text("sound")),
    }
    warehouse, device_id = forms.text("warehouse"), bearer.device_id if bearer else None
    if warehouse and warehouse != current_warehouse().code and actor.roles.isdisjoint(OFFICE):
        raise Forbidden("role_missing", _("A supervisor says in which warehouse a device works. Ask one."))

    def work(session: Session) -> None:
        operator = session.get_one(Operator, actor.operator_id, with_for_update=True)
        for name, value in chosen.items():
            if value is not None:
                setattr(operator, name, value)
        if warehouse and device_id is not None:
            device = session.get_one(Device, device_id, with_for_update=True)
            device.profile = {**device.profile, "warehouse": warehouse_of(session, warehouse).code}

    transact(work)
    return go_to(url_for("preferences.preferences"))  # the whole page looks otherwise now


def _one_of(value: str, words: tuple[str, ...]) -> str | None:
    return value if value in words else None

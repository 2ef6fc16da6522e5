"""The devices that we know: which a supervisor let in, and an end for those that were lost."""

from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.people import devices as rules
from app.web.gate.access import CHIEFS, allow
from app.web.gate.security import current_actor, current_bearer, settings
from app.web.office.desk import back_to, desk
from app.web.shared.fragments import page


@desk.get("/devices")
@allow(roles=CHIEFS)
def devices() -> str:
    """The one seen last first."""
    bearer = current_bearer()
    with reading() as session:
        rows = rules.devices(session)
    here = bearer.device_id if bearer else None
    return page("office/devices.html", rows=rows, here=here, is_asked=settings().wants_enrolment)


@desk.post("/devices/<int:device_id>/retirements")
@allow(roles=CHIEFS)
def retire_device(device_id: int) -> WerkzeugResponse:
    """A device that was lost: whoever is signed in there is signed out. Errors: ``unknown_device``."""
    actor = current_actor()
    transact(lambda session: rules.retire(session, actor, device_id))
    return back_to("devices")

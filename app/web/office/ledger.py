"""The ledger proves itself: replay every movement, compare with every number that is kept."""

from app import clock
from app.control.verification import verify
from app.db import reading
from app.web.gate.access import READERS, allow
from app.web.office.desk import desk
from app.web.shared.fragments import page


@desk.get("/ledger")
@allow(roles=READERS)
def ledger() -> str:
    """The button."""
    return page("office/ledger.html", report=None, at=None)


@desk.post("/ledger/verifications")
@allow(roles=READERS)
def verification() -> str:
    """The verdict. Nothing is changed: a difference is an alarm, never a silent repair."""
    with reading() as session:
        report = verify(session)
    return page("office/ledger.html", report=report, at=clock.now())

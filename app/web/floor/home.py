"""Where work begins: the job to go on with, the next job, what waits; and the first scan, which opens the right job."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.floor.begin.home_scan import scan_at_home
from app.floor.shared.printing import device_of
from app.labels.printers import printer_chosen
from app.people.actor import Actor
from app.tasks.board import held_by, waiting
from app.tasks.kinds import ROLES
from app.web.gate.access import FLOOR, allow
from app.web.gate.security import current_actor, settings
from app.web.monitoring import metrics
from app.web.shared import forms
from app.web.shared.fragments import page
from app.web.shared.screens import current_warehouse

pages = Blueprint("home", __name__)


@pages.get("/")
@allow(any_role=True)
def home() -> WerkzeugResponse:
    """The first screen; people without floor work begin at the desk."""
    if current_actor().roles.isdisjoint(FLOOR):
        return redirect(url_for("office.overview"), 303)
    return make_response(home_page())


@pages.post("/scans")
@allow(roles=FLOOR)
def scan() -> Response:
    """A scan on the home screen: a document, tote, bin or item opens its job, a printer is taken for this device;
    anything else is asked about."""
    actor, warehouse, code = current_actor(), current_warehouse().code, forms.needed("code", longest=1000)
    scan_id, scanned_at = forms.needed("scan_id", longest=64), forms.moment("scanned_at")
    found = transact(
        lambda session: scan_at_home(
            session, settings(), actor, warehouse=warehouse, scan_id=scan_id, code=code, scanned_at=scanned_at
        )
    )
    metrics.count("scans", outcome="refused" if "refused" in found else "accepted")
    if "refused" in found:
        verdict = {"outcome": "refused", "code": found["refused"], "message": found["message"]}
        return make_response(render_template("floor/_home.html", home=_home(verdict), **_links()), 422)
    if found.get("printer"):
        verdict = {"outcome": "accepted", "code": "printer_chosen", "message": found["printer"]}
        return make_response(render_template("floor/_home.html", home=_home(verdict), **_links()))
    if found.get("badge"):
        return opened(url_for("auth.sign_in", badge=code))
    if found["task_id"] is not None:
        return opened(url_for("tasks.task", task_id=found["task_id"]))
    return opened(url_for("enquiry.ask", code=found["enquiry"] or code))


def opened(url: str) -> Response:
    """Lead the page that sent a scan to somewhere else."""
    return make_response("", 200, {"HX-Redirect": url})


def home_page(outcome: str | None = None, code: str = "", message: str = "") -> str:
    """The whole page, with a verdict on what was tried last."""
    verdict = {"outcome": outcome, "code": code, "message": message}
    return page("floor/home.html", home=_home(verdict), warehouse=current_warehouse().name, **_links())


def _links() -> dict[str, str]:
    return {
        "claim_url": url_for("tasks.claim"),
        "scans_url": url_for("home.scan"),
    }


def _home(verdict: dict[str, Any]) -> dict[str, Any]:
    with reading() as session:
        return verdict | _work(session, current_actor(), current_warehouse().id)


def _work(session: Session, actor: Actor, warehouse_id: int) -> dict[str, Any]:
    resume = [
        {
            "url": url_for("tasks.task", task_id=job.id),
            "kind": job.kind,
            "document": job.document,
            "done_lines": job.done_lines,
            "lines": job.lines,
        }
        for job in held_by(session, actor, warehouse_id=warehouse_id)
    ]
    counts = [{"kind": kind, "count": number} for kind, number in waiting(session, actor, warehouse_id=warehouse_id)]
    starts = [kind for kind in ("move", "receive", "count") if actor.may(*ROLES[kind])]
    printer = printer_chosen(session, device=device_of(actor), warehouse_id=warehouse_id)
    return {
        "resume": resume,
        "counts": counts,
        "starts": starts,
        "is_empty": not counts,
        "printer": printer.name if printer else "",
    }

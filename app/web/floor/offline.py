"""What a browser keeps for the dead spots: the service worker, the manifest, and the page that needs no server.

The service worker (static/sw.js) keeps the shell, which is every script, style and picture, under a version: a hash of
those files. Each page says in a header which version it was made for and whose it is, so that a new shell is never
mixed with an old page, and no page is ever shown to somebody else.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, url_for

from app.db import transact
from app.floor.begin.left_out_scans import leave_out
from app.language import _, current
from app.web.gate.access import FLOOR, allow
from app.web.gate.security import current_actor, current_bearer
from app.web.shared import forms

pages = Blueprint("offline", __name__)
_KEPT = {".css", ".js", ".svg", ".png", ".woff2"}
_LEFT_TO_THE_NETWORK = "vendor/zxing"  # a megabyte for cameras without a reader of their own: kept when first used
_ICONS = [
    ("icon.svg", "any", "any", "image/svg+xml"),
    ("icon-192.png", "192x192", "any", "image/png"),
    ("icon-512.png", "512x512", "any", "image/png"),
    ("icon-maskable-512.png", "512x512", "maskable", "image/png"),
]


def install(flask: Flask) -> None:
    """Name the operator and the shell behind every page."""
    flask.after_request(_mark)


@pages.get("/sw.js")
@allow(public=True)
def service_worker() -> Response:
    """Stands at the root because a worker rules only over what lies below it. A new version is a new text."""
    folder = Path(current_app.static_folder or "")
    about = {"version": _version(), "files": [url_for("static", filename=name) for name in _shell(folder)]}
    script = f"const SHELL = {json.dumps(about)};\n{(folder / 'sw.js').read_text(encoding='utf-8')}"
    return make_response(script, 200, {"Content-Type": "text/javascript; charset=utf-8"})


@pages.get("/manifest.webmanifest")
@allow(public=True)
def manifest() -> Response:
    """What the home screen of a handheld shows."""
    document = {
        "id": "/",
        "name": "Trueshelf",
        "short_name": "Trueshelf",
        "description": _("The warehouse floor: receive, put away, pick, pack, ship, count."),
        "lang": current(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f3ef",
        "theme_color": "#f4f3ef",
        "icons": [
            {"src": url_for("static", filename=f"icons/{name}"), "sizes": sizes, "purpose": purpose, "type": kind}
            for name, sizes, purpose, kind in _ICONS
        ],
    }
    return make_response(json.dumps(document), 200, {"Content-Type": "application/manifest+json"})


@pages.get("/offline")
@allow(public=True)
def device() -> str:
    """What waits on this device; also shown in place of any page that needs the server. It is nobody's page."""
    return render_template("floor/offline.html", operator=None)


@pages.post("/left-out")
@allow(roles=FLOOR)
def left_out() -> Response:
    """A scan that waited and that its operator chose not to send, or that the server could not judge (``failure``, the
    number of that request): it is remembered, with the reason."""
    actor = current_actor()
    scan_id, code = forms.needed("scan_id", longest=64), forms.needed("code", longest=1000)
    task_id, scanned_at = forms.number("task_id"), forms.moment("scanned_at")
    failure = forms.text("failure")[:64]
    reason, kind = forms.text("reason")[:200], "action" if forms.text("kind") == "action" else "scan"
    transact(
        lambda session: leave_out(
            session,
            actor,
            task_id,
            scan_id=scan_id,
            kind=kind,
            code=code,
            reason=reason,
            failure=failure,
            scanned_at=scanned_at,
        )
    )
    return make_response(render_template("floor/_left_out.html"))


def _mark(response: Response) -> Response:
    if response.mimetype == "text/html":
        bearer = current_bearer()
        response.headers["X-Shell"] = _version()
        response.headers["X-Operator"] = str(bearer.actor.operator_id) if bearer else ""
    return response


def _version() -> str:
    folder = Path(current_app.static_folder or "")
    return _hash(folder) if current_app.debug else _hash_once(folder)


def _shell(folder: Path) -> list[str]:
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in _KEPT)
    return [name for name in names if not name.startswith(_LEFT_TO_THE_NETWORK) and name != "sw.js"]


def _hash(folder: Path) -> str:
    found = hashlib.sha256()
    for name in (*_shell(folder), "sw.js"):
        found.update(name.encode() + b"\0" + hashlib.sha256((folder / name).read_bytes()).digest())
    return found.hexdigest()[:16]


_hash_once = cache(_hash)

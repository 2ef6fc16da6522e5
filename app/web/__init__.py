"""HTTP in, HTML or JSON out. No rules live here: views parse, call once, render.

- ``gate``        before every view and behind every answer: ``security``, who may call what (``access``), ``cookies``,
  and which threads a request may take (``lanes``)
- ``monitoring``  for those who run it: ``health``, ``logs``, ``metrics``
- ``shared``      what the others share: ``forms``, a page or a part of it for htmx (``fragments``), what every
  template is given (``screens``), the same request twice (``idempotency``), long work in ``portions``
- ``labels``      labels as PDF and PNG, pictures of barcodes: what stands on them, and where they are drawn
- ``pictures``    pictures of items, and photographs that are read instead of scanned
- ``sign_in``     badge and PIN, password and code; one's own PIN and sessions
- ``floor``       the handheld's screens; ``scans`` is THE door: a scan or an action reaches its task
- ``office``      the desk: orders, purchase orders, stock, work, people, files
- ``api``         the JSON API
- ``errors``      every "no" and every failure becomes an answer

The floor, the office, sign-in and the API do not see each other; what they share sees none of them, and the gate sees
nobody (``pyproject.toml`` has the contract).
"""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings
from app.web import api, errors, office
from app.web.floor import (
    barcode_links,
    enquiry,
    guide,
    history,
    home,
    offline,
    preferences,
    scanner,
    scans,
    task_screen,
    tasks,
)
from app.web.gate import security
from app.web.labels import label_files
from app.web.monitoring import health, logs
from app.web.pictures import item_pictures, photo_scans
from app.web.shared import fragments, screens
from app.web.sign_in import badge_sign_in, office_door, own_pin, own_sessions

PAGES = (
    badge_sign_in.pages,
    office_door.pages,
    own_pin.pages,
    own_sessions.pages,
    home.pages,
    tasks.pages,
    scans.pages,
    enquiry.pages,
    history.pages,
    barcode_links.pages,
    preferences.pages,
    scanner.pages,
    guide.pages,
    offline.pages,
    label_files.pages,
    item_pictures.pages,
    photo_scans.pages,
    health.pages,
    office.desk,
    api.pages,
)


def install(flask: Flask) -> None:
    """Hang every page and API route on the application, behind the gate."""
    settings: Settings = flask.config["SETTINGS"]
    if settings.trust_proxy:
        flask.wsgi_app = ProxyFix(flask.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    logs.install(flask, level=settings.log_level)
    security.install(flask)
    screens.install(flask)
    fragments.install(flask)
    offline.install(flask)
    task_screen.install(flask)
    for pages in PAGES:
        flask.register_blueprint(pages)
    errors.install(flask)

"""HTTP in, HTML or JSON out. No rules live here: views parse, call once, render.

- ``security``  the gate before every view and the headers behind every answer; ``rules`` who may call what
- ``errors``    every "no" and every failure becomes an answer; ``logs``, ``metrics``, ``health`` for who runs it
- ``scans``     THE door: a scan or an action reaches its task
- ``photos``    a photo instead of a scan (``photo_reader`` reads it beside the server)
- ``scanner``   tests any scanner; ``barcode_links`` puts an unknown barcode on its item
- ``auth``      sign in and out; ``own_pin`` and ``own_sessions`` change one's PIN and end one's sessions;
  ``office_door`` asks for password and code
- ``home`` ``tasks`` ``enquiry`` ``history`` ``labels`` ``preferences`` ``guide``   the floor's screens
- ``pictures``  pictures of items out of the house's own folder
- ``offline``   what a browser keeps for a dead spot
- ``office``    the desk: orders, purchase orders, stock, work, people, files
- ``api``       the JSON API
"""

from importlib import import_module
from importlib.util import find_spec

from flask import Flask
from flask_htmx import HTMX
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings
from app.web import errors, logs, office, offline, screens, security

_FLOOR = (
    "auth", "home", "tasks", "scans", "photos", "barcode_links", "enquiry", "history", "labels", "preferences",
    "own_pin", "own_sessions", "office_door", "scanner", "guide", "pictures", "health", "offline",
)  # fmt: skip


def install(flask: Flask) -> None:
    """Hang every page and API route on the application, behind the gate."""
    settings: Settings = flask.config["SETTINGS"]
    if settings.trust_proxy:
        flask.wsgi_app = ProxyFix(flask.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    HTMX(flask)
    logs.install(flask, level=settings.log_level)
    security.install(flask)
    screens.install(flask)
    offline.install(flask)
    for name in _FLOOR:
        flask.register_blueprint(import_module(f"app.web.{name}").pages)
    flask.register_blueprint(office.desk)
    if find_spec("app.web.api") and hasattr(api := import_module("app.web.api"), "install"):
        api.install(flask)
    errors.install(flask)

"""A stand-in for the app's floor views: real templates, a real socket, answers as slow and wrong as a test asks."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from markupsafe import Markup
from werkzeug.serving import make_server

from app.floor.kinds import KINDS
from app.web.floor import task_screen
from tests.apps import RememberedTemplates
from tests.browser import screens

TOP = Path(__file__).resolve().parents[2]
TEMPLATES = RememberedTemplates()  # not those of the app: other filters may have been at work in them
CSP = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)
BARS = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 95 30" preserveAspectRatio="none">{}</svg>'


@dataclass
class Stub:
    """What the server saw, in order, and how it is to behave."""

    url: str = ""
    delay: float = 0.0  # seconds
    faults: list[str] = field(default_factory=list)  # taken one per request: "500", "hang", "401", "409", "hotspot"
    refused: set[str] = field(default_factory=set)
    unjudged: set[str] = field(default_factory=set)  # the server breaks at these, each time
    attempts: list[str] = field(default_factory=list)  # ids, every request
    taken: list[str] = field(default_factory=list)  # codes and action names, once per id
    fields: list[dict[str, str]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    ui: dict[str, Any] = field(default_factory=dict)
    operator: dict[str, str] | None = field(default_factory=lambda: {"id": "7", "name": "Mia"})
    answer: dict[str, Any] = field(default_factory=screens.pick_item)
    show_ways: bool = False
    answered: dict[str, tuple[str, int]] = field(default_factory=dict)
    left_out: list[dict[str, str]] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)
    ended: threading.Event = field(default_factory=threading.Event)


def icon(name: str, look: str = "") -> Markup:
    use = f'<use href="/static/icons.svg#{name}"></use>'
    return Markup(f'<svg class="icon {look}" aria-hidden="true" focusable="false">{use}</svg>')  # noqa: S704


def make_app(stub: Stub) -> Flask:
    app = Flask("stub", static_folder=str(TOP / "static"), template_folder=str(TOP / "templates"))

    app.jinja_env.bytecode_cache = TEMPLATES
    app.jinja_env.filters["word"] = lambda code: code
    app.jinja_env.globals["_"] = lambda text, **values: text % values if values else text
    app.jinja_env.globals.update(icon=icon, outcome_of=lambda answer: answer.get("outcome") or "", kinds=KINDS)
    task_screen.install(app)

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        ui = screens.UI | stub.ui | request.args.to_dict()
        return {
            "ui": ui,
            "operator": stub.operator,
            "nav": {
                "home": "/",
                "scans": "/scans",
                "enquiry": "/enquiry",
                "history": "/history",
                "settings": "/settings",
                "sign_out": "/sign-out",
            },
            "barcode_url": lambda code: f"/barcodes/{code}.svg",
            "languages": [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français")],
            "warehouse": "Main warehouse",
            "device": "TC52-04",
        }

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        return response

    @app.get("/tasks/<int:number>")
    def task(number: int) -> str:
        return render_template(
            "floor/task.html",
            answer=stub.answer,
            show_ways=stub.show_ways,
            scans_url=f"/tasks/{number}/scans",
            actions_url=f"/tasks/{number}/actions",
        )

    @app.post("/tasks/<int:number>/scans")
    @app.post("/tasks/<int:number>/actions")
    @app.post("/scans")
    def post(number: int = 0) -> Response:
        with stub.lock:
            stub.in_flight += 1
            stub.most_in_flight = max(stub.most_in_flight, stub.in_flight)
        try:
            return judge()
        finally:
            with stub.lock:
                stub.in_flight -= 1

    @app.post("/left-out")
    def left_out() -> str:
        stub.left_out.append(request.form.to_dict())
        return render_template("floor/_left_out.html")

    def judge() -> Response:
        form = request.form
        key = form.get("scan_id") or form["action_id"]
        with stub.lock:
            stub.attempts.append(key)
            fault = stub.faults.pop(0) if stub.faults else ""
        time.sleep(stub.delay)
        if fault == "hang":
            stub.ended.wait()
            return make_response("late", 503)
        if fault == "hotspot":
            return make_response("<html><h1>Welcome to the café</h1></html>", 200)
        if fault == "409":
            record(key, form)
            return make_response({"title": "Taken", "detail": "Tom is working on this."}, 409)
        if fault == "409 screen":
            record(key, form)
            answer = screens.pick_bin("refused", "Tom is working on this.")
            return make_response(render_template("floor/_task.html", answer=answer), 409)
        if form.get("code") in stub.unjudged:
            fault = "500"
        if fault:
            return make_response("no", int(fault), {"X-Request-Id": "c0ffee"})
        record(key, form)
        body, status = stub.answered[key]
        return make_response(body, status)

    def record(key: str, form: Any) -> None:
        with stub.lock:
            if key in stub.answered:
                return
            what = form.get("code") if "scan_id" in form else form["name"]
            stub.taken.append(what)
            stub.fields.append(form.to_dict())
            wrong = what in stub.refused
            verdict = {"outcome": "refused", "code": "wrong_item", "message": f"Wrong item: {what}."}
            right = {"outcome": "accepted", "code": "item_confirmed", "message": f"{what} taken."}
            answer = stub.answer | (verdict if wrong else right)
            body = render_template("floor/_task.html", answer=answer, show_ways=stub.show_ways)
            stub.answered[key] = (body, 422 if wrong else 200)

    @app.get("/")
    def home() -> str:
        return render_template("floor/home.html", home=screens.home(), claim_url="/tasks/claims", scans_url="/scans")

    @app.get("/screens/<name>")
    def screen(name: str) -> str:
        template, values = screens.SCREENS[name]()
        return render_template(template, **values)

    @app.get("/barcodes/<code>.svg")
    def bars(code: str) -> Response:
        seed = sum(code.encode())
        lines = "".join(
            f'<rect x="{2 + i * 3}" width="{1 + (seed * (i + 7) // 3) % 2}" height="30"/>' for i in range(31)
        )
        return Response(BARS.format(lines), mimetype="image/svg+xml")

    return app


@contextmanager
def serving(stub: Stub) -> Iterator[Stub]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, make_app(stub), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        stub.ended.set()
        server.shutdown()
        thread.join()

"""The floor over HTTP: an empty Flask view, and Flask views that run the same SQL, on the server that the app runs on.

``python -m tests.bench.floor --port 1234`` is ``flask --app wsgi serve`` with this application in the place of ours:
the same server, the same options, the same worker beside it.
"""

import os
import sys
from typing import Any

from flask import Flask, jsonify, request

from app.db import reading, transact
from app.web.gate.lanes import LANES
from tests.bench import same_sql
from tests.bench.engines import engine_of

_FRAGMENT = """<div id="task" data-outcome="{{ answer.outcome }}"><p class="verdict">{{ answer.message }}</p>
<ul>{% for movement in answer.movements %}<li>{{ movement }}</li>{% endfor %}</ul></div>"""


def create_floor() -> Flask:
    flask = Flask(__name__)
    engine = engine_of(os.environ["TRUESHELF_DATABASE_URL"])
    fragment = flask.jinja_env.from_string(_FRAGMENT)

    @flask.get("/healthz")
    @flask.get("/empty")
    def empty() -> str:
        return "ok"

    @flask.post("/least")
    def least() -> str:
        facts = request.get_json()
        return transact(lambda session: fragment.render(answer=same_sql.least_scan(session, facts)), engine=engine)

    @flask.post("/same")
    def same() -> str:
        facts = request.get_json()
        return transact(lambda session: fragment.render(answer=same_sql.same_scan(session, facts)), engine=engine)

    @flask.post("/reserve")
    def reserve() -> Any:
        facts = request.get_json()
        return jsonify(transact(lambda session: same_sql.reserve(session, facts), engine=engine))

    @flask.get("/resolve")
    def resolve() -> Any:
        with reading(engine) as session:
            return jsonify(same_sql.resolve(session, dict(request.args)))

    @flask.get("/atp")
    def atp() -> Any:
        with reading(engine) as session:
            return jsonify(same_sql.read_atp(session, dict(request.args)))

    return flask


def serve() -> None:
    """Start ``serve`` with another target. Its options stay in one place: ``app.cli.serving``."""
    from flask.cli import main

    from app.cli import serving
    from app.cli.server.bridge import Bridge

    def open_bridge() -> Bridge:
        ours = create_floor()
        ours.extensions["trueshelf.knows"] = lambda _environ: True
        ours.extensions["trueshelf.lanes"] = LANES
        ours.config["SETTINGS"] = serving.settings()
        with ours.app_context():
            return serving_bridge()

    serving_bridge, serving.open_bridge = serving.open_bridge, open_bridge
    sys.argv = ["flask", "--app", "wsgi", "serve", *sys.argv[1:]]
    main()


if __name__ == "__main__":
    serve()

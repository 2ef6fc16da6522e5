"""Puts the house together: settings, database, tables, web, commands."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

import app.catalog.models
import app.control.models
import app.floor.models
import app.imports.models
import app.labels.models
import app.ledger.guards
import app.ledger.models
import app.orders.models
import app.people.models
import app.places.models
import app.returns.models
import app.supply.models
import app.tasks.models  # noqa: F401 - the whole schema stands before the first query
from app import cli, labels, private, web
from app.config import Settings
from app.connectors.printers import printers
from app.db import db, prepare

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """One application for one installation. Errors: ``SettingsError`` for settings that cannot be used."""
    settings = settings or Settings.from_environment()
    flask = Flask("trueshelf", root_path=str(ROOT), template_folder="templates", static_folder="static")
    flask.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.effective_database_url,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
    )
    private.make_folder(settings.data_dir)
    db.init_app(flask)
    with flask.app_context():
        if db.engine.dialect.name == "sqlite":
            private.make_file(db.engine.url.database)
        prepare(db.engine)
    Migrate(flask, db, directory=str(ROOT / "app" / "migrations"), render_as_batch=False, compare_type=True)
    labels.use_folders(templates_dir=settings.label_templates_dir, fonts_dir=settings.label_fonts_dir)
    flask.extensions["trueshelf.printers"] = printers(settings)
    web.install(flask)
    cli.install(flask)
    return flask

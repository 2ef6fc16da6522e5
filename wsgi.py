"""The WSGI entrance: ``flask --app wsgi ...`` and every WSGI server load ``app`` from here."""

from app.config import SettingsError
from app.factory import create_app

try:
    app = create_app()
except SettingsError as error:
    raise SystemExit(f"Trueshelf does not start: {error}") from None

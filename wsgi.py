"""The WSGI entrance: ``flask --app wsgi ...`` and every WSGI server load ``app`` from here."""

from app.factory import create_app

app = create_app()

"""Whoever stands before the office's door: an authenticator, and what is typed."""

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING

from app import clock
from app.people import totp
from tests.web.conftest import PIN

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


Browse = Callable[[str], "FlaskClient"]
PASSWORD = "nine blue mugs on a shelf"


class Telephone:
    """An authenticator: it knows what the page showed, and the time."""

    def __init__(self, page: str) -> None:
        import base64

        found = re.search(r'class="telephone-text">([A-Z2-7]+)<', page)
        assert found is not None, page
        self.secret = base64.b32decode(found[1])
        nonce = re.search(r'name="nonce" value="([^"]+)"', page)
        assert nonce is not None
        self.nonce = unescape(nonce[1])

    def code(self, *, steps: int = 0) -> str:
        return totp.code_at(self.secret, totp.step_at(clock.now()) + steps)


def set_up(client: "FlaskClient", **changes: str) -> "tuple[Telephone, TestResponse]":
    telephone = Telephone(client.get("/office-sign-in/set-up").text)
    form = {"nonce": telephone.nonce, "code": telephone.code(), "password": PASSWORD, "again": PASSWORD, "pin": PIN}
    return telephone, client.post("/office-sign-in/set-up", data=form | changes)


def enter(client: "FlaskClient", badge: str, password: str, code: str) -> int:
    return client.post("/office-sign-in", data={"badge": badge, "password": password, "code": code}).status_code


def recovery_codes(page: str) -> list[str]:
    return re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page)


def id_of(shop: "Flask", badge: str) -> int:
    from sqlalchemy import select

    from app.db import reading
    from app.people.models import Operator

    with shop.app_context(), reading() as session:
        return session.scalars(select(Operator.id).where(Operator.badge == badge)).one()


def is_inside(client: "FlaskClient") -> bool:
    answer = client.get("/office/orders")
    assert answer.status_code in {200, 303, 401, 403}
    return answer.status_code == 200

"""The published contract is valid, complete, and readable; and who may use it is decided by scope and role."""

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from app.web.api.openapi import path_of
from app.web.api.route import ROUTES, Route
from tests.api.conftest import MakeApi
from tests.api.contract import Api

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def contract(app: Flask) -> Any:
    return app.test_client().get("/api/v1/openapi.json").json


def test_the_contract_is_valid_openapi(app: Flask) -> None:
    document = contract(app)
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_address_under_the_api_is_in_the_contract(app: Flask) -> None:
    served = {
        (method, re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1") and rule.endpoint not in ("api.openapi", "api.reference")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    published = {(method.upper(), path) for path, methods in contract(app)["paths"].items() for method in methods}
    assert served == published
    assert len(published) == len(ROUTES)


def test_every_field_that_is_published_is_required_and_bounded_as_it_is_read(app: Flask) -> None:
    schemas = contract(app)["components"]["schemas"]
    assert schemas["NewScan"]["required"] == ["scan_id", "code"]
    assert schemas["NewScan"]["additionalProperties"] is False
    assert schemas["NewOrderLine"]["properties"]["quantity"] == {
        "type": "integer",
        "minimum": 1,
        "maximum": 1_000_000_000,
    }
    assert schemas["NewOrder"]["properties"]["need_by"]["type"] == ["string", "null"]
    assert schemas["NewOrder"]["properties"]["lines"] | {"items": None} == {
        "type": "array",
        "items": None,
        "minItems": 1,
        "maxItems": 1000,
    }


def test_every_endpoint_says_what_it_does_and_what_it_refuses(app: Flask) -> None:
    for path, methods in contract(app)["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert "Scopes: " in operation["description"], (method, path)
            assert "``" not in operation["description"], (method, path)


def test_the_page_names_every_endpoint_and_needs_no_inline_code(app: Flask) -> None:
    response = app.test_client().get("/api/v1/")
    text = response.get_data(as_text=True)
    for route in ROUTES:
        assert f'id="{route.name}"' in text
        assert path_of(route).replace("'", "&#39;") in text
    assert "<script" not in text
    assert "style=" not in text
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


def address(route: Route) -> str:
    return "/api/v1" + re.sub(r"<[^<>]*>", "1", route.path)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_nobody_comes_in_without_a_token(app: Flask, route: Route) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        answer = app.test_client().open(address(route), method=route.method, json={}, headers=headers)
        assert answer.status_code in (401, 403)
        assert answer.json["code"] in ("not_signed_in", "foreign_page")
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("scope", ["floor", "office", "integration"])
def test_a_token_reaches_what_its_scope_names_and_nothing_else(make_api: MakeApi, scope: str) -> None:
    api = make_api(scope, scopes=(scope,))
    wrong = []
    for route in ROUTES:
        answer = api.client.open(
            address(route), method=route.method, json={}, headers={"Authorization": f"Bearer {api.token}"}
        )
        is_in = (answer.get_json(silent=True) or {}).get("code") != "role_missing"
        if is_in != (scope in route.access.scopes):
            wrong.append((route.name, answer.status_code))
    assert not wrong


def test_a_token_without_roles_reaches_nothing(make_api: MakeApi) -> None:
    api = make_api("nobody", roles=())
    assert {api("GET", path).status for path in ("/availability", "/orders", "/tasks")} == {403}


@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_json"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported_media"),
        (b"[]", "application/json", 422, "wrong_type"),
        (b"{}", "application/json", 422, "missing_field"),
        (None, "application/json", 422, "missing_field"),
        (b'{"a":1,"a":2}', "application/json", 400, "bad_json"),
    ],
)
def test_a_body_that_is_none_is_refused(
    api: Api, data: bytes | None, content_type: str, status: int, code: str
) -> None:
    answer = api("POST", "/orders", data=data, content_type=content_type)
    assert (answer.status, answer.code) == (status, code)


def test_a_body_where_none_is_taken_is_refused(api: Api) -> None:
    assert api("POST", "/ledger/verification", {"fast": True}).code == "unknown_field"
    assert api("POST", "/ledger/verification").status == 200
    assert api("POST", "/ledger/verification?fast=1").code == "unknown_field"


def test_what_is_no_endpoint_is_a_problem_too(api: Api) -> None:
    assert api("GET", "/nothing").code == "not_found"
    assert api("DELETE", "/orders").code == "method_not_allowed"
    assert api("GET", "/tasks/x").code == "not_found"

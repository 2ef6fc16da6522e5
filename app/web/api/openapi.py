"""The published contract: OpenAPI 3.1, made from the endpoints themselves, and a page to read it on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, get_args, get_origin

from flask import Response, jsonify, make_response, render_template

from app.web.api.paging import Page
from app.web.api.route import ROUTES, Route, pages
from app.web.api.schema import Schema, Schemas
from app.web.gate.access import allow
from app.web.shared import idempotency

PROBLEM = "application/problem+json"
_GROUPS = (
    ("/imports", "Files"),
    (
        "/availability /balances /locations /pick-faces /movements /undecided /items /adjustments /expiry-corrections"
        " /ledger",
        "Stock",
    ),
    ("/orders /waves", "Orders"),
    ("/purchase-orders /returns", "Deliveries and returns"),
    ("/tasks", "Floor work"),
    ("/barcodes /labels /print-jobs /carrier-labels", "Barcodes and labels"),
)
_ABOUT = (
    "Times are RFC 3339 in UTC, quantities whole base units, money text with up to four decimals. Unknown fields are "
    "refused. An error is a problem document (RFC 9457) with a stable `code`. Lists are pages: pass `next` on as "
    "`after`, as it is. Every POST that changes something takes an `Idempotency-Key`: the same key and body get the "
    "first answer again, with `Idempotent-Replayed: true`."
)


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One thing that is wrong with the request."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """RFC 9457: why not. ``code`` is stable, ``detail`` says what to do, in the reader's language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] = ()


@cache
def document() -> dict[str, Any]:
    """The whole contract."""
    schemas = Schemas({})
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(path_of(route), {})[route.method.lower()] = _operation(route, schemas)
    problem = schemas.of(Problem, is_request=False)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Trueshelf", "version": "1", "description": _ABOUT, "license": _LICENSE},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "tags": [{"name": name} for _prefixes, name in _GROUPS],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.named.items())),
            "responses": {"Problem": _content("The answer is no, or something failed.", PROBLEM, problem)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


_LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}


def path_of(route: Route) -> str:
    """The address in OpenAPI's form."""
    return re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", route.path)


def _operation(route: Route, schemas: Schemas) -> Schema:
    summary, _dot, more = _prose(route.doc).partition(". ")
    scopes = ", ".join(route.access.scopes)
    operation: Schema = {
        "operationId": route.name,
        "summary": summary.rstrip("."),
        "description": f"{more}\n\nScopes: {scopes}.".strip(),
        "tags": [next(name for prefixes, name in _GROUPS if f"/{path_of(route).split('/')[1]}" in prefixes.split())],
        "parameters": _parameters(route, schemas),
        "responses": {
            **{str(status): _answer(route, status, schemas) for status in sorted(route.statuses)},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
    if route.body is bytes:
        operation["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": {"type": "string"}} for kind in route.takes.split(", ")},
        }
    elif route.body is not None:
        schema = schemas.of(route.body, is_request=True)
        operation["requestBody"] = {"required": True, "content": {route.takes: {"schema": schema}}}
    return operation


def _parameters(route: Route, schemas: Schemas) -> list[Schema]:
    found: list[Schema] = [
        {"name": name, "in": "path", "required": True, "schema": schemas.of(hint, is_request=True)}
        for name, hint in route.path_types.items()
    ]
    if route.query is not None:
        found += schemas.parameters(route.query)
    if route.is_keyed:
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"}
        found.append({"name": idempotency.HEADER, "in": "header", "required": False, "schema": key})
    return found


def _answer(route: Route, status: int, schemas: Schemas) -> Schema:
    said = HTTPStatus(status).phrase
    if status == HTTPStatus.NO_CONTENT:
        return {"description": said}
    if route.answer is bytes:
        return _content(said, route.content_type, {"type": "string", "contentMediaType": route.content_type})
    found = _content(said, route.content_type, _answer_schema(route.answer, schemas))
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:  # a refused scan answers in full; a malformed one is a problem
        found["content"][PROBLEM] = {"schema": schemas.of(Problem, is_request=False)}
    return found


def _answer_schema(answer: Any, schemas: Schemas) -> Schema:
    if get_origin(answer) is tuple:  # (answer, status)
        answer = get_args(answer)[0]
    if get_origin(answer) is Page:
        item = get_args(answer)[0]
        name = f"{item.__name__}Page"
        items = schemas.of(item, is_request=False)
        schemas.named[name] = {
            "type": "object",
            "description": "One page. `next` goes into `after` of the next request; null: there is no more for now.",
            "properties": {"items": {"type": "array", "items": items}, "next": {"type": ["string", "null"]}},
            "required": ["items", "next"],
        }
        return {"$ref": f"#/components/schemas/{name}"}
    if is_dataclass(answer):
        return schemas.of(answer, is_request=False)
    return {"type": "object"}


def _content(description: str, kind: str, schema: Schema) -> Schema:
    return {"description": description, "content": {kind: {"schema": schema}}}


def _prose(doc: str) -> str:
    return re.sub(r"\s+", " ", doc).replace("``", "`").strip()


@pages.get("/openapi.json")
@allow(public=True)
def openapi() -> Response:
    """The contract for programs."""
    return jsonify(document())


@pages.get("/")
@allow(public=True)
def reference() -> Response:
    """The contract for people."""
    found = document()
    operations = [
        {"method": method.upper(), "path": path, **operation, "fields": _fields(operation, found)}
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]
    groups = [(name, [one for one in operations if name in one["tags"]]) for _prefixes, name in _GROUPS]
    return make_response(render_template("api/reference.html", document=found, groups=groups, schemas=_schemas(found)))


def _fields(operation: Schema, found: Schema) -> list[Schema]:
    """What a request is given, flat: path, query and header parameters, then the body's fields."""
    rows = [
        {"name": each["name"], "where": each["in"], "required": each["required"], "type": words(each["schema"])}
        for each in operation["parameters"]
    ]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        reference_ = content["schema"].get("$ref", "")
        body = found["components"]["schemas"].get(reference_.rpartition("/")[2], {})
        rows += [
            {"name": name, "where": "body", "required": name in body.get("required", ()), "type": words(schema)}
            for name, schema in body.get("properties", {}).items()
        ]
    return rows


def _schemas(found: Schema) -> list[tuple[str, str, Sequence[tuple[str, str]]]]:
    return [
        (name, schema.get("description", ""), [(field, words(each)) for field, each in schema["properties"].items()])
        for name, schema in found["components"]["schemas"].items()
    ]


def words(schema: Schema) -> str:
    """A schema in a few words, for the table: ``text, 1 to 64``; ``list of OrderLineState``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(words(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(each) or '""' for each in schema["enum"])
    kinds = schema.get("type", "anything")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    said = " | ".join(f"list of {words(schema.get('items', {}))}" if kind == "array" else kind for kind in kinds)
    for least, most in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        if least in schema:
            said += f", {schema[least]} to {schema[most]}"
    return f"{said} ({schema['format']})" if "format" in schema else said

"""A client that holds every answer against the published contract, so that each test of the API tests it too."""

import json as json_module
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

OPEN = {"Interpretation"}
"""What may say more than it declares: a barcode's elements."""


@dataclass(frozen=True)
class Answer:
    """What came back. ``json`` is None where there was none."""

    status: int
    json: Any
    headers: Any
    data: bytes

    @property
    def code(self) -> str:
        return str(self.json["code"])


class Api:
    """Calls the API as one token. Its answers must be what the contract says, and nothing beyond it."""

    def __init__(self, app: Flask, token: str) -> None:
        self.app, self.token = app, token
        self.client = app.test_client()
        self.contract = closed(self.client.get("/api/v1/openapi.json").data)

    def __call__(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        csv: str | bytes | None = None,
        data: bytes | None = None,
        content_type: str = "application/json",
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if key is not None:
            sent["Idempotency-Key"] = key
        if csv is not None:
            data, content_type = (csv.encode() if isinstance(csv, str) else csv), "text/csv"
        elif json is not None:
            data = json_module.dumps(json).encode()
        response = self.client.open(
            f"/api/v1{path}", method=method, data=data, content_type=content_type if data else None, headers=sent
        )
        answer = Answer(
            response.status_code, response.get_json(silent=True, force=True), response.headers, response.data
        )
        self.check(method, path, response, answer)
        return answer

    def check(self, method: str, path: str, response: TestResponse, answer: Answer) -> None:
        """Fail where the contract does not know this answer."""
        if response.status_code in (404, 405) and answer.code in ("not_found", "method_not_allowed"):
            return  # no endpoint of ours
        adapter = self.app.url_map.bind("localhost")
        endpoint, _values = adapter.match(f"/api/v1{path.split('?')[0]}", method=method)
        operation = self.operation(endpoint.removeprefix("api."))
        declared = (
            operation["responses"].get(str(response.status_code)) or self.contract["components"]["responses"]["Problem"]
        )
        if response.status_code == 204:
            assert not response.data
            return
        kind = response.headers["Content-Type"].split(";")[0]
        assert kind in declared["content"], f"{method} {path}: {response.status_code} with {kind}"
        if "json" in kind:
            schema = {**declared["content"][kind]["schema"], "components": self.contract["components"]}
            Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(answer.json)

    def operation(self, name: str) -> Any:
        for methods in self.contract["paths"].values():
            for operation in methods.values():
                if operation["operationId"] == name:
                    return operation
        raise AssertionError(f"{name} is not in the contract")


@cache
def closed(published: bytes) -> Any:
    """The contract with every object closed, so that a field that it does not declare fails the test."""
    contract = json_module.loads(published)
    for name, schema in contract["components"]["schemas"].items():
        if name not in OPEN | {"Problem"} and schema.get("properties"):
            schema["additionalProperties"] = False
    return contract

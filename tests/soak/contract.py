"""The published contract, held against what nobody thought of: requests made up from its own schemas.

Each operation is asked with values that its schema allows and with values that it does not. No answer is 5xx, and each
has a status, a type and a shape that the contract names. Half of the requests name things that are there (a task, an
order, a bin), so that more than the first check of a request is reached.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def faults(
    app: Flask, tokens: Mapping[str, str], there: Mapping[str, list[Any]], *, number: int, examples: int
) -> Iterator[str]:
    """What is wrong, in words. ``there``: values that exist, by the name of the field or of the parameter."""
    contract = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    contract.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    for found in contract.get_all_operations():
        operation = found.ok()
        for name, token in tokens.items():
            try:
                _asked(operation, token, there, number=number, examples=examples)
            except Exception as wrong:  # noqa: BLE001 - schemathesis raises groups of failures, which are told
                yield f"{operation.label} as {name}: {wrong}"


def _asked(operation: Any, token: str, there: Mapping[str, list[Any]], *, number: int, examples: int) -> None:
    @seed(number)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), throw=st.integers(0, 2**32))
    def ask(case: Any, throw: int) -> None:
        dice = random.Random(throw)
        if dice.random() < 0.5:
            case.path_parameters = _nearer(case.path_parameters, there, dice)
            case.query = _nearer(case.query, there, dice)
            case.body = _nearer(case.body, there, dice)
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=CHECKS)

    ask()


def _nearer(value: Any, there: Mapping[str, list[Any]], dice: random.Random) -> Any:
    """The same, with things that exist where a name says which."""
    if isinstance(value, list):
        return [_nearer(each, there, dice) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: dice.choice(there[name]) if name in there and dice.random() < 0.8 else _nearer(each, there, dice)
        for name, each in value.items()
    }

"""The JSON Schema of the dataclasses that requests and answers are declared as: nothing is written twice."""

import re
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from app.web.api.body import Between, Size, bare, declared

Schema = dict[str, Any]
_MONEY = {"type": "string", "pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$"}
_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Any: {},
}


@dataclass(slots=True)
class Schemas:
    """The named schemas of one document; ``is_request`` closes objects and takes money as a number too."""

    named: dict[str, Schema]

    def of(self, hint: Any, *, is_request: bool) -> Schema:
        """The schema of a type; a dataclass is named once and referred to."""
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self.of(inner[0], is_request=is_request) | _bounds(hint)
        if origin in (Union, UnionType):
            return _or_null(self.of(next(part for part in inner if part is not NoneType), is_request=is_request))
        if origin is Literal:
            return {"enum": list(inner)}
        if origin in (tuple, list):
            if origin is tuple and (len(inner) != 2 or inner[1] is not Ellipsis):
                return {
                    "type": "array",
                    "prefixItems": [self.of(each, is_request=is_request) for each in inner],
                    "minItems": len(inner),
                    "maxItems": len(inner),
                }
            return {"type": "array", "items": self.of(inner[0], is_request=is_request)}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(inner[1], is_request=is_request) or True}
        if is_dataclass(hint):
            return self._named(hint, is_request=is_request)
        if hint is Decimal:
            return {"anyOf": [_MONEY, {"type": "number"}]} if is_request else dict(_MONEY)
        return dict(_PLAIN[hint])

    def _named(self, kind: Any, *, is_request: bool) -> Schema:
        name = kind.__name__
        if name not in self.named:
            self.named[name] = {}  # taken, should the type contain itself
            self.named[name] = self.object(kind, is_request=is_request)
        return {"$ref": f"#/components/schemas/{name}"}

    def object(self, kind: Any, *, is_request: bool) -> Schema:
        """The schema of one dataclass. What has a default may be left out."""
        hints = declared(kind)
        own = [field for field in fields(kind) if not field.name.startswith("_")]
        found: Schema = {
            "type": "object",
            "description": _sentence(kind.__doc__),
            "properties": {
                field.name: self.of(hints[field.name], is_request=is_request) | _default(field, is_request=is_request)
                for field in own
            },
        }
        required = [field.name for field in own if field.default is MISSING and field.default_factory is MISSING]
        if required:
            found["required"] = required
        if is_request:
            found["additionalProperties"] = False
        return found

    def parameters(self, kind: Any) -> list[Schema]:
        """The fields of a query as parameters."""
        hints = declared(kind)
        return [
            {
                "name": field.name,
                "in": "query",
                "required": field.default is MISSING,
                "schema": self.of(_not_null(hints[field.name]), is_request=True),
            }
            for field in fields(kind)
        ]


def _bounds(hint: Any) -> Schema:
    base, *bounds = get_args(hint)
    found: Schema = {}
    for bound in bounds:
        if isinstance(bound, Between):
            found |= {"minimum": bound.least, "maximum": bound.most}
        if isinstance(bound, Size):
            least, most = ("minItems", "maxItems") if get_origin(base) is tuple else ("minLength", "maxLength")
            found |= {least: bound.least, most: bound.most}
    return found


def _not_null(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return next(part for part in get_args(hint) if part is not NoneType)
    return hint


def _or_null(schema: Schema) -> Schema:
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _default(field: Any, *, is_request: bool) -> Schema:
    plain = is_request and isinstance(field.default, str | int | bool) and bare(field.type) is not None
    return {"default": field.default} if plain else {}


def _sentence(doc: str | None) -> str:
    """A docstring as one paragraph."""
    return re.sub(r"\s+", " ", doc or "").replace("``", "`").strip()

"""What a request may carry: declared once as frozen dataclasses, read strictly here, published by ``schema``.

A field without a default is required; ``X | None`` takes null; ``Annotated`` with ``Size`` or ``Between`` bounds it.
Nothing is guessed: ``true`` is no number, ``"2"`` is no number, a float is no quantity, an unknown field is refused.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from app.db import can_keep
from app.language import _
from app.refusal import Refused

T = TypeVar("T")
MOMENT = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)$"
"""RFC 3339, section 5.6: date, time and offset; without an offset a time says nothing."""
_MOST_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Size:
    """Characters of a text, or entries of a list."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Between:
    """The smallest and the largest number."""

    least: int
    most: int


UNITS_MAX = 1_000_000_000
Units = Annotated[int, Between(1, UNITS_MAX)]
SignedUnits = Annotated[int, Between(-UNITS_MAX, UNITS_MAX)]
RowId = Annotated[int, Between(1, 2**63 - 1)]
Code = Annotated[str, Size(1, 64)]
"""A SKU, a location, a document's number: the name of one thing."""
Filter = Annotated[str, Size(0, 64)]
"""What a list is narrowed by: empty, or the name of one thing."""
Words = Annotated[str, Size(0, 500)]
Scanned = Annotated[str, Size(1, 1000)]
ScanId = Annotated[str, Size(1, 64)]
MONEY_MAX = Decimal(10) ** 14


class BadRequest(Refused):
    """The request is not JSON at all (HTTP 400)."""

    status = 400


class UnsupportedMedia(Refused):
    """The body is of another kind than this address takes (HTTP 415)."""

    status = 415


def loads(data: bytes) -> object:
    """The JSON text as Python, numbers with a fraction as ``Decimal``.

    Errors: ``bad_json`` (HTTP 400), for what RFC 8259 forbids or leaves open: NaN, a field twice, half a character.
    """
    try:
        return json.loads(
            data.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_object
        )
    except (ValueError, RecursionError) as error:
        raise BadRequest("bad_json", _("The body is not JSON: %(why)s.", why=str(error)[:200])) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return found


def read(kind: type[T], given: object) -> T:
    """The value of type ``kind`` that ``given`` says.

    Errors: ``Refused`` with the code of the first error, and all of them as ``errors: [{field, code, message}]``.
    """
    reader = _Reader()
    value = reader.value(kind, given, "")
    reader.finish()
    return value  # type: ignore[no-any-return]  # built from ``kind`` itself


def read_query(kind: type[T], given: Mapping[str, Sequence[str]]) -> T:
    """As ``read``, for ``?name=text``: whole numbers and yes or no are read from their text; empty is as if not given.

    Errors: as ``read``; ``given_twice``.
    """
    reader = _Reader()
    hints = declared(kind)  # type: ignore[arg-type]  # a type is hashable
    values: dict[str, object] = {}
    for name, texts in given.items():
        if len(texts) > 1:
            reader.refuse(name, "given_twice", _("give it once"))
        elif texts[0] != "":
            values[name] = _from_text(hints.get(name), texts[0])
    value = reader.value(kind, values, "")
    reader.finish()
    return value  # type: ignore[no-any-return]


def _from_text(hint: Any, text: str) -> object:
    base = bare(hint)
    if base is int and re.fullmatch(r"-?[0-9]{1,19}", text):
        return int(text)
    if base is bool:
        return {"true": True, "false": False}.get(text, text)
    return text


@cache
def declared(kind: type[Any]) -> dict[str, Any]:
    """The fields of a dataclass with their types."""
    return get_type_hints(kind, include_extras=True)


def bare(hint: Any) -> Any:
    """A type without its bounds and without null."""
    if get_origin(hint) is Annotated:
        return bare(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return bare(next(part for part in get_args(hint) if part is not NoneType))
    return hint


class _Reader:
    """Reads one request and notes everything that is wrong with it."""

    def __init__(self) -> None:
        self.errors: list[dict[str, str]] = []

    def refuse(self, where: str, code: str, message: str) -> None:
        self.errors.append({"field": where, "code": code, "message": message})

    def finish(self) -> None:
        if not self.errors:
            return
        first = self.errors[0]
        where = first["field"] or _("The body")
        raise Refused(first["code"], f"{where}: {first['message']}.", errors=self.errors[:_MOST_ERRORS])

    def value(self, hint: Any, given: object, where: str) -> Any:
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            before = len(self.errors)
            value = self.value(inner[0], given, where)
            if value is not None and len(self.errors) == before:
                for bound in inner[1:]:
                    self.check(bound, value, where)
            return value
        if origin in (Union, UnionType):
            if given is None:
                return None
            return self.value(next(part for part in inner if part is not NoneType), given, where)
        if origin is Literal:
            if given not in inner or isinstance(given, bool):
                return self.refuse(where, "unknown_value", _("choose one of %(these)s", these=", ".join(inner)))
            return given
        if origin is tuple:
            return self.entries(inner[0], given, where)
        if origin is dict:
            return self.mapping(inner[1], given, where)
        if is_dataclass(hint):
            return self.fields(hint, given, where)
        return self.plain(hint, given, where)

    def fields(self, kind: Any, given: object, where: str) -> Any:
        if not isinstance(given, dict):
            return self.refuse(where, "wrong_type", _("must be an object"))
        hints = declared(kind)
        values: dict[str, Any] = {}
        before = len(self.errors)
        for name in given.keys() - hints.keys():
            self.refuse(_path(where, name[:60]), "unknown_field", _("there is no such field"))
        for field in fields(kind):
            if field.name in given:
                values[field.name] = self.value(hints[field.name], given[field.name], _path(where, field.name))
            elif field.default is MISSING and field.default_factory is MISSING:
                self.refuse(_path(where, field.name), "missing_field", _("must be given"))
        return kind(**values) if len(self.errors) == before else None

    def entries(self, hint: Any, given: object, where: str) -> Any:
        if not isinstance(given, list):
            return self.refuse(where, "wrong_type", _("must be a list"))
        return tuple(self.value(hint, each, f"{where}[{index}]") for index, each in enumerate(given))

    def mapping(self, hint: Any, given: object, where: str) -> Any:
        if not isinstance(given, dict):
            return self.refuse(where, "wrong_type", _("must be an object"))
        for name in given:
            self.plain(str, name, _path(where, name[:60]))
        return {name: self.value(hint, each, _path(where, name[:60])) for name, each in given.items()}

    def plain(self, kind: Any, given: object, where: str) -> Any:
        reading, wanted = _PLAIN[kind]
        try:
            return reading(given)
        except TypeError:
            return self.refuse(where, "wrong_type", wanted())
        except _BadText:
            return self.refuse(where, "bad_text", _("holds a character that no text may hold"))
        except (ValueError, InvalidOperation, OverflowError):
            return self.refuse(where, "wrong_form", wanted())

    def check(self, bound: Any, value: Any, where: str) -> None:
        if isinstance(bound, Between) and not bound.least <= value <= bound.most:
            message = _("must be from %(least)s to %(most)s", least=bound.least, most=bound.most)
            self.refuse(where, "out_of_range", message)
        if isinstance(bound, Size) and not bound.least <= len(value) <= bound.most:
            if isinstance(value, tuple):
                message = _("must have %(least)s to %(most)s entries", least=bound.least, most=bound.most)
                return self.refuse(where, "wrong_length", message)
            message = _("must have %(least)s to %(most)s characters", least=bound.least, most=bound.most)
            self.refuse(where, "wrong_length", message)
        return None


class _BadText(Exception):  # noqa: N818 - caught a few lines above, never seen outside
    """A character that no database keeps."""


def text(given: object) -> str:
    """A text that both databases keep."""
    if not isinstance(given, str):
        raise TypeError
    if not can_keep(given):
        raise _BadText
    return given


def _whole(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError
    return given


def _truth(given: object) -> bool:
    if not isinstance(given, bool):
        raise TypeError
    return given


def _moment(given: object) -> datetime:
    if not re.match(MOMENT, text(given), re.ASCII):
        raise ValueError
    return datetime.fromisoformat(str(given).upper()).astimezone(UTC)


def _day(given: object) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text(given), re.ASCII):
        raise ValueError
    return date.fromisoformat(str(given))


def _money(given: object) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | Decimal | str):
        raise TypeError
    if isinstance(given, str) and not re.fullmatch(r"-?[0-9]{1,14}(\.[0-9]{1,4})?", given):
        raise ValueError
    amount = Decimal(given)
    exponent = amount.as_tuple().exponent
    if abs(amount) >= MONEY_MAX or not isinstance(exponent, int) or exponent < -4:
        raise ValueError
    return amount


_PLAIN: dict[Any, tuple[Callable[[object], Any], Callable[[], str]]] = {
    str: (text, lambda: _("must be a text")),
    int: (_whole, lambda: _("must be a whole number")),
    bool: (_truth, lambda: _("must be true or false")),
    datetime: (_moment, lambda: _("must be a time as RFC 3339 writes it, such as 2026-01-31T09:30:00Z")),
    date: (_day, lambda: _("must be a day as YYYY-MM-DD, such as 2026-01-31")),
    Decimal: (_money, lambda: _("must be an amount with at most 4 decimals, such as 12.50")),
}


def _path(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name

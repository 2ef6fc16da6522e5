"""A row as the text that is hashed: canonical JSON, written by the database itself.

Columns go by name, absent values are left out (so that a column that is added later, empty, changes no older link),
moments are UTC with microseconds and four digits of the year, whatever form the database keeps them in. The text is
what ``json.dumps(sort_keys=True, separators=(",", ":"))`` makes of the row; the database writes it because a ledger of
millions is then read three times as fast as by way of Python objects.
"""

import codecs
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, cast, func, literal, type_coerce
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.db import UtcDateTime


def as_json(columns: Iterable[Column[Any]], dialect: str) -> ColumnElement[str]:
    """The row's JSON, but for letters beyond ASCII: see ``ascii_only``."""
    parts: ColumnElement[Any] = literal("")
    for column in sorted(columns, key=lambda column: column.name):
        part = literal(f',"{column.name}":').concat(_value(column, dialect))
        parts = parts.concat(func.coalesce(part, literal("")) if column.nullable else part)
    return literal("{").concat(func.substr(parts, 2)).concat(literal("}"))


def _value(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    if isinstance(column.type, UtcDateTime):
        return literal('"').concat(_moment(column, dialect)).concat(literal('+00:00"'))
    if isinstance(column.type, Text):
        quoted = func.json_quote(column) if dialect == "sqlite" else cast(func.to_json(column), Text)
        return type_coerce(quoted, Text)
    return cast(column, Text)


def _moment(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    if dialect == "sqlite":
        # 27 letters; a year below 1000 was once written with three digits, and means the same.
        return func.substr(literal("000").concat(type_coerce(column, Text)), -27, 26)
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US')


def joined(text: ColumnElement[str], order: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """Texts of several rows in one, by commas; on SQLite the rows have to come in order."""
    if dialect == "sqlite":
        return func.group_concat(text, ",")
    return func.string_agg(text, aggregate_order_by(literal(","), order))


def ascii_only(text: str) -> bytes:
    """What is hashed: letters beyond ASCII are spelt ``\\uXXXX``, as JSON may and our first links did."""
    if text.isascii() and "\x7f" not in text:
        return text.encode()
    return text.replace("\x7f", "\\u007f").encode("ascii", "json_escapes")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


codecs.register_error("json_escapes", _escaped)

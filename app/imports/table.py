"""The text of a file -> rows of typed values, with an error for every cell that is not what its column says.

RFC 4180, in UTF-8 with or without a byte order mark. What spreadsheets silently bend is refused instead of guessed:
another separator, a quote inside an unquoted cell, a missing or extra cell, a byte that is not UTF-8.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.imports.columns import Column
from app.imports.result import Outcome
from app.language import _
from app.refusal import Refused

MOST_ROWS = 100_000
"""More rows are more than one file: somebody waits for them, and mends their errors. Lines that are empty count."""
_CELL = r'(?:"(?:[^"]|"")*"|[^",\r\n]*)'
_RECORD = re.compile(rf"{_CELL}(?:,{_CELL})*[\r\n]*")
_SIGNS = "=+\\-@＝＋－＠"  # the wide ones too: a spreadsheet in Chinese, Japanese or Korean takes them for the narrow
_FORMULA = re.compile(rf"'*[{_SIGNS}\t\r]")
_GUARDED = re.compile(rf"'+[{_SIGNS}]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``values`` has the columns of the file, and no others."""

    number: int
    values: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def get(self, column: str, default: Any = None) -> Any:
        return self.values.get(column, default)


def read(data: bytes | str, columns: Sequence[Column], key: Sequence[str], outcome: Outcome) -> list[Row]:
    """The good rows of a file; what is wrong is noted in ``outcome``, and so is the number of rows.

    ``key`` names the columns that tell two rows apart: the second row with the same key is a ``duplicate_row``.
    Errors of the file: ``not_utf8``, ``empty_file``, ``wrong_separator``, ``missing_column``, ``unknown_column``,
    ``duplicate_column``. Of a row: ``nul_character``, ``stray_quote``, ``wrong_column_count``, ``missing_value``, and
    what the columns refuse. Of too much: ``too_many_rows``, ``took_too_long``.
    """
    text = _decoded(data, outcome)
    if text is None:
        return []
    records = _records(text)
    header = next(records, None)
    if header is None or not isinstance(header[1], list) or not any(cell.strip() for cell in header[1]):
        code = header[1] if header is not None and isinstance(header[1], str) else "empty_file"
        outcome.refuse(1, "", code, _message(code))
        return []
    names = [cell.strip().lower() for cell in header[1]]
    if not _is_header_right(names, columns, outcome):
        return []
    by_name = {column.name: column for column in columns}
    layout = [by_name[name] for name in names]
    rows: list[Row] = []
    seen: dict[tuple[Any, ...], int] = {}
    for number, cells in records:
        if isinstance(cells, _TooMany):
            message = _("A file has at most %(n)s rows. Split it.", n=MOST_ROWS)
            outcome.refuse(number, "", "too_many_rows", message)
            break
        if number % 1000 == 0 and outcome.is_too_slow(number):
            break
        outcome.rows += 1
        row = _row(number, cells, layout, outcome)
        if row is None:
            continue
        identity = tuple(row.get(name) for name in key)
        first = seen.setdefault(identity, number)
        if first != number:
            outcome.refuse(
                number, key[-1], "duplicate_row", _("Row %(row)s says this already. Remove one of them.", row=first)
            )
            continue
        rows.append(row)
    return rows


def guarded(cell: str) -> str:
    """The cell with a quote before it where a spreadsheet would take it for a formula (OWASP, CSV injection).

    The reader takes that quote away again: a cell that has quotes of its own there gets one more, and keeps its own.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _decoded(data: bytes | str, outcome: Outcome) -> str | None:
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = error.object.count(b"\n", 0, error.start) + 1
        outcome.refuse(row, "", "not_utf8", _("This is not UTF-8 text. Save the file as CSV in UTF-8."))
        return None
    return text.removeprefix("\ufeff")


class _TooMany(str):
    """The record after the last that is read."""

    __slots__ = ()


def _records(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each record that is not blank, with its number in the file: its cells, or the code of what is wrong with it."""
    raw: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            raw.append(line)
            yield line

    reader = csv.reader(lines(), strict=True)
    number = 0
    while True:
        raw.clear()
        number += 1
        if number > MOST_ROWS + 1:
            if next(reader, None) is not None:
                yield number, _TooMany()
            return
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield number, "too_long" if "field limit" in str(error) else "stray_quote"
            if "end of data" in str(error):
                return  # an open quote has swallowed the rest of the file
            continue
        if cells is None:
            return
        record = "".join(raw)
        if "\0" in record:
            yield number, "nul_character"
        elif '"' in record and not _RECORD.fullmatch(record):
            yield number, "stray_quote"
        elif any(cell.strip() for cell in cells) or number == 1:
            yield number, cells


def _message(code: str) -> str:
    return {
        "empty_file": _("The file is empty. The first row names the columns."),
        "too_long": _("A cell of this row is longer than any may be. Shorten it."),
        "stray_quote": _('There is a lone quote (") in this row. Put the whole cell in quotes and write "" for one.'),
        "nul_character": _("There is a NUL byte in this row. Save the file as CSV in UTF-8 again."),
    }[code]


def _is_header_right(names: list[str], columns: Sequence[Column], outcome: Outcome) -> bool:
    if len(names) == 1 and re.search(r"[;\t|]", names[0]):
        message = _("The columns are not separated by commas. Save the file as CSV with commas.")
        outcome.refuse(1, "", "wrong_separator", message)
        return False
    known = [column.name for column in columns]
    is_right = True
    for name in dict.fromkeys(names):
        if name not in known:
            message = _("There is no column %(name)s here. Use: %(known)s.", name=name[:40], known=", ".join(known))
            outcome.refuse(1, name[:40], "unknown_column", message)
            is_right = False
        elif names.count(name) > 1:
            message = _("The column %(name)s stands twice. Remove one of them.", name=name)
            outcome.refuse(1, name, "duplicate_column", message)
            is_right = False
    for column in columns:
        if column.is_required and column.name not in names:
            message = _("The column %(name)s is missing. Add it to the first row.", name=column.name)
            outcome.refuse(1, column.name, "missing_column", message)
            is_right = False
    return is_right


def _row(number: int, cells: list[str] | str, layout: list[Column], outcome: Outcome) -> Row | None:
    if isinstance(cells, str):
        outcome.refuse(number, "", cells, _message(cells))
        return None
    if len(cells) != len(layout):
        message = _("This row has %(found)s cells, not %(wanted)s.", found=len(cells), wanted=len(layout))
        outcome.refuse(number, "", "wrong_column_count", message)
        return None
    values: dict[str, Any] = {}
    for column, cell in zip(layout, cells, strict=True):
        cell = cell.strip()
        if _GUARDED.match(cell):
            cell = cell[1:]
        try:
            if not cell and column.is_required:
                raise Refused("missing_value", _("Fill in %(name)s.", name=column.name))
            values[column.name] = column.read(cell) if cell else column.default
        except Refused as refused:
            outcome.refuse(number, column.name, refused.code, refused.message)
    return Row(number, values) if len(values) == len(layout) else None

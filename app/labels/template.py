"""Label templates: one TOML file each, checked when it is read, so that a mistake is named before anything is printed.

A template says its size, its resolution, its fields with an example, and its elements (``parts``).
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

from app.labels import sandbox
from app.labels.parts import KINDS, Barcode, Element, Image, Table, Text
from app.labels.scripts import INVISIBLE
from app.language import _
from app.refusal import NotFound, Refused

SHIPPED = (Path(__file__).resolve().parents[2] / "label_templates",)
_own: tuple[Path, ...] = ()
LONGEST_FIELD = 4000  # characters: the lines of a packing slip
_STEERS = {"\n", "\t", "\xa0", *INVISIBLE}
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Template:
    """A label that can be printed; ``fields`` must be given, ``optional_fields`` may be.

    ``is_continuous``: for a roll without gaps, which the printer cuts to this label's height.
    """

    name: str
    title: str
    size_mm: tuple[float, ...]
    dpi: int
    fields: tuple[str, ...]
    optional_fields: tuple[str, ...] = ()
    example: Mapping[str, str]
    elements: tuple[Element, ...] = ()
    is_continuous: bool = False
    folder: Path

    def checked(self, given: Mapping[str, str]) -> dict[str, str]:
        """Every field of this label, clean; Refused where one is missing, unknown or cannot be printed."""
        known = {*self.fields, *self.optional_fields}
        if unknown := sorted(given.keys() - known):
            raise Refused(
                "label_field_unknown",
                _("The label “%(label)s” has no field %(fields)s; leave it out.",
                  label=self.name, fields=", ".join(unknown)),
                fields=unknown,
            )  # fmt: skip
        clean = {name: _clean(name, given.get(name, "")) for name in sorted(known)}
        if missing := [name for name in self.fields if not clean[name]]:
            raise Refused(
                "label_field_missing",
                _("The label “%(label)s” needs %(fields)s.", label=self.name, fields=", ".join(missing)),
                fields=missing,
            )
        return clean

    def write(self, source: str, given: Mapping[str, str]) -> str:
        """A text or content of this template with its (``checked``) fields filled in."""
        try:
            return sandbox.write(source, given).strip()
        except sandbox.ERRORS as error:
            raise _invalid(f"{self.name}.toml", source, str(error)) from error


def use_folder(folder: Path | None) -> None:
    """Look for templates in this installation's own folder too; its files replace ours of the same name."""
    global _own
    _own = (folder,) if folder else ()


def templates(*, folders: Sequence[Path] | None = None) -> list[Template]:
    """All templates by title; a later folder's file replaces an earlier one of the same name.

    ``folders``: ours and the installation's own by default. Refused (``label_template_invalid``) for the first that
    is wrong, with its file, its element and the reason.
    """
    files = {file.stem: file for folder in _folders(folders) for file in sorted(folder.glob("*.toml"))}
    return sorted((_load(file) for file in files.values()), key=lambda each: each.title)


def template(name: str, *, folders: Sequence[Path] | None = None) -> Template:
    """The template of this name; NotFound (``unknown_template``) otherwise, whatever the name tries to be."""
    if _NAME.fullmatch(name):
        for folder in reversed(_folders(folders)):
            if (file := folder / f"{name}.toml").is_file():
                return _load(file)
    raise NotFound("unknown_template", _("There is no label “%(name)s”. Choose one of the list.", name=name))


def _folders(given: Sequence[Path] | None) -> Sequence[Path]:
    return (*SHIPPED, *_own) if given is None else given


def _clean(name: str, value: str) -> str:
    value = value.replace("\r\n", "\n").strip()
    if len(value) > LONGEST_FIELD or any(not (letter.isprintable() or letter in _STEERS) for letter in value):
        raise Refused(
            "label_field_invalid",
            _("“%(field)s” is longer than %(longest)s characters or holds one that cannot be printed. Correct it.",
              field=name, longest=LONGEST_FIELD),
            field=name,
        )  # fmt: skip
    return value


def _invalid(file: str, where: str, why: str) -> Refused:
    return Refused(
        "label_template_invalid",
        _("The label template %(file)s is wrong at %(where)s: %(why)s.", file=file, where=where, why=why),
        file=file, where=where, why=why,
    )  # fmt: skip


def _load(file: Path) -> Template:
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=128)
def _read(file: Path, _changed: int) -> Template:
    """The file as it was at one moment; a file that was edited is read anew."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _invalid(file.name, _("the file"), str(error)) from error
    return _Reader(file).template(table)


class _Reader:
    """Reads one file and knows the place where it stops."""

    def __init__(self, file: Path) -> None:
        self.file, self.where = file, _("the head")

    def refuse(self, why: str) -> NoReturn:
        raise _invalid(self.file.name, self.where, why)

    def template(self, table: dict[str, object]) -> Template:
        tables = table.pop("elements", [])
        head = self.fill(Template, {**table, "folder": self.file.parent})
        if head.name != self.file.stem or not _NAME.fullmatch(head.name):
            self.refuse("name is not the file's name in small letters")
        if len(head.size_mm) != 2 or not all(5 <= side <= 300 for side in head.size_mm):
            self.refuse("size_mm needs a width and a height from 5 to 300")
        if not 150 <= head.dpi <= 600:
            self.refuse("dpi is not from 150 to 600")
        if not set(head.fields) <= set(head.example) <= {*head.fields, *head.optional_fields}:
            self.refuse("example gives too few or unknown fields")
        if not isinstance(tables, list) or not tables:
            self.refuse("there are no [[elements]]")
        elements = [self.element(number, each, head) for number, each in enumerate(tables, start=1)]
        self.keep_symbols_clear(elements)
        return Template(**{**vars(head), "elements": tuple(elements), "example": MappingProxyType(dict(head.example))})

    def element(self, number: int, table: object, head: Template) -> Element:
        kind = table.get("type") if isinstance(table, dict) else None
        self.where = f"elements[{number}] ({kind})"
        if not isinstance(table, dict) or kind not in KINDS:
            self.refuse(f"type is not one of {', '.join(KINDS)}")
        element: Element = self.fill(KINDS[kind], {key: value for key, value in table.items() if key != "type"})
        width, height = head.size_mm
        if min(element.x, element.y, element.width, element.height) < 0 or (
            element.x + element.width > width or element.y + element.height > height
        ):
            self.refuse(f"it leaves the label of {width:g} x {height:g} mm")
        match element:
            case Text():
                self.check_source(element.text, head)
            case Barcode():
                self.check_source(element.value, head)
            case Table():
                self.check_source(element.rows, head)
                if not element.widths or sum(element.widths) > element.width + 0.01 or min(element.widths) < 3:
                    self.refuse("widths do not fit into width, or one is below 3")
                if len(element.aligns) > len(element.widths):
                    self.refuse("there are more aligns than widths")
        if isinstance(element, Image):
            path = (self.file.parent / element.file).resolve()
            if not path.is_relative_to(self.file.parent.resolve()) or not path.is_file():
                self.refuse(f"there is no image {element.file} beside the template")
        return element

    def check_source(self, source: str, head: Template) -> None:
        try:
            unknown = sandbox.fields_used(source) - {*head.fields, *head.optional_fields}
        except sandbox.ERRORS as error:
            self.refuse(str(error))
        if unknown:
            self.refuse(f"unknown field {', '.join(sorted(unknown))}")

    def keep_symbols_clear(self, elements: list[Element]) -> None:
        """A symbol's box holds its quiet zones, so nothing else may stand there."""
        for (number, one), (other_number, other) in combinations(enumerate(elements, start=1), 2):
            if not any(isinstance(each, Barcode) for each in (one, other)):
                continue
            if not all(isinstance(each, Barcode | Text | Table | Image) for each in (one, other)):
                continue  # a box may frame a symbol; the proof reads the symbol as printed
            if (
                one.x < other.x + other.width and other.x < one.x + one.width
                and one.y < other.y + other.height and other.y < one.y + one.height
            ):  # fmt: skip
                self.where = f"elements[{number}]"
                self.refuse(f"it overlaps elements[{other_number}], and a symbol needs its quiet zone")

    def fill(self, kind: type[Any], table: Mapping[str, object]) -> Any:
        """A dataclass from a TOML table: every key known, none missing, each of its type."""
        hints = get_type_hints(kind)
        if unknown := sorted(table.keys() - hints.keys()):
            self.refuse(f"unknown key {', '.join(unknown)}")
        missing = [field.name for field in fields(kind) if field.default is MISSING and field.name not in table]
        if missing:
            self.refuse(f"{', '.join(missing)} is missing")
        for key, value in table.items():
            if not _suits(value, hints[key]):
                self.refuse(f"{key} = {value!r} is not {_said(hints[key])}")
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in table.items()})


def _suits(value: object, hint: Any) -> bool:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value in inner
    if origin in (Union, UnionType):
        return any(_suits(value, each) for each in inner)
    if origin is tuple:
        return isinstance(value, list) and all(_suits(each, inner[0]) for each in value)
    if origin is not None:  # the only other one: a mapping of texts
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is hint if hint in (int, bool) else isinstance(value, hint)


def _said(hint: Any) -> str:
    literals = [part for part in (hint, *get_args(hint)) if get_origin(part) is Literal]
    choices = [str(choice) for literal in literals for choice in get_args(literal)]
    return f"one of {', '.join(choices)}" if choices else f"a {getattr(hint, '__name__', hint)}"

"""A job's memory as its task keeps it: the one place where the JSON of ``Task.memory`` is read and written.

Whoever is in the middle of a job when a new version starts goes on where they were. So what is not known is passed
over, what is missing has its default, a null where there can be none is as good as missing, and a field that had
another name before says so (``formerly``). What has its default is not written.

A value may be a number, a text, a date, a tuple, a mapping, a dataclass, or one of several dataclasses: then it is the
first of them of which everything is there that has no default.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]
_STORED = "_stored"
_AS_IT_IS = {NoneType, bool, int, str}


def formerly(name: str) -> Mapping[str, str]:
    """The metadata of a field that older versions stored under another name."""
    return {"formerly": name}


def read_memory(kind: type[T], stored: Mapping[str, Any]) -> T:
    """The dataclass that was stored; each scan reads one.

    It is filled by hand: of a frozen dataclass the ``__init__`` takes four times as long as all else here.
    """
    memory, as_any = object.__new__(kind), cast(Any, kind)
    vars(memory).update(_defaults(as_any), **known_fields(as_any, stored))
    return memory


def _read_part(kind: type[T], stored: Mapping[str, Any]) -> T:
    """A dataclass within another one. It is frozen, and written as it was read: of what can be undone most stays."""
    part = read_memory(kind, stored)
    vars(part)[_STORED] = stored
    return part


def known_fields(kind: Any, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the dataclass that were stored, by name."""
    known, found = _known(kind), {}
    for key, value in stored.items():
        if key in known:
            name, read, may_be_none = known[key]
            if value is not None:
                found[name] = value if read is None else read(value)
            elif may_be_none:
                found[name] = None
    return found


def write_memory(memory: Any) -> dict[str, Any]:
    """What is to be stored of a dataclass."""
    kind: Any = type(memory)
    values = vars(memory)
    return {name: _plain(values[name]) for name, default in _defaults(kind).items() if values[name] != default}


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    return {each.name: _default(each) for each in fields(kind)}


def _default(each: Field[Any]) -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


def _plain(value: Any) -> Any:
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return vars(value).get(_STORED) or write_memory(value)


@cache
def _known(kind: Any) -> dict[str, tuple[str, Reader | None, bool]]:
    """The name under which a field is stored -> its own, how its value is read, and whether that may be None."""
    hints, found = get_type_hints(kind), {}
    for each in fields(kind):
        hint = hints[each.name]
        known = (each.name, _reader(hint), NoneType in get_args(hint))
        found[each.name] = known
        if "formerly" in each.metadata:
            found[each.metadata["formerly"]] = known
    return found


def _reader(kind: Any) -> Reader | None:
    """How a value of this type is read; None where it is read as it stands."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of([each for each in arguments if each is not NoneType])
    if origin is tuple:
        return _tuple(arguments)
    if origin is Mapping:
        return _mapping(*arguments)
    if not isinstance(kind, type):
        return None
    if is_dataclass(kind):
        return partial(_read_part, kind)
    if issubclass(kind, tuple):
        readers = [_reader(each) for each in get_type_hints(kind).values()]
        return lambda stored: kind(*_each(readers, stored))
    return kind.fromisoformat if issubclass(kind, date) else None


def _one_of(kinds: list[Any]) -> Reader | None:
    if len(kinds) == 1:
        return _reader(kinds[0])
    needed = [(kind, frozenset(each.name for each in fields(kind) if _default(each) is MISSING)) for kind in kinds]

    def read(stored: Mapping[str, Any]) -> Any:
        for kind, names in needed:
            if names <= stored.keys():
                return _read_part(kind, stored)
        raise LookupError(f"none of {kinds} is stored as {sorted(stored)}")

    return read


def _tuple(arguments: tuple[Any, ...]) -> Reader:
    if arguments[-1] is not Ellipsis:
        readers = [_reader(each) for each in arguments]
        return lambda stored: tuple(_each(readers, stored))
    read = _reader(arguments[0])
    return tuple if read is None else lambda stored: tuple(map(read, stored))


def _each(readers: list[Reader | None], stored: Any) -> list[Any]:
    return [value if read is None else read(value) for read, value in zip(readers, stored, strict=True)]


def _mapping(key: Any, value: Any) -> Reader:
    read_key, read = (int if key is int else str), _reader(value) or _as_it_is
    return lambda stored: {read_key(key): read(value) for key, value in stored.items()}


def _as_it_is(value: Any) -> Any:
    return value

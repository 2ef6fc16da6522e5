"""What a request may carry is read strictly: nothing is guessed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest

from app.refusal import Refused
from app.web.api.body import Between, Size, loads, read, read_query


@dataclass(frozen=True, kw_only=True)
class Inner:
    code: Annotated[str, Size(1, 3)]


@dataclass(frozen=True, kw_only=True)
class Sample:
    units: Annotated[int, Between(1, 9)]
    name: str = ""
    price: Decimal | None = None
    at: datetime | None = None
    is_on: bool = False
    word: Literal["a", "b"] = "a"
    inner: Inner | None = None
    many: Annotated[tuple[Inner, ...], Size(1, 2)] | None = None
    texts: dict[str, str] | None = None


def refusal(given: Any, kind: type[Any] = Sample) -> Refused:
    with pytest.raises(Refused) as caught:
        read(kind, given)
    return caught.value


def test_a_whole_request_is_read() -> None:
    given = loads(
        b'{"units": 2, "name": "x", "price": 12.5, "at": "2026-01-31T10:30:00+01:00", "is_on": true, "word": "b",'
        b' "inner": {"code": "abc"}, "many": [{"code": "a"}], "texts": {"k": "v"}}'
    )
    assert read(Sample, given) == Sample(
        units=2,
        name="x",
        price=Decimal("12.5"),
        at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
        is_on=True,
        word="b",
        inner=Inner(code="abc"),
        many=(Inner(code="a"),),
        texts={"k": "v"},
    )


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({}, "missing_field", "units"),
        ({"units": 1, "role": "admin"}, "unknown_field", "role"),
        ({"units": True}, "wrong_type", "units"),
        ({"units": "1"}, "wrong_type", "units"),
        ({"units": Decimal("1.0")}, "wrong_type", "units"),
        ({"units": None}, "wrong_type", "units"),
        ({"units": 0}, "out_of_range", "units"),
        ({"units": 10}, "out_of_range", "units"),
        ({"units": 1, "name": None}, "wrong_type", "name"),
        ({"units": 1, "name": 7}, "wrong_type", "name"),
        ({"units": 1, "name": "a\x00b"}, "bad_text", "name"),
        ({"units": 1, "name": "\ud800"}, "bad_text", "name"),
        ({"units": 1, "is_on": 1}, "wrong_type", "is_on"),
        ({"units": 1, "word": "c"}, "unknown_value", "word"),
        ({"units": 1, "word": []}, "unknown_value", "word"),
        ({"units": 1, "at": "2026-01-31T10:30:00"}, "wrong_form", "at"),
        ({"units": 1, "at": "2026-02-30T10:30:00Z"}, "wrong_form", "at"),
        ({"units": 1, "at": "2026-01-31"}, "wrong_form", "at"),
        ({"units": 1, "at": "0001-01-01T00:00:00+23:59"}, "wrong_form", "at"),
        ({"units": 1, "at": 5}, "wrong_type", "at"),
        ({"units": 1, "price": "1,5"}, "wrong_form", "price"),
        ({"units": 1, "price": "1.00001"}, "wrong_form", "price"),
        ({"units": 1, "price": Decimal("1E+20")}, "wrong_form", "price"),
        ({"units": 1, "price": False}, "wrong_type", "price"),
        ({"units": 1, "inner": []}, "wrong_type", "inner"),
        ({"units": 1, "inner": {"code": ""}}, "wrong_length", "inner.code"),
        ({"units": 1, "inner": {"code": "a", "x": 1}}, "unknown_field", "inner.x"),
        ({"units": 1, "many": {}}, "wrong_type", "many"),
        ({"units": 1, "many": []}, "wrong_length", "many"),
        ({"units": 1, "many": [{"code": "a"}, {"code": "long"}]}, "wrong_length", "many[1].code"),
        ({"units": 1, "texts": {"k": 1}}, "wrong_type", "texts.k"),
        ({"units": 1, "texts": {"\x00": "v"}}, "bad_text", "texts.\x00"),
        ([], "wrong_type", ""),
        (None, "wrong_type", ""),
    ],
)
def test_what_is_wrong_is_named(given: object, code: str, field: str) -> None:
    refused = refusal(given)
    assert refused.code == code
    assert refused.details["errors"][0]["field"] == field  # type: ignore[index]


def test_every_error_is_listed_at_once() -> None:
    errors = refusal({"units": 0, "word": "c", "x": 1}).details["errors"]
    assert {(each["field"], each["code"]) for each in errors} == {  # type: ignore[attr-defined]
        ("units", "out_of_range"),
        ("word", "unknown_value"),
        ("x", "unknown_field"),
    }


@pytest.mark.parametrize(
    "data",
    [b"{", b"\xff", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1, "a": 2}', b"[" * 100_000, b"1" * 5000],
    ids=["cut", "not utf-8", "nan", "infinity", "twice", "deep", "huge number"],
)
def test_what_is_no_json_is_a_bad_request(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        loads(data)
    assert (caught.value.status, caught.value.code) == (400, "bad_json")


def test_a_query_is_read_from_its_texts() -> None:
    given = {"units": ["3"], "is_on": ["true"], "name": [""]}
    assert read_query(Sample, given) == Sample(units=3, is_on=True)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"units": ["1", "2"]}, "given_twice"),
        ({"units": ["1.0"]}, "wrong_type"),
        ({"units": ["٣"]}, "wrong_type"),
        ({"units": ["1"], "is_on": ["yes"]}, "wrong_type"),
        ({"units": ["1"], "x": ["1"]}, "unknown_field"),
    ],
)
def test_a_query_that_is_wrong_is_named(given: dict[str, list[str]], code: str) -> None:
    with pytest.raises(Refused) as caught:
        read_query(Sample, given)
    assert caught.value.code == code

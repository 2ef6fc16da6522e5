"""The 72 acceptance vectors: each input, and word for word what it says."""

from datetime import date
from pathlib import Path

import pytest

from app.barcode import Kind, interpretation, parse
from app.refusal import Refused

TODAY = date(2026, 6, 15)
ROWS = [line.split("\t") for line in Path(__file__).with_name("scans.tsv").read_text("utf-8").splitlines()[1:]]


def _said(code: str) -> str:
    """The answer in the notation of the table, in a stable order."""
    answer = interpretation(code, today=TODAY)
    kind, warnings = answer.pop("kind"), answer.pop("warnings")
    if kind == "refused":
        head = answer.pop("code")
        answer.pop("message")
    else:
        head = {"plain": "plain", "ambiguous": "ambiguous", "restricted": "ok restricted"}.get(str(kind), "ok")
    words = {f"{k}={','.join(v) if isinstance(v, list) else v}" for k, v in answer.items()}
    words |= {f"warn={w}" for w in warnings}
    return " ".join([str(head), *sorted(words)])


def _expected(text: str) -> str:
    words = text.partition(" (")[0].split(" ")
    heads = [w for w in words if "=" not in w]
    return " ".join([*heads, *sorted(w for w in words if "=" in w)])


@pytest.mark.parametrize(("code", "expected"), [pytest.param(code, said, id=n) for n, code, said in ROWS])
def test_every_vector_is_read_as_the_table_says(code: str, expected: str) -> None:
    assert _said(code.replace("<GS>", "\x1d")) == _expected(expected)


def test_the_table_is_whole() -> None:
    assert [n for n, _code, _said in ROWS] == [str(n) for n in range(1, 73)]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("4006381333931", Kind.GTIN),
        ("106141412345678908", Kind.SSCC),
        ("]C100106141412345678908", Kind.ELEMENTS),
        ("https://id.gs1.org/01/09506000134352", Kind.DIGITAL_LINK),
        ("2112345012346", Kind.RESTRICTED),
        ("PAL-7", Kind.PLAIN),
        ("01234565", Kind.AMBIGUOUS),
    ],
)
def test_each_kind_is_named(code: str, kind: Kind) -> None:
    assert parse(code, today=TODAY).kind is kind


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        parse(b"\xff\xfe", today=TODAY)
    assert refusal.value.code == "bad_encoding"

"""Reading a file: what is not exactly a table is refused, with the row, the column and what to do."""

import pytest

from app.config import Settings
from app.imports import run
from app.refusal import Refused

ITEMS = "sku,name,price,unit_weight_grams,tracking,has_expiry\n"


def load(session, text: str | bytes, kind: str = "items"):
    return run(session, Settings(), kind, text, dry_run=False)


def codes(result) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in result.errors]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (1, "", "empty_file")),
        ("\n\n", (1, "", "empty_file")),
        (b"sku,name\nA,caf\xe9\n", (2, "", "not_utf8")),
        ("sku;name\nA;B\n", (1, "", "wrong_separator")),
        ("sku\tname\nA\tB\n", (1, "", "wrong_separator")),
        ("sku\nA\n", (1, "name", "missing_column")),
        ("sku,name,colour\nA,B,red\n", (1, "colour", "unknown_column")),
        ("sku,name,name\nA,B,C\n", (1, "name", "duplicate_column")),
        ('sku,name\nA,5" PIPE\n', (2, "", "stray_quote")),
        ('sku,name\nA,"5" PIPE"\n', (2, "", "stray_quote")),
        ('sku,name\nA,"never closed\nB,C\n', (2, "", "stray_quote")),
        ("sku,name\nA,B\0C\n", (2, "", "nul_character")),
        ("sku,name\nA\n", (2, "", "wrong_column_count")),
        ("sku,name\nA,B,C\n", (2, "", "wrong_column_count")),
        ("sku,name\n" + "A" * 65 + ",B\n", (2, "sku", "too_long")),
        ("sku,name\nA," + "B" * 140_000 + "\n", (2, "", "too_long")),
        ("sku,name\nA\x07,B\n", (2, "sku", "control_character")),
        ('sku,name\nA,"two\nlines"\n', (2, "name", "control_character")),
        ("sku,name\nA,\n", (2, "name", "missing_value")),
        ("sku,name\nA,  \n", (2, "name", "missing_value")),
        (ITEMS + "A,B,,1.0,,\n", (2, "unit_weight_grams", "bad_number")),
        (ITEMS + "A,B,,1e3,,\n", (2, "unit_weight_grams", "bad_number")),
        (ITEMS + "A,B,,\u0661,,\n", (2, "unit_weight_grams", "bad_number")),
        (ITEMS + "A,B,,-1,,\n", (2, "unit_weight_grams", "number_out_of_range")),
        (ITEMS + "A,B,,99999999999,,\n", (2, "unit_weight_grams", "number_out_of_range")),
        (ITEMS + "A,B,,{},,\n".format("9" * 5000), (2, "unit_weight_grams", "number_out_of_range")),
        (ITEMS + 'A,B,"1,50",,,\n', (2, "price", "bad_amount")),
        (ITEMS + "A,B,-1,,,\n", (2, "price", "bad_amount")),
        (ITEMS + "A,B,NaN,,,\n", (2, "price", "bad_amount")),
        (ITEMS + "A,B,1.00001,,,\n", (2, "price", "bad_amount")),
        (ITEMS + "A,B,,,batch,\n", (2, "tracking", "bad_choice")),
        (ITEMS + "A,B,,,,perhaps\n", (2, "has_expiry", "bad_yes_no")),
        ("sku,name\nA,B\nA,B\n", (3, "sku", "duplicate_row")),
        ("sku,name\n\nA,B\n\nC,\n", (5, "name", "missing_value")),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_not_exactly_a_table_is_refused_with_its_row(session, text, expected):
    result = load(session, text)
    assert expected in codes(result), codes(result)
    assert (result.created, result.updated, result.unchanged) == (0, 0, 0)
    assert all(error.message for error in result.errors)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("eta", "code"),
    [
        ("2026-02-30", "bad_time"),
        ("2026-02-03T08:00:00", "bad_time"),
        ("3 March", "bad_time"),
        ("0001-01-01T00:00:00+14:00", "bad_time"),
        ("2026-02-03", None),
        ("2026-02-03T08:00:00Z", None),
        ("2026-02-03 08:00+01:00", None),
    ],
)
def test_a_time_says_its_offset_or_is_a_day(session, eta, code):
    head = "number,supplier,warehouse,line,sku,quantity,eta\n"
    found = [error.code for error in load(session, head + f"P,S,W,1,A,1,{eta}\n", "purchase-orders").errors]
    assert ("bad_time" in found) == (code is not None)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffsku,name\r\nA,B\r\n",
        "\ufeffsku,name\nA,B".encode(),
        "SKU , Name\n A , B \n",
        '"sku","name"\n"A","B"\n',
        "sku,name\rA,B\r",
        "sku,name\n\n\nA,B\n,\n",
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_spreadsheets_write_is_understood(session, text):
    result = load(session, text)
    assert (result.errors, result.created) == ((), 1)
    assert (load(session, "sku,name\nA,B\n").unchanged, result.rows >= 1) == (1, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_cell_that_an_export_guarded_against_formulas_comes_back_as_it_was(session):
    assert load(session, "sku,name\n'=cmd(),B\n").created == 1
    assert load(session, "sku,name\n=cmd(),B\n").unchanged == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_quotes_commas_and_lines_inside_a_quoted_cell_are_kept(session):
    from app.catalog.models import Item

    text = 'sku,name,description\nA,"RULER, 12"" WOOD","one\ntwo"\n'
    assert load(session, text).created == 1
    item = session.query(Item).one()
    assert (item.name, item.description) == ('RULER, 12" WOOD', "one\ntwo")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_after_two_hundred_errors_the_rest_is_only_counted(session):
    result = load(session, "sku,name\n" + "".join(f"A{number},\n" for number in range(300)))
    assert len(result.errors) == 201
    assert result.errors[-1].code == "more_errors"
    assert "100" in result.errors[-1].message


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["kits", "listings", "purchase_orders", "../etc"])
def test_a_kind_that_there_is_not_is_refused(session, kind):
    with pytest.raises(Refused) as refused:
        load(session, "a\n", kind)
    assert refused.value.code == "unknown_import_kind"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_progress_ends_at_all_rows(session):
    seen: list[tuple[int, int]] = []
    text = "sku,name\n" + "".join(f"A{number},B\n" for number in range(1700))
    run(session, Settings(), "items", text, dry_run=False, progress=lambda done, rows: seen.append((done, rows)))
    assert seen[-1] == (1700, 1700)
    assert len(seen) > 1

"""CSV files over the API: all or nothing, a dry run writes nothing, a key is one effect."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.imports.run import KINDS
from tests.api.conftest import ITEMS, STOCK, MakeApi, sums
from tests.api.contract import Api


def test_a_file_is_imported_and_again_changes_nothing(api: Api) -> None:
    first = api("POST", "/imports/items", csv=ITEMS)
    again = api("POST", "/imports/items?dry_run=false", csv=ITEMS)
    assert (first.status, first.json["created"], first.json["rows"]) == (200, 3, 3)
    assert (again.status, again.json["unchanged"], again.json["created"]) == (200, 3, 0)


def test_a_dry_run_writes_nothing(api: Api) -> None:
    assert api("POST", "/imports/items?dry_run=true", csv=ITEMS).json["created"] == 3
    assert api("POST", "/imports/items", csv=ITEMS).json["created"] == 3


def test_one_wrong_row_and_nothing_is_written(api: Api) -> None:
    answer = api("POST", "/imports/items", csv=ITEMS + "NO-NAME,,none\n")
    assert (answer.status, answer.json["created"]) == (422, 0)
    assert [(error["row"], error["column"]) for error in answer.json["errors"]] == [(5, "name")]
    assert api("POST", "/imports/items", csv=ITEMS).json["created"] == 3


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("orders", "channel,order_ref,line_ref,sku,quantity,placed_at\nshop,1,1,MUG,1,{}\n"),
        ("orders", "channel,order_ref,line_ref,sku,quantity,need_by\nshop,1,1,MUG,1,{}\n"),
        ("purchase-orders", "number,supplier,warehouse,line,sku,quantity,eta\nP,S,MAIN,1,MUG,1,{}\n"),
    ],
)
@pytest.mark.parametrize("moment", ["0213-09-24T05:55:02Z", "0213-09-24", "9998-12-31"])
@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_a_year_that_is_none_of_ours_is_refused_with_its_row(
    house: Api, kind: str, text: str, moment: str, dry_run: str
) -> None:
    """Such a row was kept, and nothing could read it any more."""
    answer = house("POST", f"/imports/{kind}?dry_run={dry_run}", csv=text.format(moment))
    assert answer.status == 422
    assert [(error["row"], error["code"]) for error in answer.json["errors"]] == [(2, "bad_time")]
    assert answer.json["created"] == 0
    assert house("GET", "/orders").json["items"] == []
    assert house("GET", "/purchase-orders/P").status == 404


def test_an_open_quote_is_one_lone_quote_and_not_an_error_of_every_row_behind_it(api: Api) -> None:
    """It swallows the rest of the file, whose every line was read again and again: 114 s for one of 32 MB."""
    rows = "".join(f"N-{number},Name\n" for number in range(5000))
    answer = api("POST", "/imports/items", csv=f'sku,name\nA,"never closed\n{rows}')
    assert answer.status == 422
    assert [(error["row"], error["code"]) for error in answer.json["errors"]] == [(2, "stray_quote")]
    assert api("POST", "/imports/items", csv="sku,name\nA,closed\n").json["created"] == 1


def test_a_byte_order_mark_is_no_part_of_the_file(api: Api) -> None:
    assert api("POST", "/imports/items", csv=b"\xef\xbb\xbf" + ITEMS.encode()).json["created"] == 3


@pytest.mark.parametrize(
    ("path", "content_type", "status", "code"),
    [
        ("/imports/stars", "text/csv", 404, "unknown_import_kind"),
        ("/imports/items", "application/json", 415, "unsupported_media"),
        ("/imports/items?dry_run=maybe", "text/csv", 422, "wrong_type"),
        ("/imports/items?dryrun=true", "text/csv", 422, "unknown_field"),
    ],
)
def test_a_file_sent_wrongly_is_refused(api: Api, path: str, content_type: str, status: int, code: str) -> None:
    answer = api("POST", path, data=ITEMS.encode(), content_type=content_type)
    assert (answer.status, answer.code) == (status, code)
    assert api("POST", "/imports/items", csv=ITEMS).json["created"] == 3


def test_opening_stock_is_the_desks_alone(house: Api, make_api: MakeApi) -> None:
    shop = make_api("shop", roles=("office",), scopes=("integration",))
    assert shop("POST", "/imports/stock", csv=STOCK).code == "role_missing"
    assert shop("POST", "/imports/items", csv=ITEMS).status == 200
    assert sums(house, "MUG")["on_hand"] == 10


def test_a_key_replays_the_import_and_its_errors(api: Api) -> None:
    bad = ITEMS + "NO-NAME,,none\n"
    first, again = (api("POST", "/imports/items", csv=bad, key="k-1") for _ in range(2))
    assert (first.status, again.status) == (422, 422)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api("POST", "/imports/items", csv=ITEMS, key="k-1").code == "idempotency_key_reused"


MANY = "sku,name\n" + "".join(f"T-{number},Thing {number}\n" for number in range(20))


def test_a_large_file_that_was_cut_off_goes_on_when_it_is_sent_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KINDS["items"], "PORTION", 4)
    real, turns = KINDS["items"].write, iter(range(3))

    def dying(*given: object) -> None:
        if next(turns, None) is None:
            raise KeyboardInterrupt
        real(*given)

    with monkeypatch.context() as here:
        here.setattr(KINDS["items"], "write", dying)
        with pytest.raises(KeyboardInterrupt):
            api("POST", "/imports/items", csv=MANY, key="f-1")
    answer = api("POST", "/imports/items", csv=MANY, key="f-1")
    assert (answer.status, answer.json["created"], answer.json["unchanged"]) == (200, 20, 0)
    again = api("POST", "/imports/items", csv=MANY, key="f-1")
    assert again.json == answer.json
    assert again.headers["Idempotent-Replayed"] == "true"


def test_twins_of_a_large_file_are_one_import_and_get_one_answer(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KINDS["items"], "PORTION", 4)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _n: api("POST", "/imports/items", csv=MANY, key="f-1"), range(3)))
    assert {(answer.status, answer.json["created"]) for answer in answers} == {(200, 20)}


def test_a_dry_run_keeps_nothing_under_its_key(api: Api) -> None:
    for _ in range(2):
        answer = api("POST", "/imports/items?dry_run=true", csv=MANY, key="f-1")
        assert (answer.status, answer.json["created"]) == (200, 20)
        assert "Idempotent-Replayed" not in answer.headers

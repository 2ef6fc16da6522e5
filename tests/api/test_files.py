"""CSV files over the API: all or nothing, a dry run writes nothing, a key is one effect."""

import pytest

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

"""Lists are pages, and a cursor is taken as it was given or not at all."""

import base64

import pytest

from tests.api.conftest import order
from tests.api.contract import Api


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_the_pages_together_are_the_whole_list(house: Api, limit: int) -> None:
    for number in range(3):
        house("POST", "/orders", order(f"O-{number}", ("MUG", 1)))
    for path in ("/availability", "/balances", "/movements", "/orders"):
        whole = house("GET", path).json["items"]
        assert len(whole) >= 2
        found, after = [], ""
        while True:
            page = house("GET", f"{path}?limit={limit}&after={after}").json
            assert len(page["items"]) <= limit
            found += page["items"]
            if page["next"] is None:
                break
            after = page["next"]
        assert found == whole, path


def test_an_item_of_any_name_is_paged_past(house: Api) -> None:
    house("POST", "/imports/items", csv='sku,name\n"Ä,""B""",Odd\n')
    lines = [{"line": "1", "sku": 'Ä,"B"', "quantity": 1}, {"line": "2", "sku": "MUG", "quantity": 1}]
    body = {"number": "PO-1", "supplier": "ACME", "warehouse": "MAIN", "lines": lines}
    assert house("POST", "/purchase-orders", body).status == 201
    skus, after = [], ""
    while after is not None:
        page = house("GET", f"/availability?limit=1&after={after}").json
        skus += [row["sku"] for row in page["items"]]
        after = page["next"]
    assert sorted(skus) == ["LAMP", "MUG", 'Ä,"B"']


def coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "!!!!",
        "ä",
        coded("{}"),
        coded("[]"),
        coded('["1"]'),
        coded("[1]"),
        coded("[1,2,3]"),
        coded("[true,1]"),
        coded("[1.5,1]"),
        coded("[-1,1]"),
        coded(f"[1,{2**63}]"),
        coded("[" * 300),
        "A" * 1001,
    ],
)
def test_a_cursor_that_is_none_of_ours_is_refused(house: Api, after: str) -> None:
    answer = house("GET", f"/movements?after={after}")
    assert (answer.status, answer.code) in {(422, "bad_cursor"), (422, "wrong_length")}


def test_a_cursor_of_another_list_is_refused(house: Api) -> None:
    cursor = house("GET", "/availability?limit=1").json["next"]
    assert house("GET", f"/movements?after={cursor}").code == "bad_cursor"
    nul = coded('["a\\u0000","MAIN"]')
    assert house("GET", f"/availability?after={nul}").code == "bad_cursor"


@pytest.mark.parametrize("limit", ["0", "501", "-1", "1.5", "many", "99999999999999999999"])
def test_a_limit_out_of_bounds_is_refused(house: Api, limit: str) -> None:
    answer = house("GET", f"/balances?limit={limit}")
    assert (answer.status, answer.code) in {(422, "out_of_range"), (422, "wrong_type")}

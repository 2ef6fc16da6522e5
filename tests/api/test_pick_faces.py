"""Pick faces over the API: their levels, what is left in them, and the pages of their list."""

from tests.api.conftest import Api

FACE = {"warehouse": "MAIN", "location": "A-01", "sku": "MUG"}


def test_levels_are_set_changed_listed_and_taken_away(house: Api) -> None:
    answer = house("POST", "/pick-faces", FACE | {"minimum": 12, "maximum": 20})
    assert answer.status == 200
    low = {**FACE, "minimum": 12, "maximum": 20, "free": 10, "coming": 0, "is_low": True}
    assert answer.json == low
    assert house("GET", "/pick-faces?warehouse=MAIN").json["items"] == [low]
    assert not house("POST", "/pick-faces", FACE | {"minimum": 2, "maximum": 20}).json["is_low"]
    assert house("GET", "/pick-faces?warehouse=MAIN&sku=LAMP").json["items"] == []
    assert house("POST", "/pick-faces/removals", FACE).status == 200
    assert house("GET", "/pick-faces?warehouse=MAIN").json["items"] == []
    assert house("POST", "/pick-faces/removals", FACE).json["code"] == "no_levels"


def test_what_makes_no_sense_is_refused(house: Api) -> None:
    levels = {"minimum": 2, "maximum": 20}
    for change, code in (
        ({"location": "DOCK-1"}, "not_a_bin"),
        ({"location": "A-99"}, "unknown_location"),
        ({"sku": "NO"}, "unknown_sku"),
        ({"warehouse": "NO"}, "unknown_warehouse"),
        ({"minimum": 21}, "bad_levels"),
    ):
        assert house("POST", "/pick-faces", FACE | levels | change).json["code"] == code
    assert house("POST", "/pick-faces", FACE | levels | {"minimum": 0}).status == 422


def test_the_list_comes_in_pages_by_bin_and_sku(house: Api) -> None:
    for sku in ("MUG", "LAMP"):
        for place in ("A-02", "A-01"):
            house("POST", "/pick-faces", FACE | {"location": place, "sku": sku, "minimum": 1, "maximum": 2})
    found, after = [], ""
    while True:
        page = house("GET", f"/pick-faces?warehouse=MAIN&limit=3{after}").json
        found += [(one["location"], one["sku"]) for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == [("A-01", "LAMP"), ("A-01", "MUG"), ("A-02", "LAMP"), ("A-02", "MUG")]

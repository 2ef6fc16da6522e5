"""Papers and unit labels from the books: what they say is what was promised, packed and shipped, and it can be read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from app.catalog.models import ItemBarcode
from app.config import Settings
from app.db import db
from app.labels import render_pdf, render_png
from app.labels.layout import Words, lay_out
from app.labels.template import template
from app.orders import papers
from app.refusal import Refused
from app.web.labels.label_fields import Fields, rows_of
from tests.floor.story import Floor, day
from tests.labels.readers import opened, read_by_zxing
from tests.stock.house import House

if TYPE_CHECKING:
    from flask import Flask

GTIN = "04006381333931"


@pytest.fixture
def floor(app: "Flask") -> Iterator[Floor]:
    """Mugs in B-01 behind the tea in A-01, which has a lot, an expiry and a GTIN."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], house_address="Trueshelf Demo | Lagerweg 5|20457 Hamburg")
    with app.app_context():
        floor = Floor(db.engine, Settings(secret_key="only-for-tests"))
        floor.stock("MUG", 9, "B-01")
        floor.stock("TEA", 5, "A-01", lot="L7", expiry=day("2031-03-31"))
        floor.barcode("TEA", GTIN[1:], gtin=GTIN)
        yield floor


def rows(floor: Floor, template: str, code: str, thing: str = "") -> list[Fields]:
    warehouse = floor.do(lambda house: house.warehouse().id)
    found = floor.read(lambda session: rows_of(session, template, code, warehouse_id=warehouse, thing=thing))
    assert render_pdf(template, found).count(b"/Type /Page\n") == len(found)
    return found


def carton_of(floor: Floor, ref: str) -> tuple[str, str]:
    """The shipment and its first carton."""
    from sqlalchemy import select

    from app.orders.models import Order, Shipment, ShipmentCarton
    from app.places.models import Container

    statement = (
        select(Shipment.number, Container.code)
        .join(Order, Order.id == Shipment.order_id)
        .join(ShipmentCarton, ShipmentCarton.shipment_id == Shipment.id)
        .join(Container, Container.id == ShipmentCarton.container_id)
        .where(Order.order_ref == ref)
    )
    number, code = floor.read(lambda session: session.execute(statement).one())
    return number, code


def test_a_pick_list_names_what_is_left_in_the_order_of_the_walk(floor: Floor) -> None:
    floor.totes("TOTE-1")
    task = floor.order("O-1", ("MUG", 2), ("TEA", 3))[0]
    (page,) = rows(floor, "pick_list", "O-1")
    assert page["lines"].splitlines() == ["A-01\tTEA\tTea, lot L7\t3", "B-01\tMUG\tMug\t2"]
    assert (page["code"][:6], page["company"], page["pages"]) == ("D.O-1.", "Trueshelf Demo", "1")
    assert page["code"].encode() in read_by_zxing(opened(render_png("pick_list", page)))
    floor.worker("robot").take(task).robot()
    with pytest.raises(Refused) as refusal:
        rows(floor, "pick_list", "O-1")
    assert refusal.value.code == "nothing_to_pick"


def test_a_packing_slip_says_what_is_in_the_cartons_and_says_the_same_when_they_have_left(floor: Floor) -> None:
    floor.picked("O-1", ("MUG", 2), ("TEA", 3))
    with pytest.raises(Refused) as refusal:
        rows(floor, "packing_slip", "O-1", "order")
    assert refusal.value.code == "nothing_packed"
    floor.worker("robot").start("pack", "O-1").robot()
    number, _carton = carton_of(floor, "O-1")
    (packed,) = rows(floor, "packing_slip", number)
    assert packed["lines"].splitlines() == ["2\tMUG\tMug", "3\tTEA\tTea, lot L7"]
    floor.worker("robot").start("ship", "O-1").robot()
    (shipped,) = rows(floor, "packing_slip", "O-1", "order")
    assert shipped["lines"] == packed["lines"]


def test_a_long_paper_has_pages_and_each_says_which_it_is(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "LINES_PER_PAGE", 1)
    floor.order("O-1", ("MUG", 2), ("TEA", 3))
    pages = rows(floor, "pick_list", "O-1")
    assert [(page["page"], page["pages"]) for page in pages] == [("1", "2"), ("2", "2")]


def test_a_name_with_tabs_and_bells_stays_in_its_column(floor: Floor) -> None:
    floor.stock("ODD", 1, "A-01")
    floor.do(lambda house: setattr(house.item("ODD"), "name", "A\tB\nC\x07D"))
    floor.order("O-1", ("ODD", 1))
    assert rows(floor, "pick_list", "O-1")[0]["lines"] == "A-01\tODD\tA B C D\t1"


@pytest.mark.parametrize("shipped", [False, True])
def test_a_cartons_logistic_label_names_its_one_item_with_lot_and_expiry(floor: Floor, shipped: bool) -> None:
    (floor.shipped if shipped else floor.packed)("O-1", ("TEA", 3))
    _number, carton = carton_of(floor, "O-1")
    (fields,) = rows(floor, "logistic", carton)
    wanted = {"sscc": carton, "content": GTIN, "count": "3", "lot": "L7", "expiry": "2031-03-31"}
    assert fields == wanted | {"ship_from": "Trueshelf Demo, Lagerweg 5, 20457 Hamburg"}
    for name in ("logistic", "logistic_a6"):
        read = read_by_zxing(opened(render_png(name, fields)))
        assert {f"00{carton}".encode(), f"02{GTIN}373".encode()} <= read


@pytest.mark.parametrize(
    ("units", "packs"),
    [(24, "2 x case of 12"), (6, "1 x pack of 6"), (18, "3 x pack of 6"), (5, None), (36, "3 x case of 12")],
)
def test_a_logistic_label_names_whole_packs(floor: Floor, units: int, packs: str | None) -> None:
    floor.stock("MUG", 40)
    floor.barcode("MUG", "2900000000018", gtin="02900000000018")
    floor.barcode("MUG", "SIX", quantity=6)
    floor.barcode("MUG", "TWELVE", quantity=12)
    floor.do(
        lambda house: house.session.execute(update(ItemBarcode).values(kind="case").where(ItemBarcode.quantity == 12))
    )
    floor.packed("O-1", ("MUG", units))
    _number, carton = carton_of(floor, "O-1")
    (fields,) = rows(floor, "logistic", carton)
    assert (fields["count"], fields.get("packs")) == (str(units), packs)


def test_a_mixed_cartons_logistic_label_has_its_number_alone(floor: Floor) -> None:
    floor.packed("O-1", ("MUG", 1), ("TEA", 1))
    _number, carton = carton_of(floor, "O-1")
    (fields,) = rows(floor, "logistic", carton)
    assert not {"content", "count", "lot", "expiry"} & fields.keys()
    for name in ("logistic", "logistic_a6"):
        assert read_by_zxing(opened(render_png(name, fields))) == {f"00{carton}".encode()}


def test_a_licence_plate_says_what_stands_on_it(floor: Floor) -> None:
    floor.stock("CUP", 40, "C-01", box="LPN-7")
    (fields,) = rows(floor, "lpn", "LPN-7")
    assert fields == {"code": fields["code"], "name": "LPN-7", "sku": "CUP", "quantity": "40"}
    assert fields["code"].encode() in read_by_zxing(opened(render_png("lpn", fields)))
    with pytest.raises(Refused) as refusal:
        rows(floor, "logistic", "LPN-7")
    assert refusal.value.code == "no_sscc"


def test_a_licence_plate_of_two_items_names_none(floor: Floor) -> None:
    floor.stock("CUP", 40, "C-01", box="LPN-7")
    floor.stock("MUG", 1, "C-01", box="LPN-7")
    assert rows(floor, "lpn", "LPN-7")[0].keys() == {"code", "name"}


def test_a_lots_labels_say_all_in_one_matrix(floor: Floor) -> None:
    (receipt,) = rows(floor, "receipt", "TEA/L7")
    wanted = {"sku": "TEA", "name": "Tea", "lot": "L7", "expiry": "2031-03-31", "gtin": GTIN}
    assert receipt == wanted | {"code": GTIN[1:]}
    (one,) = rows(floor, "item_gs1", "TEA/L7", "lot")
    assert one == wanted
    for name, fields in (("receipt", receipt), ("item_gs1", one)):
        assert f"01{GTIN}1731033110L7".encode() in read_by_zxing(opened(render_png(name, fields)))


def test_a_lot_is_found_whatever_strokes_are_in_it(floor: Floor) -> None:
    floor.stock("A/B", 1, "A-01", lot="C/D")
    assert rows(floor, "receipt", "A/B/C/D")[0]["lot"] == "C/D"
    for code in ("A/B", "A/B/C", "TEA", "/L7"):
        with pytest.raises(Refused) as refusal:
            rows(floor, "receipt", code)
        assert refusal.value.code == "unknown_lot"
    with pytest.raises(Refused) as refusal:
        rows(floor, "item_gs1", "A/B/C/D")
    assert refusal.value.code == "no_gtin"


def test_a_lot_that_gs1_cannot_write_stops_no_label(floor: Floor) -> None:
    floor.stock("OIL", 2, "A-01", lot="Öl 7/b")
    floor.barcode("OIL", "4006381333948", gtin="04006381333948")
    (receipt,) = rows(floor, "receipt", "OIL/Öl 7/b")
    assert (receipt["lot"], "gtin" in receipt) == ("Öl 7/b", False)
    floor.packed("O-1", ("OIL", 2))
    (fields,) = rows(floor, "logistic", carton_of(floor, "O-1")[1])
    assert (fields["content"], "lot" in fields) == ("04006381333948", False)


def test_a_return_label_leads_home_and_its_code_opens_the_inspection(floor: Floor) -> None:
    floor.shipped("O-1", ("MUG", 2))
    number = floor.rma("O-1", ("1", 2, "broken"))
    (fields,) = rows(floor, "return", number)
    assert fields["return_to"] == "Trueshelf Demo\nLagerweg 5\n20457 Hamburg"
    assert fields["lines"] == "2\tMUG\tMug"
    assert fields["code"].encode() in read_by_zxing(opened(render_png("return", fields)))
    inspector = floor.worker("Ines")
    inspector.start("inspect", number).release()
    assert inspector.home(fields["code"])["task_id"]


def test_without_an_address_nobody_is_told_to_send_anything_back(floor: Floor, app: "Flask") -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], house_address="", mode="training")
    floor.shipped("O-1", ("MUG", 2))
    number = floor.rma("O-1", ("1", 2, "broken"))
    with pytest.raises(Refused) as refusal:
        rows(floor, "return", number)
    assert refusal.value.code == "no_house_address"


def test_an_address_has_its_town_on_one_line_and_no_gaps() -> None:
    given = {"ship_to_name": "J\x07ürgen", "ship_to_postcode": "04109", "ship_to_city": "Leipzig", "country": "DE"}
    assert papers.address(given) == "J ürgen\n04109 Leipzig\nDE"
    assert papers.address({"ship_to_city": "Leipzig"}) == "Leipzig"
    assert papers.address({}) == ""


def test_a_long_address_keeps_its_lines_on_every_label() -> None:
    """In a box of too few lines it would run on in one, too small to read."""
    lines = "Jürgen Größmann\nKaffeehaus am Markt\nHinterhaus links\n04109 Leipzig\nSachsen\nDE"
    for name in ("carton", "return", "logistic", "logistic_a6", "packing_slip", "pick_list"):
        label = template(name)
        for field in {"ship_from", "ship_to", "return_from", "return_to"} & {*label.fields, *label.optional_fields}:
            if (name, field) in (("logistic", "ship_from"), ("logistic_a6", "ship_from")):
                continue  # one line
            layout = lay_out(label, {**label.example, field: lines})
            said = {thing.text for thing in layout.things if isinstance(thing, Words)}
            assert set(lines.splitlines()) <= said, (name, field)


def test_an_order_that_two_channels_have_is_not_guessed(floor: Floor) -> None:
    def twice(house: House) -> None:
        from app import clock
        from app.orders.models import Order

        for channel in ("one", "two"):
            house.session.add(
                Order(channel=channel, order_ref="SAME", ship_to={}, placed_at=clock.now(), created_at=clock.now())
            )

    floor.do(twice)
    with pytest.raises(Refused) as refusal:
        rows(floor, "pick_list", "SAME")
    assert refusal.value.code == "two_meanings"

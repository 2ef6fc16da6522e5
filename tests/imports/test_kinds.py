"""Each kind of file on both databases: it writes, twice changes nothing, a dry run writes nothing, an error neither."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.catalog.models import Item, ItemBarcode, Lot
from app.config import Settings
from app.control.verification import verify
from app.db import db
from app.imports import Who, run
from app.ledger.models import Availability, Balance, Movement, Posting
from app.ledger.post import Header, Move, Place, post, reverse
from app.orders.models import Order, OrderLine
from app.people.models import Operator
from app.places.models import ADJUSTMENT, Container, Location, Warehouse
from app.supply.models import PurchaseOrder, PurchaseOrderLine, Supplier
from app.supply.purchase_orders import receive_units

GTIN = "4006381333931"
FILES = {
    "items": "sku,name,price,tracking,has_expiry,unit_weight_grams\nA,Mug,2.50,none,no,300\nL,Milk,,lot,yes,1000\n"
    "N,Nails,,lot,no,5\nS,Radio,,serial,no,900\n",
    "barcodes": f"sku,barcode,quantity,kind\nA,{GTIN},1,unit\nA,CASE-A,12,case\nL,2900000000016,1,\n",
    "suppliers": "code,name,lead_time_days\nACME,Acme Ltd,7\n",
    "locations": "warehouse,code,kind,zone,sequence,is_pick_face,max_units\nW,D-1,dock,,0,no,\nW,B-1,bin,B,1,yes,50\n"
    "W,B-2,bin,B,2,no,\nW,T-1,tote,,,,\nW,P-1,lpn,,,,\nW2,B-1,bin,,,,\n",
    "pick-faces": "warehouse,location,sku,minimum,maximum\nW,B-1,A,5,50\nW,B-2,L,2,9\n",
    "stock": "warehouse,location,sku,quantity,lot,serial,expiry,condition,unit_cost\nW,B-1,A,40,,,,,1.25\n"
    "W,B-2,A,3,,,,damaged,1.25\nW,B-2,L,7,M1,,2031-01-31,,\nW,B-2,S,1,,S-1,,,90\n",
    "purchase-orders": "number,supplier,warehouse,line,sku,quantity,unit_cost,eta\nPO-1,ACME,W,1,A,10,1.25,2031-01-31\n"
    "PO-1,ACME,W,2,L,5,,\nPO-2,NEW,W,1,A,1,,\n",
    "orders": "channel,order_ref,line_ref,sku,quantity,price,ship_to_name,ship_to_country\nshop,100,1,A,2,5.00,Jo,GB\n"
    "shop,100,2,A,1,5.00,Jo,GB\nshop,101,1,L,99,,,\n",
}


def load(session, kind, text=None, *, dry_run=False):
    return run(session, Settings(), kind, FILES[kind] if text is None else text, dry_run=dry_run)


def tally(result) -> tuple[int, int, int]:
    assert not result.errors, result.errors
    return result.created, result.updated, result.unchanged


def codes(result) -> list[tuple[int, str, str]]:
    assert (result.created, result.updated, result.unchanged) == (0, 0, 0)
    return [(error.row, error.column, error.code) for error in result.errors]


def rows_of_every_table(session) -> Counter[str]:
    session.flush()
    return Counter({t.name: session.scalar(select(func.count()).select_from(t)) for t in db.metadata.sorted_tables})


@pytest.fixture
def house(session):
    """Everything imported once."""
    for kind in FILES:
        assert not load(session, kind).errors
    return session


def test_every_kind_creates_and_the_same_file_again_changes_nothing(session):
    for kind, text in FILES.items():
        rows = text.count("\n") - 1
        before = rows_of_every_table(session)
        assert tally(load(session, kind, dry_run=True)) == (rows, 0, 0), kind
        assert rows_of_every_table(session) == before, f"a dry run of {kind} wrote"
        assert tally(load(session, kind)) == (rows, 0, 0), kind
        after = rows_of_every_table(session)
        assert after != before
        assert tally(load(session, kind)) == (0, 0, rows), kind
        assert rows_of_every_table(session) == after, f"{kind} again wrote"
    assert verify(session).ok


@pytest.mark.parametrize("kind", FILES)
def test_one_bad_row_and_nothing_of_the_file_is_written(session, kind):
    for earlier in list(FILES)[: list(FILES).index(kind)]:
        load(session, earlier)
    before = rows_of_every_table(session)
    columns = FILES[kind].splitlines()[0].count(",")
    result = load(session, kind, FILES[kind] + "," * columns + "\n" + "x" + "," * columns + "\n")
    assert "missing_value" in [code for _row, _column, code in codes(result)]
    assert rows_of_every_table(session) == before


def test_a_changed_row_is_updated_and_absent_columns_stay(house):
    assert tally(load(house, "items", "sku,name\nA,Cup\nL,Milk\n")) == (0, 1, 1)
    item = house.execute(select(Item.name, Item.price, Item.unit_weight_grams).where(Item.sku == "A")).one()
    assert tuple(item) == ("Cup", Decimal("2.50"), 300)
    assert tally(load(house, "items", "sku,name,price\nA,Cup,\n")) == (0, 1, 0)
    assert house.scalar(select(Item.price).where(Item.sku == "A")) is None
    assert tally(load(house, "suppliers", "code,name\nACME,Acme Inc\n")) == (0, 1, 0)
    assert tally(load(house, "locations", "warehouse,code,kind,sequence\nW,B-2,bin,9\n")) == (0, 1, 0)
    assert tally(load(house, "barcodes", f"sku,barcode,quantity\nA,{GTIN},2\n")) == (0, 1, 0)
    assert (
        tally(load(house, "purchase-orders", "number,supplier,warehouse,line,sku,quantity\nPO-2,NEW,W,1,A,4\n"))[1] == 1
    )
    inbound = select(Availability.inbound).join(Item, Item.id == Availability.item_id).where(Item.sku == "A")
    assert house.scalar(inbound) == 14


def test_what_an_import_wrote_is_what_the_file_says(house):
    place = house.scalars(select(Location).where(Location.code == "B-1", Location.zone == "B")).one()
    assert (place.kind, place.is_pick_face, place.max_units, place.sequence) == ("bin", True, 50, 1)
    assert {code for (code,) in house.execute(select(Warehouse.code))} == {"W", "W2"}
    kinds = dict(house.execute(select(Container.code, Container.kind)).all())
    assert kinds == {"T-1": "tote", "P-1": "lpn"}
    assert house.scalar(select(ItemBarcode.gtin).where(ItemBarcode.barcode == GTIN)) == "0" + GTIN
    assert house.scalar(select(ItemBarcode.gtin).where(ItemBarcode.barcode == "CASE-A")) is None
    lot = house.scalars(select(Lot)).one()
    assert (lot.code, lot.expiry.isoformat()) == ("M1", "2031-01-31")
    assert house.scalar(select(func.sum(Balance.quantity))) == 51
    assert set(house.scalars(select(Movement.source_location_id))) == {ADJUSTMENT}
    assert {tuple(row) for row in house.execute(select(Posting.reason, Posting.note))} == {
        ("opening", "unit_cost=1.25"), ("opening", ""), ("opening", "unit_cost=90"),
    }  # fmt: skip
    assert {supplier.code for supplier in house.scalars(select(Supplier))} == {"ACME", "NEW"}
    order = house.scalars(select(Order).where(Order.order_ref == "100")).one()
    assert order.ship_to == {"name": "Jo", "country": "GB"}
    assert house.scalar(select(func.sum(OrderLine.quantity)).where(OrderLine.order_id == order.id)) == 3


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("items", "sku,name,has_expiry\nX,Y,yes\n", (2, "has_expiry", "expiry_needs_lot")),
        ("items", "sku,name,tracking\nL,Milk,none\n", (2, "has_expiry", "expiry_needs_lot")),
        ("items", "sku,name,tracking\nA,Mug,lot\n", (2, "tracking", "tracking_in_use")),
        ("items", "sku,name,image_url\nA,Mug,javascript:alert(1)\n", (2, "image_url", "bad_address")),
        ("barcodes", "sku,barcode\nNONE,1\n", (2, "sku", "unknown_sku")),
        ("barcodes", f"sku,barcode\nL,{GTIN}\n", (2, "barcode", "barcode_taken")),
        ("barcodes", f"sku,barcode\nL,0{GTIN}\n", (2, "barcode", "barcode_taken")),
        ("barcodes", "sku,barcode\nA,042100005264\nL,0042100005264\n", (3, "barcode", "barcode_taken")),
        ("barcodes", "sku,barcode\nA,L.A-01.XX\n", (2, "barcode", "barcode_reserved")),
        ("barcodes", "sku,barcode,quantity\nA,Q,0\n", (2, "quantity", "number_out_of_range")),
        ("locations", "warehouse,code,kind\nW,T-1,bin\n", (2, "code", "code_taken")),
        ("locations", "warehouse,code,kind\nW2,T-1,tote\n", (2, "code", "code_taken")),
        ("locations", "warehouse,code,kind\nW,T-1,lpn\n", (2, "code", "code_taken")),
        ("locations", "warehouse,code,kind\nW2,B-2,tote\n", (2, "code", "code_taken")),
        ("locations", "warehouse,code,kind\nW,T-9,tote\nW2,T-9,bin\n", (3, "code", "code_taken")),
        ("locations", "warehouse,code,kind\nW,T-9,tote\nW2,T-9,tote\n", (3, "code", "code_taken")),
        ("locations", "warehouse,code,kind\nW,SUPPLIER,bin\n", (2, "code", "code_reserved")),
        ("locations", "warehouse,code,kind\nW,floor,bin\n", (2, "code", "code_reserved")),
        ("locations", "warehouse,code,kind\nW,L.1,bin\n", (2, "code", "code_reserved")),
        ("locations", "warehouse,code,kind\nW,B-1,stage\n", (2, "kind", "location_in_use")),
        ("stock", "warehouse,location,sku,quantity\nNO,B-1,A,1\n", (2, "warehouse", "unknown_warehouse")),
        ("stock", "warehouse,location,sku,quantity\nW,NO,A,1\n", (2, "location", "unknown_location")),
        ("stock", "warehouse,location,sku,quantity\nW,T-1,A,1\n", (2, "location", "unknown_location")),
        ("stock", "warehouse,location,sku,quantity\nW,FLOOR,A,1\n", (2, "location", "unknown_location")),
        ("stock", "warehouse,location,sku,quantity\nW,B-1,NO,1\n", (2, "sku", "unknown_sku")),
        ("stock", "warehouse,location,sku,quantity\nW,B-1,A,0\n", (2, "quantity", "number_out_of_range")),
        ("stock", "warehouse,location,sku,quantity\nW,B-1,A,41\n", (2, "quantity", "opening_differs")),
        ("stock", "warehouse,location,sku,quantity,condition\nW,B-1,A,1,hold\n", (2, "sku", "opened_already")),
        (
            "stock",
            "warehouse,location,sku,quantity,lot,expiry\nW,B-2,L,1,M2,2031-01-01\n",
            (2, "sku", "opened_already"),
        ),
        ("stock", "warehouse,location,sku,quantity,lot\nW,B-1,N,11,M1\n", (2, "quantity", "location_full")),
        ("stock", "warehouse,location,sku,quantity\nW,B-2,L,1\n", (2, "lot", "lot_missing")),
        ("stock", "warehouse,location,sku,quantity,lot\nW,B-2,A,1,M\n", (2, "lot", "lot_not_wanted")),
        ("stock", "warehouse,location,sku,quantity\nW,B-2,S,1\n", (2, "serial", "serial_missing")),
        ("stock", "warehouse,location,sku,quantity,serial\nW,B-2,A,1,9\n", (2, "serial", "serial_not_wanted")),
        ("stock", "warehouse,location,sku,quantity,serial\nW,B-2,S,2,S-2\n", (2, "quantity", "serial_quantity")),
        ("stock", "warehouse,location,sku,quantity,serial\nW,B-1,S,1,S-1\n", (2, "serial", "serial_taken")),
        ("stock", "warehouse,location,sku,quantity,serial\nW,B-1,S,1,Z\nW2,B-1,S,1,Z\n", (3, "serial", "serial_taken")),
        ("stock", "warehouse,location,sku,quantity,lot\nW,B-2,L,1,M2\n", (2, "expiry", "expiry_missing")),
        (
            "stock",
            "warehouse,location,sku,quantity,expiry\nW,B-2,A,1,2031-01-01\n",
            (2, "expiry", "expiry_without_lot"),
        ),
        (
            "stock",
            "warehouse,location,sku,quantity,lot,expiry\nW,B-1,L,1,M1,2030-01-01\n",
            (2, "expiry", "expiry_differs"),
        ),
        ("stock", "warehouse,location,sku,quantity,lot,expiry\nW,B-1,L,1,M1,1.1.31\n", (2, "expiry", "bad_date")),
        (
            "purchase-orders",
            "number,supplier,warehouse,line,sku,quantity\nPO-9,ACME,W,1,NO,1\n",
            (2, "sku", "unknown_sku"),
        ),
        (
            "purchase-orders",
            "number,supplier,warehouse,line,sku,quantity\nPO-9,ACME,NO,1,A,1\n",
            (2, "warehouse", "unknown_warehouse"),
        ),
        (
            "purchase-orders",
            "number,supplier,warehouse,line,sku,quantity\nPO-1,OTHER,W,1,A,1\n",
            (2, "number", "purchase_order_differs"),
        ),
        ("orders", "channel,order_ref,line_ref,sku,quantity\nshop,9,1,NO,1\n", (2, "sku", "unknown_sku")),
        (
            "orders",
            "channel,order_ref,line_ref,sku,quantity,op\nshop,9,1,A,1,upsert\nshop,9,2,A,1,cancel\n",
            (3, "op", "order_differs"),
        ),
        (
            "orders",
            "channel,order_ref,line_ref,sku,quantity\nshop,100,1,L,1\n",
            (2, "order_ref", "line_item_changed"),
        ),
    ],
)
def test_a_row_that_contradicts_what_is_there_is_refused(house, kind, text, expected):
    before = rows_of_every_table(house)
    assert expected in codes(load(house, kind, text))
    assert rows_of_every_table(house) == before


def test_another_cost_or_day_of_a_purchase_line_moves_nothing_else(house):
    inbound = select(Availability.inbound).join(Item, Item.id == Availability.item_id).where(Item.sku == "A")
    lines = (
        select(PurchaseOrderLine.unit_cost, PurchaseOrderLine.eta).join(PurchaseOrder).order_by(PurchaseOrderLine.id)
    )
    before = house.scalars(inbound).all()
    text = FILES["purchase-orders"].replace("10,1.25,2031-01-31", "10,1.5,2031-02-01T06:00:00+02:00")
    assert tally(load(house, "purchase-orders", text)) == (0, 1, 2)
    assert tally(load(house, "purchase-orders", text)) == (0, 0, 3)
    assert house.execute(lines).first() == (Decimal("1.5"), datetime(2031, 2, 1, 4, tzinfo=UTC))
    assert house.scalars(inbound).all() == before
    assert tally(load(house, "purchase-orders", text.replace("10,1.5,2031-02-01T06:00:00+02:00", "10,,"))) == (0, 1, 2)
    assert house.execute(lines).first() == (None, None)


def test_a_picture_on_another_server_is_taken_and_warned_of_because_no_page_shows_it(session):
    text = "sku,name,image_url\nA,Mug,https://shop.example/mug.png\nB,Cup,/pictures/cup.png\nC,Jug,http://x/j.png\n"
    for dry_run in (True, False):
        result = load(session, "items", text, dry_run=dry_run)
        assert tally(result) == (3, 0, 0)
        assert [(one.row, one.column, one.code) for one in result.warnings] == [
            (2, "image_url", "picture_elsewhere"),
            (4, "image_url", "picture_elsewhere"),
        ]
    assert result.as_json()["warnings"][0]["row"] == 2
    assert session.scalar(select(Item.image_url).where(Item.sku == "A")) == "https://shop.example/mug.png"
    many = "sku,name,image_url\n" + "".join(f"M{number},Mug,https://x/{number}.png\n" for number in range(250))
    warnings = load(session, "items", many).warnings
    assert (len(warnings), warnings[-1].code) == (201, "more_warnings")
    assert "50 more rows" in warnings[-1].message


def test_a_purchase_line_cannot_fall_below_what_was_received(house):
    line = house.scalar(
        select(PurchaseOrderLine.id)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id)
        .where(PurchaseOrder.number == "PO-1", PurchaseOrderLine.line == "1")
    )
    receive_units(house, line, 6, tolerance_percent=0)
    text = "number,supplier,warehouse,line,sku,quantity\nPO-1,ACME,W,1,A,5\n"
    assert codes(load(house, "purchase-orders", text)) == [(2, "quantity", "line_received")]


def test_an_order_can_be_changed_and_cancelled_by_a_file(house):
    head = "channel,order_ref,line_ref,sku,quantity,op,revision\n"
    assert tally(load(house, "orders", head + "shop,100,1,A,4,upsert,2\nshop,100,2,A,1,upsert,2\n")) == (0, 2, 0)
    assert tally(load(house, "orders", head + "shop,100,1,A,9,upsert,1\nshop,100,2,A,1,upsert,1\n")) == (0, 0, 2)
    assert tally(load(house, "orders", head + "shop,100,1,A,4,cancel,3\n")) == (0, 1, 0)
    assert house.scalar(select(Order.status).where(Order.order_ref == "100")) == "cancelled"
    assert verify(house).ok


def test_stock_that_has_moved_since_is_still_opened_once(house):
    item = house.scalar(select(Item.id).where(Item.sku == "A"))
    first, second = house.scalars(
        select(Location.id).where(Location.code.in_(("B-1", "B-2"))).order_by(Location.id)
    ).all()[:2]
    post(house, Header(key="m", reason="move", device="tests"), [Move(item, 5, Place(first), Place(second))])
    assert tally(load(house, "stock")) == (0, 0, 4)


def test_a_thousand_rows_and_more_go_in_by_portions(session):
    items = "sku,name\n" + "".join(f"A{number},B\n" for number in range(2500))
    places = "warehouse,code,kind\n" + "".join(f"W,P{number},bin\n" for number in range(2500))
    stock = "warehouse,location,sku,quantity\n" + "".join(f"W,P{number},A{number},3\n" for number in range(2500))
    for kind, text in (("items", items), ("locations", places), ("stock", stock)):
        assert tally(load(session, kind, text)) == (2500, 0, 0)
        assert tally(load(session, kind, text)) == (0, 0, 2500)
    assert tally(load(session, "items", items.replace(",B\n", ",C\n"))) == (0, 2500, 0)
    assert verify(session).ok


def test_opening_stock_names_who_brought_it(house):
    """A person, or a program by its name: the command line with the system's user, the demo."""
    carl = Operator(name="Carl", badge="C", roles=["office"], created_at=datetime.now(UTC))
    house.add(carl)
    house.flush()
    for number, who in enumerate((Who(carl.id, "desk"), Who(None, "command line (root)"))):
        load(house, "locations", f"warehouse,code,kind\nW,N-{number},bin\n")
        text = f"warehouse,location,sku,quantity\nW,N-{number},A,2\n"
        assert tally(run(house, Settings(), "stock", text, dry_run=False, who=who)) == (1, 0, 0)
        posting = house.scalars(select(Posting).order_by(Posting.id.desc())).first()
        assert (posting.operator_id, posting.device) == (who.operator_id, who.program)


def test_what_was_opened_and_taken_back_may_be_opened_again(house):
    load(house, "locations", "warehouse,code,kind\nW,N-1,bin\n")
    text = "warehouse,location,sku,quantity\nW,N-1,A,2\n"
    load(house, "stock", text)
    opened = house.scalars(select(Posting.id).order_by(Posting.id.desc())).first()
    reverse(house, opened, Header(key="back", reason="opening_undone", device="tests"))
    assert tally(load(house, "stock", text)) == (1, 0, 0)
    assert tally(load(house, "stock", text)) == (0, 0, 1)


def test_nothing_is_posted_in_nobodys_name(house):
    item, place = (
        house.scalars(select(Item.id)).first(),
        house.scalars(select(Location.id).where(Location.code == "B-2")),
    )
    with pytest.raises(AssertionError, match="names a person"):
        post(house, Header(key="n", reason="move"), [Move(item, 1, Place(ADJUSTMENT), Place(place.first()))])


def test_pick_faces_are_bins_with_levels_that_make_sense(house):
    bad = (
        "warehouse,location,sku,minimum,maximum\nW,D-1,A,1,2\nW,B-9,A,1,2\nW,B-1,N,3,2\nW,B-1,S,0,2\nX,B-1,A,1,2\n"
        "W,B-1,X,1,2\n"
    )
    assert sorted(codes(load(house, "pick-faces", bad))) == [
        (2, "location", "not_a_bin"),
        (3, "location", "unknown_location"),
        (4, "maximum", "bad_levels"),
        (5, "minimum", "number_out_of_range"),
        (6, "warehouse", "unknown_warehouse"),
        (7, "sku", "unknown_sku"),
    ]
    assert house.scalar(select(Location.is_pick_face).where(Location.code == "B-2"))

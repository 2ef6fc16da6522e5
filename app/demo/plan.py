"""What the demo warehouse is made of, as the CSV files that anybody could import. No chance: every run is the same."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from app.barcode.gtin import ean13, with_check_digit
from app.demo.day import Day, Invoice

WAREHOUSE = "MAIN"
DEMO_ORDER = "DEMO-1"
TEA, CHOCOLATE, RADIO = "TEA", "CHOCOLATE", "RADIO"
SUPPLIERS = (("HARBOUR", "Harbour Gifts Ltd", 7), ("NORTHERN", "Northern Trading", 14), ("PANTRY", "The Pantry", 3))
TOTES = tuple(f"TOTE-{number:02d}" for number in range(1, 31))
PLACES = (
    ("DOCK-1", "dock"),
    ("PACK-1", "pack"),
    ("STAGE-1", "stage"),
    ("RETURNS-1", "returns"),
    ("QUARANTINE-1", "quarantine"),
)
PICK_FACES = 60
EMPTY_BINS = 60
FACE_UNITS = 60
LOW_UNITS = 8
"""What the first pick face holds, so that one waits to be filled."""
FACE_LEVELS = (12, FACE_UNITS)
"""What a pick face holds; the rest of a fast mover stands in reserve."""


class Plan:
    """The plan for one day. ``waves``: the orders whose pick tasks wait when work begins."""

    def __init__(self, day: Day, today: date) -> None:
        self.day, self.today = day, today
        self.need = day.need()
        self.skus = sorted(day.names)
        self.wave = self._first_wave()
        spoken_for = {line.sku for invoice in self.wave for line in invoice.lines}
        small = [sku for sku in self.skus if 2 <= self.need[sku] <= 12 and sku not in spoken_for]
        large = [sku for sku in self.skus if 12 < self.need[sku] <= 60 and sku not in spoken_for]
        self.purchase_orders: dict[str, tuple[str, list[tuple[str, int]]]] = {
            "PO-1001": ("HARBOUR", [(sku, self.need[sku]) for sku in small[:6]]),
            "PO-1002": (
                "PANTRY",
                [(sku, self.need[sku]) for sku in small[6:9]] + [(TEA, 24), (CHOCOLATE, 12), (RADIO, 2)],
            ),
            "PO-1003": ("NORTHERN", [(sku, self.need[sku]) for sku in large[:30]]),
            "PO-1000": ("HARBOUR", [(sku, self.need[sku]) for sku in small[9:13]]),
        }
        self.on_its_way = {sku for _supplier, lines in self.purchase_orders.values() for sku, _units in lines}
        self.barcodes = {
            sku: ean13(f"29{index:010d}") for index, sku in enumerate((*self.skus, TEA, CHOCOLATE, RADIO), 1)
        }
        self.bins = self._bins()

    def _first_wave(self) -> list[Invoice]:
        """Orders that a new user can pick in a minute each."""
        handy = [order for order in self.day.invoices.values() if 2 <= len(order.lines) <= 9 and order.units <= 36]
        return handy[:6]

    def _bins(self) -> dict[str, str]:
        """SKU -> its bin: 20 bays an aisle, 20 aisles a zone, along the walk."""
        shelved = [*self.skus, TEA, RADIO]
        return {sku: _bin(index) for index, sku in enumerate(shelved)}

    def faces(self) -> dict[str, str]:
        """SKU -> its pick face near the packing table, for what is asked for most."""
        fast = [sku for sku, units in self.need.most_common() if units > FACE_UNITS and sku not in self.on_its_way]
        return {sku: f"P-{index // 10 + 1:02d}-{index % 10 + 1:02d}" for index, sku in enumerate(fast[:PICK_FACES])}

    def items(self) -> str:
        rows: list[Sequence[object]] = [
            (sku, self.day.names[sku], self.day.prices[sku], 40 + int(self.day.prices[sku] * 90) % 2000, "none", "", "")
            for sku in self.skus
        ]
        rows += [
            (TEA, "BREAKFAST TEA, 80 BAGS", "3.20", 250, "lot", "yes", 540),
            (CHOCOLATE, "DARK CHOCOLATE 70 %", "2.40", 105, "lot", "yes", 360),
            (RADIO, "KITCHEN RADIO", "49.00", 1400, "serial", "", ""),
        ]
        names = ("sku", "name", "price", "unit_weight_grams", "tracking", "has_expiry", "shelf_life_days")
        return _csv(names, rows)

    def item_barcodes(self) -> str:
        """Each item's EAN-13; some come in cases of 12 too (ITF-14), some in sixes under a number of their own."""
        rows: list[Sequence[object]] = [(sku, code, 1, "unit") for sku, code in self.barcodes.items()]
        for index, (sku, code) in enumerate(self.barcodes.items(), 1):
            if sku != RADIO and (index % 10 == 0 or sku == TEA):
                rows.append((sku, with_check_digit("1" + code[:12]), 12, "case"))
            elif sku != RADIO and index % 10 == 5:
                rows.append((sku, ean13(f"29{50_000 + index:010d}"), 6, "pack"))
        return _csv(("sku", "barcode", "quantity", "kind"), rows)

    def suppliers(self) -> str:
        return _csv(("code", "name", "lead_time_days"), SUPPLIERS)

    def locations(self) -> str:
        rows: list[Sequence[object]] = [(WAREHOUSE, code, kind, "", 0, "no", "") for code, kind in PLACES]
        for index, code in enumerate(self.faces().values(), 1):
            rows.append((WAREHOUSE, code, "bin", "P", index, "yes", 2 * FACE_UNITS))
        for index in range(len(self.bins) + EMPTY_BINS):
            code = _bin(index)
            rows.append((WAREHOUSE, code, "bin", code[0], 1000 + index, "no", ""))
        rows += [(WAREHOUSE, code, "tote", "", 0, "no", "") for code in TOTES]
        return _csv(("warehouse", "code", "kind", "zone", "sequence", "is_pick_face", "max_units"), rows)

    def pick_faces(self) -> str:
        rows = [(WAREHOUSE, code, sku, *FACE_LEVELS) for sku, code in self.faces().items()]
        return _csv(("warehouse", "location", "sku", "minimum", "maximum"), rows)

    def stock(self) -> str:
        """What the day needs and a little more is on the shelves, except what is on its way."""
        rows: list[Sequence[object]] = []
        faces = self.faces()
        for sku in self.skus:
            if sku in self.on_its_way:
                continue
            units = self.need[sku] + 2 + self.need[sku] // 10
            if sku in faces:
                there = LOW_UNITS if faces[sku] == "P-01-01" else FACE_UNITS
                rows.append((WAREHOUSE, faces[sku], sku, there, "", "", ""))
                units -= there
            rows.append((WAREHOUSE, self.bins[sku], sku, units, "", "", ""))
        soon, later = self.today + timedelta(days=60), self.today + timedelta(days=300)
        rows += [
            (WAREHOUSE, self.bins[TEA], TEA, 10, "T-LATER", "", later),
            (WAREHOUSE, self.bins[TEA], TEA, 4, "T-SOON", "", soon),
            *((WAREHOUSE, self.bins[RADIO], RADIO, 1, "", f"R-{number}", "") for number in (1001, 1002, 1003)),
        ]
        return _csv(("warehouse", "location", "sku", "quantity", "lot", "serial", "expiry"), rows)

    def purchases(self) -> str:
        rows = [
            (number, supplier, WAREHOUSE, line, sku, units, self.today + timedelta(days=2))
            for number, (supplier, lines) in self.purchase_orders.items()
            for line, (sku, units) in enumerate(lines, 1)
        ]
        return _csv(("number", "supplier", "warehouse", "line", "sku", "quantity", "eta"), rows)

    def backordered(self) -> Counter[str]:
        """What the orders want and the shelves do not have."""
        return Counter({sku: self.need[sku] for sku in self.on_its_way if self.need[sku]})


def _bin(index: int) -> str:
    return f"{chr(65 + index // 400)}-{index // 20 % 20 + 1:02d}-{index % 20 + 1:02d}"


def _csv(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue()

"""One real day of a shop: what was ordered, by whom, and what the goods are called. See README.md for the source."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

FILE = Path(__file__).parent / "online_retail_2010-12-01.csv"


@dataclass(frozen=True, slots=True)
class Sold:
    """One line of an invoice."""

    sku: str
    quantity: int
    price: Decimal


@dataclass(slots=True)
class Invoice:
    """One order of the day."""

    number: str
    customer: str
    country: str
    at: datetime
    lines: list[Sold] = field(default_factory=list)

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(slots=True)
class Day:
    """The invoices in the order of the day, and each item's name and first price."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    prices: dict[str, Decimal] = field(default_factory=dict)

    def need(self) -> Counter[str]:
        """Units of each item that the day's orders want."""
        need: Counter[str] = Counter()
        for invoice in self.invoices.values():
            for line in invoice.lines:
                need[line.sku] += line.quantity
        return need


def read() -> Day:
    """The day's sales of goods; postage, discounts, returns and stock corrections are no orders."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return _day(csv.DictReader(file))


def _day(rows: Iterable[dict[str, str]]) -> Day:
    day = Day()
    for row in rows:
        sku, price, quantity = row["StockCode"].upper(), Decimal(row["UnitPrice"]), int(row["Quantity"])
        is_goods = sku[:5].isdigit()
        if not is_goods or not row["InvoiceNo"].isdigit() or quantity <= 0 or price <= 0:
            continue
        day.names.setdefault(sku, " ".join(row["Description"].split()) or sku)
        day.prices.setdefault(sku, price)
        invoice = day.invoices.get(row["InvoiceNo"])
        if invoice is None:
            customer = row["CustomerID"].removesuffix(".0")
            at = datetime.fromisoformat(row["InvoiceDate"])
            invoice = Invoice(row["InvoiceNo"], customer, row["Country"], at)
            day.invoices[invoice.number] = invoice
        invoice.lines.append(Sold(sku, quantity, price))
    return day

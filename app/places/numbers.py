"""Numbers that are taken inside a transaction and never twice: SSCC serials, RMA, shipment and order numbers."""

from sqlalchemy.orm import Session

from app.barcode.gtin import check_digit
from app.db import table, upsert
from app.places.models import Serial


def next_number(session: Session, name: str) -> int:
    """The next number of this series, starting at 1. If the transaction fails, nobody has seen it."""
    statement = upsert(session, Serial)
    serial = table(Serial)
    statement = statement.on_conflict_do_update(index_elements=[serial.c.name], set_={"last": serial.c.last + 1})
    return int(session.execute(statement.returning(serial.c.last), {"name": name, "last": 1}).scalar_one())


def next_sscc(session: Session, company_prefix: str) -> str:
    """A new SSCC, 18 digits: extension 0, company prefix, serial, check digit (GS1 General Specifications 2.2.1).

    Errors: an exhausted serial range is an ``AssertionError``: with a seven-digit prefix that is after 10^9 cartons.
    """
    room = 16 - len(company_prefix)
    serial = next_number(session, f"sscc:{company_prefix}")
    assert serial < 10**room, "the SSCC serials of this company prefix are used up"
    body = f"0{company_prefix}{serial:0{room}d}"
    return body + check_digit(body)

"""What a scan says, and what it names here."""

from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.barcode import Profile, interpretation
from app.floor.meaning.resolve import meanings, read
from app.people.scanners import in_this_house, scanner_named
from app.places.models import Warehouse
from app.refusal import Refused
from app.web.api.body import Size
from app.web.api.route import reads
from app.web.gate.security import settings
from app.web.pictures.photo_reader import read_one


@dataclass(frozen=True, kw_only=True)
class ScannedCode:
    """A code as the scanner sent it, symbology identifier and group separators and all.

    ``device``: the name of the device that scanned it (``D-7``); what its scanner adds is taken off.
    """

    code: Annotated[str, Size(0, 10_000)]
    device: Annotated[str, Size(0, 64)] = ""


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something here that bears the code: an item by its SKU, a location, a container, a lot, a document."""

    type: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Interpretation:
    """What a scan says, before any database is asked, and what it ``names`` here.

    ``kind``: gtin, sscc, elements, digital_link, restricted, plain, ambiguous, or refused with its ``code`` and
    ``message``. Every element found stands beside it by its word: gtin, lot, expiry, serial, content, count, ...
    """

    kind: str
    warnings: tuple[str, ...]
    names: tuple[Named, ...]


@reads("/barcodes/interpretations", method="POST", answer=Interpretation)
def interpret_barcode(session: Session, body: ScannedCode) -> dict[str, Any]:
    """Take a scan apart. A code that cannot be read is an answer too: ``kind`` refused, with the reason."""
    profile = in_this_house(scanner_named(session, body.device).profile, settings())
    words = interpretation(body.code, profile=profile, today=clock.today())
    return {**words, "names": _names(session, body.code, profile)}


@dataclass(frozen=True, kw_only=True)
class PhotographedSymbol:
    """A barcode in a photo. ``agreed``: two readers said the same; ask a person about an EAN or UPC without it."""

    text: str
    symbology: str
    agreed: bool


@dataclass(frozen=True, kw_only=True)
class PhotoAnswer:
    """What a photo holds, the surest first."""

    symbols: tuple[PhotographedSymbol, ...]


@reads("/barcodes/photos", method="POST", answer=PhotoAnswer, takes="image/jpeg, image/png, image/webp")
def read_barcode_photo(session: Session, body: bytes) -> PhotoAnswer:
    """Read the barcodes in a photo.

    Errors: ``not_an_image``; ``image_too_large``; ``image_animated``; ``image_damaged``; ``photo_too_slow``;
    ``photo_failed``; ``busy_decoding`` (503), to be tried again.
    """
    return PhotoAnswer(
        symbols=tuple(
            PhotographedSymbol(text=it.text, symbology=it.symbology, agreed=it.agreed) for it in read_one(body)
        )
    )


def _names(session: Session, code: str, profile: Profile) -> list[dict[str, str]]:
    try:
        barcode = read(code, today=clock.today(), profile=profile)
    except Refused:
        return []
    found = [
        {"type": meaning.type.partition(":")[2] or meaning.type, "code": meaning.code}
        for warehouse_id in session.scalars(select(Warehouse.id).order_by(Warehouse.priority, Warehouse.id))
        for meaning in meanings(session, barcode, warehouse_id=warehouse_id)
    ]
    return [each for number, each in enumerate(found) if each not in found[:number]]

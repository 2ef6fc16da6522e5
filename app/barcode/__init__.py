"""Barcodes: what a scan says, and what a label must carry. Pure functions; no database, no web, no clock.

- ``parse``      the whole order in which a scan is read -> ``Barcode``; ``Profile`` is the scanner's set-up
- ``words``      the same in the words of the JSON API
- ``barcode``    ``Barcode`` and ``Kind``
- ``symbology``  ``]C1`` and the other identifiers that a scanner sends first
- ``elements``   GS1 element strings, read and built; ``ai``, ``ai_table``, ``values`` and
  ``dates`` know what the identifiers mean
- ``digital_link``  the same parts in a web address
- ``gtin``       check digits, 14 digits, UPC-E, pack levels, SSCC
- ``restricted`` numbers that mean something in one shop only
- ``internal``   our own labels: a letter, the code, a check
- ``photo``      barcodes in a photograph, by two readers; ``python -m app.barcode`` does it in a program of its own
- ``refusals``   every reason why a code is not read, and what to do then
"""

from app.barcode.barcode import Barcode, Kind
from app.barcode.internal import Internal, InternalKind, decode, encode
from app.barcode.parse import DEFAULT_PROFILE, Profile, clean, parse
from app.barcode.restricted import RestrictedPattern
from app.barcode.words import interpretation, to_words

__all__ = [
    "DEFAULT_PROFILE",
    "Barcode",
    "Internal",
    "InternalKind",
    "Kind",
    "Profile",
    "RestrictedPattern",
    "clean",
    "decode",
    "encode",
    "interpretation",
    "parse",
    "to_words",
]

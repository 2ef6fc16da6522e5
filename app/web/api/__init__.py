"""The JSON API, version 1 (``/api/v1``): for handhelds with their own client, for shops and ERPs.

- ``route``        one endpoint is one plain function; ``ROUTES`` has them all
- ``body``         what a request may carry, declared as dataclasses and read strictly
- ``schema``, ``openapi``   the published contract, made from the same declarations
- ``idempotency``  the same request twice is one effect
- ``paging``       lists are pages
- ``files`` ``stock`` ``places`` ``orders`` ``supply`` ``returns`` ``floor`` ``barcodes`` ``labels``   the endpoints
"""

from app.web.api import barcodes, files, floor, labels, openapi, orders, places, returns, stock, supply
from app.web.api.route import pages

ENDPOINTS = (files, stock, places, orders, supply, returns, floor, barcodes, labels, openapi)
"""They hang themselves on their addresses when they are imported."""

__all__ = ["ENDPOINTS", "pages"]

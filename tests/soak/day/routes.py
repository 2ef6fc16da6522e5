"""Every address that changes something: asked on random days, or left out for a reason.

An address is written as the day counts it (``worker.route_of``): numbers are ``*``, and so is a kind or a code.
"""

DONE = {
    "/api/v1/adjustments", "/api/v1/expiry-corrections", "/api/v1/imports/*", "/api/v1/ledger/verification",
    "/api/v1/locations/blocks", "/api/v1/locations/releases", "/api/v1/pick-faces", "/api/v1/pick-faces/removals",
    "/api/v1/orders", "/api/v1/orders/*/cancellations", "/api/v1/purchase-orders",
    "/api/v1/returns", "/api/v1/tasks", "/api/v1/tasks/*/actions", "/api/v1/tasks/*/ends", "/api/v1/tasks/*/releases",
    "/api/v1/tasks/*/scans", "/api/v1/tasks/*/takeovers", "/api/v1/tasks/claims", "/api/v1/waves",
    "/barcodes/link", "/enquiry", "/left-out", "/office/adjustments", "/office/blocks",
    "/office/exceptions/corrections/*/approvals", "/office/exceptions/corrections/*/refusals",
    "/office/orders/*/cancellations", "/office/orders/*/returns", "/office/return-closures", "/office/short-closures",
    "/office/unblocks", "/office/waves", "/office/work/*/assignments", "/office/work/*/ends",
    "/office/work/*/priorities", "/office/work/*/releases", "/scans", "/tasks", "/tasks/*/actions",
    "/tasks/*/releases", "/tasks/*/scans", "/tasks/*/takeovers", "/tasks/next",
}  # fmt: skip

_PEOPLE = "people, their devices and tokens: no goods, no jobs (tests/web)"
_PRINT = "labels and printers: what is printed moves nothing (tests/labels, tests/printing)"
_HOUSE = "the house is set up before a day begins (tests/web)"
_READS = "says what a code is, and keeps nothing of the day's (tests/barcode, tests/api)"
_PAGE = "what the API does too, at a page (tests/web)"
_FILES = "the importer of /api/v1/imports, at a page (tests/imports, tests/web)"

LEFT = {
    "/api/v1/barcodes/interpretations": _READS,
    "/api/v1/barcodes/photos": _READS,
    "/photos": _READS,
    "/scanner/readings": _READS,
    "/scanner/profile": _PEOPLE,
    "/settings": _PEOPLE,
    "/settings/pin": _PEOPLE,
    "/settings/sessions/*/ends": _PEOPLE,
    "/settings/sessions/ends": _PEOPLE,
    "/sign-in": _PEOPLE,
    "/sign-out": _PEOPLE,
    "/unlocks": _PEOPLE,
    "/enrolments": _PEOPLE,
    "/office-sign-in": _PEOPLE,
    "/office-sign-in/set-up": _PEOPLE,
    "/office/devices/*/retirements": _PEOPLE,
    "/office/people": _PEOPLE,
    "/office/people/*": _PEOPLE,
    "/office/people/*/departures": _PEOPLE,
    "/office/people/*/password-losses": _PEOPLE,
    "/office/people/*/pins": _PEOPLE,
    "/office/people/*/returns": _PEOPLE,
    "/office/people/*/unlocks": _PEOPLE,
    "/office/tokens/*/revocations": _PEOPLE,
    "/api/v1/carrier-labels": _PRINT,
    "/api/v1/labels": _PRINT,
    "/api/v1/labels/previews": _PRINT,
    "/api/v1/print-jobs": _PRINT,
    "/labels/carton/*/openings": _PRINT,
    "/print-jobs/*/openings": _PRINT,
    "/office/carrier-labels": _PRINT,
    "/office/label-batches": _PRINT,
    "/office/label-batches/*/cancellations": _PRINT,
    "/office/labels/*/*": _PRINT,
    "/office/print-jobs/*/answers": _PRINT,
    "/office/print-jobs/*/cancellations": _PRINT,
    "/office/print-jobs/*/moves": _PRINT,
    "/office/print-jobs/*/reprints": _PRINT,
    "/office/printers": _PRINT,
    "/office/printers/*/checks": _PRINT,
    "/office/printers/*/departures": _PRINT,
    "/office/printers/*/tests": _PRINT,
    "/office/stations": _PRINT,
    "/office/stations/*/closures": _PRINT,
    "/office/stations/*/printers": _PRINT,
    "/office/places": _HOUSE,
    "/office/warehouses": _HOUSE,
    "/office/warehouses/*": _HOUSE,
    "/api/v1/imports/stock": "opening stock is brought once, before the first day (tests/imports)",
    "/office/expiry-corrections": _PAGE,
    "/office/pick-faces": _PAGE,
    "/office/pick-faces/fillings": _PAGE,
    "/office/pick-faces/removals": _PAGE,
    "/office/imports": _FILES,
    "/office/imports/*": _FILES,
    "/office/exceptions/unjudged/*/settlements": "only after a 500, which is a fault of the day",
    "/office/ledger/verifications": "the check of /api/v1/ledger/verification, at a page",
}

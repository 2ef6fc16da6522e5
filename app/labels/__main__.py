"""``python -m app.labels < asked``: draws many labels in a program of its own and writes the PDF.

Drawing is arithmetic, and a web process has one interpreter: whatever it draws, scans wait for.
"""

import json
import os
import sys
from pathlib import Path

from app.labels import SheetSize, fonts, render_pdf, template
from app.language import use
from app.refusal import Refused

REFUSED = 3
"""The exit status with which a refusal is written instead of a PDF."""


def main() -> int:
    """Reads ``template``, ``rows``, ``per_sheet``, ``used``, ``language``, ``templates_dir`` and ``fonts_dir``."""
    os.nice(10)  # a scan goes first
    asked = json.load(sys.stdin)
    template.use_folder(_folder(asked["templates_dir"]))
    fonts.use_folder(_folder(asked["fonts_dir"]))
    size = SheetSize(**asked["per_sheet"]) if asked["per_sheet"] else None
    try:
        with use(asked["language"]):
            drawn = render_pdf(asked["template"], asked["rows"], per_sheet=size, used=asked["used"])
    except Refused as refused:
        answer = {"code": refused.code, "message": refused.message, "details": refused.details}
        sys.stdout.write(json.dumps(answer, default=str))
        return REFUSED
    sys.stdout.buffer.write(drawn)
    return 0


def _folder(name: str) -> Path | None:
    return Path(name) if name else None


if __name__ == "__main__":
    sys.exit(main())

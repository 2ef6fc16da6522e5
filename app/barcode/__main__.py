"""``python -m app.barcode < photo``: reads one photograph in a program of its own and writes the answer as JSON.

Decoders are large C libraries and a photograph comes from outside: what makes one crash, hang or fill the memory ends
this program, and nobody else's scan.
"""

import contextlib
import json
import os
import resource
import sys
from dataclasses import asdict

from app.barcode.photo import read_photo
from app.refusal import Refused

MOST_BYTES = 768 * 1024**2
"""Of addresses, which are more than what is used: the program itself takes 300 MiB of them, the largest photo 200."""


def main() -> None:
    """``{symbols: [...]}``, or ``{refused: code}``; the asker knows the words in the operator's language."""
    with contextlib.suppress(ValueError, OSError):  # where the system allows less already
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    os.nice(10)  # a scan goes first
    try:
        reading = read_photo(sys.stdin.buffer.read())
    except Refused as refusal:
        answer: dict[str, object] = {"refused": refusal.code}
    else:
        answer = asdict(reading)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()

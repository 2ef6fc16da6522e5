"""``python -m tests.tiny_server PORT LIMITS``: the program's own server, with next to nothing behind it."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from app.cli.server.bridge import Bridge
from app.cli.server.connections import Limits
from app.cli.server.processes import Web, serve

MOST_SLOW = 8


def echo(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Says back what it was sent."""
    if environ["PATH_INFO"] == "/slow":
        time.sleep(86400)
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def main() -> None:
    limits = {
        "head_seconds": 86400, "body_seconds": 86400, "idle_seconds": 86400, "answer_seconds": 86400,
        "connections": 1000, "connections_per_address": 1000, "is_behind_proxy": False,
    }  # fmt: skip
    limits |= json.loads(sys.argv[2])
    workers = limits.pop("workers", 2)

    def open_bridge() -> Bridge:
        return Bridge(
            echo,
            knows=lambda environ: "HTTP_AUTHORIZATION" in environ,
            threads={"quick": 2, "slow": 2},
            most={"slow": MOST_SLOW},
            lane_of=lambda environ: "slow" if environ["PATH_INFO"] == "/slow" else "quick",
            largest_body=32 * 1024 * 1024,
            requests_per_address=limits["connections_per_address"],
            is_behind_proxy=limits["is_behind_proxy"],
        )

    web = Web(
        host="127.0.0.1", port=int(sys.argv[1]), workers=workers, limits=Limits(**limits), open_bridge=open_bridge
    )
    serve(web, worker_command=["sleep", "86400"])


if __name__ == "__main__":
    main()

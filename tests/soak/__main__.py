"""``make soak``: faults for as long as you like. Each round has a seed of its own, which makes it happen again.

A round is robots over the API (8 workers, 10 % of the requests and 25 % of the answers lost, the server killed in the
middle) and then one handheld in Chromium (200 faults), on each database; ``--only floor`` is the random day of a
whole floor (see ``day``), ``--only contract`` asks the API what nobody thought of. Each ends with the books: nothing
lost, nothing twice, the ledger verified.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from app.config import Settings
from app.factory import create_app
from tests import chromium
from tests.databases import create_tables, make_postgresql_template, postgresql_server, scratch
from tests.soak import api
from tests.soak.day.days import days, days_with_kills
from tests.soak.device import Worker
from tests.soak.house import open_house, read_books
from tests.soak.proxy import proxy
from tests.soak.server import Plug


def main() -> None:
    options = _options()
    wrong = 0
    if options.only is None or "floor" in options.only:
        for engine in options.database or ["sqlite", "postgresql"]:
            asked = {name: getattr(options, name) for name in ("seed", "rounds", "steps", "figures", "shrink_seconds")}
            if options.kills:
                del asked["shrink_seconds"]
                wrong += days_with_kills(engine, kills=options.kills, **asked)
            else:
                wrong += days(engine, **asked)
    for seed in range(options.seed, options.seed + options.rounds):
        for engine in options.database or ["sqlite", "postgresql"]:
            if options.only is None or "contract" in options.only:
                wrong += _made_up(engine, seed, options)
            for name in [name for name in options.only or ["api", "device"] if name not in ("floor", "contract")]:
                begun = time.monotonic()
                run = _robots if name == "api" else _handheld
                with tempfile.TemporaryDirectory(prefix="trueshelf-soak-", dir=scratch()) as place:
                    folder = Path(place)
                    with _database(engine, folder) as url:
                        said, faults = run(url, folder, seed, options)
                print(f"seed {seed}, {engine}, {name}: {said} ({time.monotonic() - begun:.0f} s)", flush=True)
                for fault in faults:
                    print(f"  WRONG: {fault}", flush=True)
                wrong += len(faults)
    sys.exit(1 if wrong else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first round (default 1)")
    parser.add_argument("--rounds", type=int, default=1, help="each with the next seed (default 1)")
    parser.add_argument(
        "--only", action="append", choices=["floor", "api", "device", "contract"], help="may be repeated; default: all"
    )
    parser.add_argument(
        "--database", action="append", choices=["sqlite", "postgresql"], help="may be repeated; default: both"
    )
    parser.add_argument("--scans", type=int, default=1250, help="units of each of the 8 robots (default 1250)")
    parser.add_argument(
        "--kills", type=int, help="of the house's processes: while the robots scan (default 10); a day of the floor (0)"
    )
    parser.add_argument("--cuts", type=int, default=200, help="faults that the handheld meets (default 200)")
    parser.add_argument("--examples", type=int, default=100, help="requests of each operation and token (default 100)")
    parser.add_argument("--steps", type=int, default=2000, help="of the floor's day (default 2000)")
    parser.add_argument(
        "--figures",
        type=Path,
        help="a file to which each day of the floor adds a line of JSON; a bad day's steps go beside it",
    )
    parser.add_argument("--shrink-seconds", type=float, default=120, help="for each kind of fault; 0: never")
    return parser.parse_args()


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
    """A new one, with all tables."""
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'soak.sqlite'}"
        create_tables(url, folder)
        yield url
        return
    with postgresql_server() as server:
        make_postgresql_template(server, folder)
        yield server.url(server.create())


def _made_up(engine: str, seed: int, options: argparse.Namespace) -> int:
    """Requests made up from the published contract (tests/api/test_made_up.py), many more than the suite asks."""
    more = {"MADE_UP_SEED": str(seed), "MADE_UP_EXAMPLES": str(options.examples)}
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "tests/api/test_made_up.py", "-k", engine]
    is_wrong = subprocess.run(command, env={**os.environ, **more}, check=False).returncode != 0
    print(f"seed {seed}, {engine}, contract: {options.examples} a call ({time.monotonic() - begun:.0f} s)", flush=True)
    return int(is_wrong)


def _robots(url: str, folder: Path, seed: int, options: argparse.Namespace) -> tuple[str, list[str]]:
    kills = 10 if options.kills is None else options.kills
    outcome = api.run(folder, seed=seed, scans=options.scans, kills=kills, database_url=url)
    return str(outcome), outcome.faults()


def _handheld(url: str, folder: Path, seed: int, options: argparse.Namespace) -> tuple[str, list[str]]:
    data = folder / "data"
    data.mkdir()
    open_house(url, data, workers=1)
    plug = Plug(url, folder)
    try:
        with proxy(plug.start(), seed=seed) as network:

            def restart() -> None:
                plug.kill()
                network.upstream = plug.start()

            with _chromium(folder / "profile", network.url) as device:
                walk = Worker(device, network, seed=seed, restart=restart).work(options.cuts)
    finally:
        plug.stop()
    return str(walk), walk.faults(read_books(create_app(Settings(database_url=url, data_dir=data))))


@contextmanager
def _chromium(profile: Path, url: str) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        device = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium.program(playwright.chromium, is_whole=True),
            args=chromium.ARGUMENTS,
            base_url=url,
            viewport={"width": 360, "height": 640},
        )
        device.set_default_timeout(60_000)
        yield device
        device.close()


if __name__ == "__main__":
    main()

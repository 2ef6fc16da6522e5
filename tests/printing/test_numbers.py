"""An SSCC is on one carton, ever: 32 packers at once, some of them killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from app.barcode.gtin import check_digit

PACKER = """
import os, sys
from pathlib import Path
from threading import Thread

from app.config import Settings
from app.db import transact
from app.factory import create_app
from app.places.numbers import next_sscc

app = create_app(Settings(database_url=sys.argv[1], data_dir=Path(sys.argv[2]), secret_key="only-for-tests"))

def pack():
    with app.app_context():
        while True:
            code = transact(lambda session: next_sscc(session, "4012345"))
            os.write(1, (code + "\\n").encode())  # one write: lines of eight threads do not mix

os.write(1, b"ready\\n")
sys.stdin.readline()
for _each in range(8):
    Thread(target=pack).start()
"""
PACKERS = 4


def test_no_sscc_is_ever_given_twice_under_32_packers_and_kill_9(database_url: str, tmp_path: Path) -> None:
    """Each process is eight packers; half of the processes die by kill -9 while they take numbers."""
    packers = []
    for number in range(PACKERS):
        folder = tmp_path / str(number)
        folder.mkdir()
        out = (tmp_path / f"{number}.txt").open("w")
        packers.append(
            subprocess.Popen(
                [sys.executable, "-c", PACKER, database_url, str(folder)], stdin=subprocess.PIPE, stdout=out
            )
        )
    files = [tmp_path / f"{number}.txt" for number in range(PACKERS)]

    def seen(file: Path) -> list[str]:
        """Whole lines: what a packer has been told."""
        return file.read_text().split("\n")[1:-1]

    try:
        _until(lambda: all(file.read_text().startswith("ready") for file in files))
        for packer in packers:
            assert packer.stdin
            packer.stdin.write(b"\n")
            packer.stdin.flush()
        _until(lambda: all(len(seen(file)) > 20 for file in files))
        for packer in packers[: PACKERS // 2]:
            os.kill(packer.pid, signal.SIGKILL)
        told = [len(seen(file)) for file in files]
        _until(
            lambda: all(
                len(seen(file)) > before + 20 for file, before in list(zip(files, told, strict=True))[PACKERS // 2 :]
            )
        )
    finally:
        for packer in packers:
            packer.kill()
            packer.wait()
    given = Counter(code for file in files for line in seen(file) for code in [line[:18]] if len(line) == 18)
    assert given
    assert [code for code, times in given.items() if times > 1] == []
    assert all(code[-1] == check_digit(code[:-1]) for code in given)


def _until(is_so: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end, "the packers did not get on"
        time.sleep(0.1)

"""One writer at a time, in the order of coming, in every thread and process; whoever dies keeps nobody out.

Real threads, processes and locks. Nobody sleeps for a guess: each waits until the other is seen to have drawn a number.
"""

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import pytest

from app.writers import one_at_a_time
from tests.databases import REPOSITORY

HOLD = """import sys
from app.writers import one_at_a_time
with one_at_a_time(sys.argv[1]):
    print("in", flush=True)
    input()"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "queue.lock")


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.002)


def drawn(path: str) -> int:
    kept = Path(path).read_bytes()[:8] if Path(path).exists() else b""
    return int(struct.unpack("<Q", kept)[0]) if len(kept) == 8 else 0


def waiting(path: str, then: Callable[[], None]) -> Thread:
    """A thread that has its place in the queue, and does ``then`` when its turn has come."""
    before = drawn(path)

    def run() -> None:
        with one_at_a_time(path):
            then()

    thread = Thread(target=run)
    thread.start()
    until(lambda: drawn(path) > before)
    return thread


def program(path: str) -> subprocess.Popen[str]:
    """Another process that asks for its turn; it says "in" when it has it, and keeps it until its input ends."""
    before = drawn(path)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    until(lambda: drawn(path) > before)
    return process


def test_who_came_first_writes_first(path: str):
    seen: list[int] = []
    with one_at_a_time(path):
        threads = [waiting(path, lambda n=n: seen.append(n)) for n in range(12)]
        assert seen == []
    for thread in threads:
        thread.join()
    assert seen == list(range(12))


def test_who_asks_again_and_again_lets_everybody_in_who_came_meanwhile(path: str):
    """A long job writes in portions: a scan waits for the one under way, and never for the next."""
    turns: list[int] = []
    barrier = Barrier(6)

    def ask(times: int) -> None:
        barrier.wait()
        for _ in range(times):
            with one_at_a_time(path) as number:
                turns.append(number)

    threads = [Thread(target=ask, args=(50,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert turns == list(range(1, 301))


def test_a_writer_that_is_killed_keeps_nobody_out(path: str):
    holder = program(path)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "in\n"
    seen: list[str] = []
    thread = waiting(path, lambda: seen.append("next"))
    assert seen == []
    os.kill(holder.pid, signal.SIGKILL)
    thread.join(20)
    assert seen == ["next"]
    holder.communicate()


def test_one_who_is_killed_while_it_waits_lets_nobody_in_beside_the_writer(path: str):
    inside: list[str] = []
    with one_at_a_time(path):
        waits = program(path)
        after = waiting(path, lambda: inside.append("next"))
        os.kill(waits.pid, signal.SIGKILL)
        waits.communicate()
        late = waiting(path, lambda: inside.append("late"))
        time.sleep(0.05)  # were it let in, it would be in by now
        assert inside == []
    for thread in (after, late):
        thread.join(20)
    assert sorted(inside) == ["late", "next"]


def test_a_child_that_was_forked_by_the_writer_keeps_nobody_out(path: str):
    """It has inherited the open file, and with it the lock, until it says that it is through."""
    with one_at_a_time(path):
        child = os.fork()
        if not child:
            time.sleep(30)
            os._exit(0)
    try:
        seen: list[str] = []
        thread = waiting(path, lambda: seen.append("next"))
        thread.join(20)
        assert seen == ["next"]
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_file_of_another_kind_is_no_hindrance(path: str):
    Path(path).write_bytes(b"\xff" * 8)
    with one_at_a_time(path):
        pass
    with one_at_a_time(path):
        pass

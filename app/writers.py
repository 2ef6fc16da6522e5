"""The queue of those who want to write to a SQLite file: who comes first goes first, in every thread and process.

SQLite lets one writer in at a time, and whoever asks again and again wins by luck: with many clients some wait ten
times as long as others, and a long job that writes in portions takes the file again before a scan has woken up. So
everybody draws a number and waits for the one before.

The queue is locks on single bytes of a file beside the database, kept by the kernel: what a process held is free when
it dies, however it dies. Nothing is ever read from the file but the last number that was drawn.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager

_GATE, _TURN, _FIRST = 0, 1, 16
"""The byte that guards the drawing of a number, the byte that the one writer holds, and where the numbers begin."""
_NUMBER = struct.Struct("<Q")
_IS_FAIR = hasattr(fcntl, "F_OFD_SETLKW")


@contextmanager
def one_at_a_time(path: str) -> Iterator[int]:
    """Hold the file ``path`` as its one writer, after everybody who asked before. Gives the number that was drawn.

    Each who waits holds the byte of its own number and waits for the byte of the number before: one wakes for each who
    leaves, in the order in which they came. A waiter that dies lets its follower through too early, who then finds the
    turn itself taken and waits for that: the order is lost for once, never the exclusion.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _IS_FAIR:  # no locks of open files here (they are Linux's): first come is not first served
            fcntl.flock(file, fcntl.LOCK_EX)
            yield 0
            return
        number = _drawn(file)
        _wait_for(file, _FIRST + number - 1)
        _wait_for(file, _TURN)
        yield number
    finally:
        if _IS_FAIR:  # said, and not left to the close: a child that was forked meanwhile has the file open as well
            _set(file, fcntl.F_UNLCK, 0, 0)
        os.close(file)


@contextmanager
def if_nobody_writes(path: str) -> Iterator[bool]:
    """Hold the file ``path`` as its one writer if nobody does at this moment, without waiting. Gives whether."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            if _IS_FAIR:
                fcntl.fcntl(file, fcntl.F_OFD_SETLK, _lock(fcntl.F_WRLCK, _TURN, 1))
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            yield False
            return
        yield True
    finally:
        if _IS_FAIR:
            _set(file, fcntl.F_UNLCK, 0, 0)
        os.close(file)


def _drawn(file: int) -> int:
    """The next number, whose byte is now held. Held by nobody else: a number that was lost is not missed."""
    _wait_for(file, _GATE)
    kept = os.pread(file, _NUMBER.size, 0)
    number = (_NUMBER.unpack(kept)[0] if len(kept) == _NUMBER.size else 0) % 2**62 + 1
    os.pwrite(file, _NUMBER.pack(number), 0)
    _wait_for(file, _FIRST + number)
    _set(file, fcntl.F_UNLCK, _GATE, 1)
    return number


def _wait_for(file: int, byte: int) -> None:
    _set(file, fcntl.F_WRLCK, byte, 1)


def _set(file: int, kind: int, start: int, length: int) -> None:
    """The lock is the open file's, so that two threads of one process keep each other out too."""
    fcntl.fcntl(file, fcntl.F_OFD_SETLKW, _lock(kind, start, length))


def _lock(kind: int, start: int, length: int) -> bytes:
    """``struct flock`` of Linux: kind, whence, start, length (0: to the end), process."""
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, start, length, 0)

"""One label, read twice: a scanner that is held on a label reads it once more, and nobody meant that.

Where the second scan of a label says something else than the first (a bin names what is in it, or ends its count; a
place that was not planned is confirmed), it is meant only when it comes later than that. Where each scan is a unit, ten
scans in a second are ten. Only the device knows when it read a label: a scan that does not say so is meant.
"""

from dataclasses import replace
from datetime import timedelta

from app.floor.shared.memory import LabelRead
from app.floor.shared.step import Work

ONE_READ = timedelta(seconds=1)
"""A scanner that reads on lets the same label through again half a second after it has left its sight (Zebra DS4308
Product Reference Guide, parameter 137, *Timeout Between Decodes, Same Symbol*); who means it is slower."""


def note_read(work: Work) -> None:
    """Remember this label and when the device read it: read once more right away, it says nothing new."""
    if work.scanned_at is not None:
        work.memory = replace(work.memory, read=LabelRead(work.raw, work.scanned_at))


def look_back(work: Work) -> None:
    """Tell the steps whether this scan is the label that was noted, read again within a moment, and again.

    Where another label was read since, the noted one is meant when it comes back, however soon that is.
    """
    noted = work.memory.read
    if noted is None:
        return
    if noted.code != work.raw:
        work.memory = replace(work.memory, read=None)
    elif work.scanned_at is not None:
        work.is_second_read = abs(work.scanned_at - noted.at) < ONE_READ
        if work.is_second_read:
            note_read(work)

"""What can be done in a warehouse: one file for each kind of work, each with its ``COMMANDS``.

A new capability adds a file (or a line to one) and nothing else.
"""

from tests.soak.day.commands import (
    adjustments,
    at_once,
    counts,
    desk,
    files,
    lots,
    moves,
    orders,
    places,
    receiving,
    returns,
    screens,
    work,
)
from tests.soak.day.worker import Command

COMMANDS: list[Command] = [
    command
    for room in (
        work,
        orders,
        receiving,
        returns,
        counts,
        moves,
        adjustments,
        lots,
        places,
        files,
        desk,
        screens,
        at_once,
    )
    for command in room.COMMANDS
]

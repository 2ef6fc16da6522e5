"""Work for the floor: a task is one job for one worker at a time; its lines are movements not yet believed.

A task never points up: it names its document by type, id and number, and whoever opened it finds it again by those.

- ``models``  Task, TaskLine
- ``queue``   open, claim, release, take over
- ``life``    given back, finished, open again, waiting for approval, called off, ended
- ``lines``   the lines as the floor reads them
"""

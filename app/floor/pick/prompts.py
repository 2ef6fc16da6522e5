"""What every question of a pick shows and offers, and how it counts."""

from dataclasses import replace

from sqlalchemy import select

from app.floor.pick.memory import ToteCode, Work
from app.floor.shared import confirm, totes
from app.floor.shared.question import about_line
from app.floor.shared.step import Prompt, Said, Way, action_way
from app.language import _
from app.places.models import Container
from app.tasks.lines import Line


def prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    """The question, with the line at hand and the tote that it goes into."""
    asked = about_line(work, instruction, value=value, ways=ways, expects=expects)
    asked.target = tote_code(work)
    return asked


def tote_code(work: Work) -> str | None:
    """The proposed tote's code; remembered with its id, because every prompt of every line shows it."""
    if work.task.container_id is None:
        return None
    known = work.memory.tote
    if known is None or known.id != work.task.container_id:
        code = work.session.scalar(select(Container.code).where(Container.id == work.task.container_id))
        work.memory = replace(work.memory, tote=ToteCode(work.task.container_id, code))
        return code
    return known.code


def exceptions(work: Work) -> list[Way]:
    """What may be wrong at a bin."""
    ways = [action_way("short", _("Not enough here"))]
    if not work.counted:
        ways.append(action_way("skip", _("Skip to the end")))
    return ways


def count_units(work: Work, line: Line, units: int) -> Said:
    """Count units of the line; the first count proposes a tote. Errors: ``too_many``."""
    said = confirm.count(work, line, units)
    totes.proposed(work)
    return said

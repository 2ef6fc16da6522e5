"""An inspection is ended: what is on the bench stays there, in quarantine; the rest can be begun again."""

from app.floor.inspect.memory import Work
from app.floor.inspect.stock_inspection import of_stock
from app.returns import disposition
from app.tasks.lines import Line, count, finish_units


def end(work: Work, left: list[Line], _why: str) -> None:
    bench, mine = work.memory.bench, [line for line in left if line.id == work.memory.line]
    if bench is None or not mine or of_stock(work):  # what stood here before stands as it stood
        return
    assert mine[0].document_line_id is not None, "an inspection without its return line"
    disposition.inspected(work.session, mine[0].document_line_id, bench.units)
    if finish_units(work.session, mine[0].id, bench.units):
        count(work.session, work.task.id, done=1)

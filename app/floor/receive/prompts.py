"""What every question of a receipt shows and offers, whichever fact of the arriving goods it asks for."""

from app.floor.receive.memory import Work
from app.floor.shared.memory import LogisticUnit
from app.floor.shared.over_receipt import is_blind
from app.floor.shared.step import Prompt, Way, action_way
from app.language import _, in_words


def prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    """The question, with the line at hand and what is known of its goods so far."""
    asked = Prompt(
        expects=expects,
        instruction=instruction,
        value=value,
        ways=[*ways, *_always(work)],
        lot=work.memory.lot,
        expiry=work.memory.expiry.isoformat() if work.memory.expiry else None,
        document=work.task.document,
    )
    line = work.line
    if line is not None and (work.counted or not is_blind(work)):
        asked.sku, asked.name, asked.image_url, asked.counted = line.sku, line.name, line.image_url, work.counted
        if not is_blind(work):
            asked.quantity = line.left
            asked.detail = [(_("Ordered"), str(line.quantity)), (_("Received"), str(line.done))]
    if work.memory.label_date is not None:
        asked.detail.append((_("On the label"), in_words(work.memory.label_date)))
    unit = work.memory.unit
    if unit.sscc:
        asked.detail.append(("SSCC", unit.sscc))
    asked.container = unit.plate
    return asked


def _always(work: Work) -> list[Way]:
    """Damaged, later, no more, undo: wherever they make sense."""
    ways: list[Way] = []
    if work.counted and work.memory.fault is None:
        ways.append(action_way("damaged", _("Damaged: into quarantine"), reason="damaged"))
    if not work.counted and not is_blind(work):
        ways.append(action_way("skip", _("Later")))
    if not is_blind(work) and (work.task.done_lines or work.memory.undo):
        ways.append(action_way("done", _("Nothing more comes today")))
    if work.counted or work.memory.undo or work.memory.unit != LogisticUnit():
        ways.append(action_way("undo", _("Undo")))
    return ways

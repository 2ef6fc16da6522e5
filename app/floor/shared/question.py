"""What a question about a line shows: its goods, how many of them, and Undo where something can be taken back."""

from app.floor.shared.step import Prompt, Way, Work, action_way
from app.language import _


def about_line(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    """The question, with the line at hand; what a workflow shows otherwise it changes afterwards."""
    line = work.the_line
    return Prompt(
        expects=expects,
        instruction=instruction,
        value=value,
        ways=with_undo(work, ways),
        location=line.source,
        container=line.source_container,
        sku=line.sku,
        name=line.name,
        image_url=line.image_url,
        lot=line.lot,
        expiry=line.expiry.isoformat() if line.expiry else None,
        serial=line.serial or None,
        quantity=line.left,
        counted=work.counted,
        target=line.target,
        document=work.task.document,
    )


def with_undo(work: Work, ways: list[Way], *, is_begun: bool = False) -> list[Way]:
    """The ways, and Undo last where something is counted or posted (or begun, as its workflow says)."""
    if work.counted or work.memory.undo or is_begun:
        return [*ways, action_way("undo", _("Undo"))]
    return ways

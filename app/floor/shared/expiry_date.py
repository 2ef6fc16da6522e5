"""The expiry date that a worker scans or types off the goods, and what follows where it has passed."""

from datetime import date

from app.catalog.lots import Kept
from app.floor.shared import confirm
from app.floor.shared.step import Meaning, Work
from app.floor.shared.typed_date import may_be_day_first, typed_date
from app.language import _, in_words
from app.orders.expire import hold_all_expired
from app.places.models import Warehouse
from app.refusal import Refused


def said_date(work: Work, meaning: Meaning) -> date:
    """The day that an answer means. Errors: ``bad_date``; ``which_date`` for one that could be two, until it is sent
    once more."""
    if meaning.type != "expiry":
        raise confirm.wrong(meaning, wanted=_("Scan the expiry date (YYYY-MM-DD)."))
    day = typed_date(meaning.code, today=work.today)
    if day is None:
        raise Refused("bad_date", _("%(text)s isn't a date. Enter it as YYYY-MM-DD.", text=meaning.code[:20]))
    if may_be_day_first(meaning.code, today=work.today):
        confirm.once_more(
            work,
            "which_date",
            _(
                "%(text)s means %(day)s. Send it again to take it so, or write it as YYYY-MM-DD.",
                text=meaning.code,
                day=in_words(day),
            ),
        )
    return day


def hold_old(work: Work, item_id: int, kept: Kept) -> None:
    """A lot of which somebody just said that it has expired is not for sale from this moment, wherever it stands."""
    if kept.expiry is not None and kept.expiry < work.today:
        hold_all_expired(work.session, work.session.get_one(Warehouse, work.task.warehouse_id), [item_id])

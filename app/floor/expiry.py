"""The expiry date that a worker scans or types off the goods."""

from datetime import date

from app.floor import confirm
from app.floor.dates import may_be_day_first, typed_date
from app.floor.step import Meaning, Work
from app.language import _, in_words
from app.refusal import Refused


def said_date(work: Work, meaning: Meaning) -> date:
    """The day that an answer means. Errors: ``bad_date``; ``which_date`` for one that could be two, until it is sent
    once more."""
    if meaning.type != "expiry":
        raise confirm.wrong(meaning, wanted=_("Scan the expiry date (YYYY-MM-DD)."))
    day = typed_date(meaning.code, today=work.today)
    if day is None:
        raise Refused("bad_date", _("%(text)s is no date. Give it as YYYY-MM-DD.", text=meaning.code[:20]))
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

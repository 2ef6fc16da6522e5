"""What is wrong with the program itself, in sentences: no worker, a job that fails, a ledger that is not sealed."""

from sqlalchemy.orm import Session

from app.config import Settings
from app.language import _
from app.ledger.seal import LATE_SECONDS, seconds_behind
from app.work.heartbeat import failing_jobs, seconds_since


def alarms(session: Session, settings: Settings) -> list[str]:
    """Nothing: all is well."""
    found: list[str] = []
    age = seconds_since(session)
    if age is None or age > settings.worker_late_seconds:
        found.append(_("The worker gives no sign of life: nothing is printed or sealed. Start the program again."))
    for job, since in sorted(failing_jobs(session).items()):
        minutes = int(since // 60)
        found.append(
            _("The job %(job)s has failed for %(minutes)s minutes. Look for it in the log.", job=job, minutes=minutes)
        )
    if seconds_behind(session) > LATE_SECONDS:
        found.append(_("The newest movements are not sealed. Run doctor, and look for the job seal in the log."))
    return found

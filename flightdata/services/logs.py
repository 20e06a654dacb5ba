"""What people and events may do with a log."""

from datetime import timedelta

from django.db import transaction

from assignments.models import JobAssignment
from flightdata import states
from flightdata.models import PartnerLog
from flightdata.states import ApplicationStatus, LogStatus
from work import nudging
from work.errors import Refused
from work.leases import due
from work.models import Priority

QUEUE = "data_poll"


def retry(log: PartnerLog, *, actor: str) -> None:
    """Fetch again what failed or could not be read: other bytes become a new version."""
    quarantined = log.status == LogStatus.STORED and log.application and log.application.status == ApplicationStatus.QUARANTINED
    if log.status != LogStatus.FAILED and not quarantined:
        raise Refused(f"the log is {log.status}, and only one that failed or is quarantined can be fetched again", "notRetryable")
    _fetch_again(log, actor=actor, reason="a person asked for another fetch")


def fetch(log: PartnerLog, *, actor: str) -> None:
    """Fetch a log that was skipped because the listing dates it before the account's `logsSince`."""
    if log.status != LogStatus.SKIPPED:
        raise Refused(f"the log is {log.status}, and only a skipped one is fetched on request", "notSkipped")
    _fetch_again(log, actor=actor, reason="a person asked for it")


def fetch_once_more(assignment: JobAssignment, **_: object) -> None:
    """A completed assignment's logs are fetched a last time: what grew after its fetch is not lost."""
    for log in PartnerLog.objects.filter(application__flights__assignment=assignment, status=LogStatus.STORED).distinct():
        columns = due(timedelta(0), Priority.LOW)
        states.log.move(log, LogStatus.DISCOVERED, actor="clock", reason="its assignment is complete", attempts=0, **columns)


def _fetch_again(log: PartnerLog, *, actor: str, reason: str) -> None:
    columns = {"attempts": 0, "losses": 0, **due(timedelta(0), Priority.HIGH)}
    with transaction.atomic():
        if not states.log.move(log, LogStatus.DISCOVERED, actor=actor, reason=reason, **columns):
            raise Refused("the log has changed meanwhile; look at it again", "changedMeanwhile")
        nudging.nudge_on_commit(QUEUE)

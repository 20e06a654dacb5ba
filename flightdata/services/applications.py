"""Files taken in, and the application that stands for each: one per customer and content, however often it is offered."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import Customer
from flightdata import states
from flightdata.models import Application, ApplicationFile, JobFlight, PartnerLog
from flightdata.services import coverages, metrics
from flightdata.states import ApplicationStatus, AttentionKind, DecidedBy
from flightdata.store import Kept
from work import attention, history, nudging
from work.leases import due
from work.models import Priority

QUEUE = "flight_data"
AT_ONCE = timedelta(0)
READ = (ApplicationStatus.PARSED, ApplicationStatus.QUARANTINED)


def file_for(customer: Customer, kept: Kept) -> ApplicationFile:
    """The row of these bytes."""
    defaults = {"size": kept.size, "storage_key": kept.key}
    return ApplicationFile.objects.get_or_create(customer=customer, sha256=kept.sha256, defaults=defaults)[0]


def for_file(file: ApplicationFile, **fields: Any) -> tuple[Application, bool]:
    """The application of a file, and whether it was made now: then it is due for parsing."""
    defaults = {
        "customer_id": file.customer_id,
        "share_key": file.customer_id,
        "status": ApplicationStatus.STORED,
        **due(AT_ONCE, Priority.NORMAL),
        **fields,
    }
    return Application.objects.get_or_create(file=file, defaults=defaults)


def _hold(*keys: UUID) -> None:
    """Nobody else changes these until the transaction ends. In one order, so that of two who want both one waits, not both."""
    for key in sorted(keys):
        Application.objects.filter(pk=key).update(updated_at=F("updated_at"))


def for_log(log: PartnerLog, file: ApplicationFile, before: UUID | None) -> Application:
    """The application of a log's bytes. One that came by hand before is the log's from now on.

    It, and `before`, which stood for the log until now, are held: what becomes of them hangs on what other logs have.
    """
    application, made = for_file(
        file,
        log=log,
        file_name=log.file_name,
        partner_type=log.system_user.partner.adapter,
        aircraft_id=log.aircraft.external_id,
    )
    _hold(application.pk, *([before] if before and before != application.pk else []))
    if made:
        return application
    application.refresh_from_db()
    if application.log_id is None or application.superseded_at:
        Application.objects.filter(pk=application.pk).update(log=log, superseded_at=None, updated_at=Now())
        application.refresh_from_db()
        read_again(application, actor="clock", reason="it is known now which aircraft's log it is")
    return application


def read_again(application: Application, *, actor: str, reason: str) -> bool:
    """What was read is due for parsing and matching once more; until then it counts as it is. False where it was not read yet."""
    if application.status not in READ:
        return False
    nudging.nudge_on_commit(QUEUE)
    columns = {"attempts": 0, "losses": 0, **due(AT_ONCE, Priority.NORMAL)}
    return states.application.move(application, ApplicationStatus.STORED, actor=actor, reason=reason, **columns)


def supersede(before: Application, after: Application) -> None:
    """A newer version of the log counts instead. What a person decided about the old one holds for the new one."""
    with transaction.atomic(), _counted_anew(before), _counted_anew(after):
        Application.objects.filter(pk=before.pk).update(superseded_at=Now(), updated_at=Now())
        history.record("application", before.pk, "superseded", actor="clock", reason=f"by {after.pk}, a newer version of the log")
        attention.settle(AttentionKind.UNMATCHED, "application", before.pk)
        attention.settle(AttentionKind.QUARANTINED, "application", before.pk)
        before.refresh_from_db(fields=["matched_by_person"])  # a person may have decided while this waited
        if not before.matched_by_person or after.matched_by_person:
            return
        after.flights.all().delete()  # what a rule decided, where these bytes were there before
        decided = before.flights.filter(decided_by=DecidedBy.PERSON)
        JobFlight.objects.bulk_create([_copy(flight, after) for flight in decided], ignore_conflicts=True)
        Application.objects.filter(pk=after.pk).update(matched_by_person=True)


@contextmanager
def _counted_anew(application: Application) -> Iterator[None]:
    with coverages.measured_anew(application), metrics.counted_anew(application):
        yield


def _copy(flight: JobFlight, application: Application) -> JobFlight:
    return JobFlight(
        application=application,
        job_id=flight.job_id,
        assignment_id=flight.assignment_id,
        reasons=flight.reasons,
        decided_by=DecidedBy.PERSON,
        user_id=flight.user_id,
    )

"""Files that people carry in by hand."""

from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from accounts.models import Customer, User
from assignments.models import Job
from flightdata import store
from flightdata.models import Application
from flightdata.services import applications, matching
from flightdata.store import Kept
from work import history, nudging

CHUNK = 1 << 20


def keep(customer: Customer, source: BinaryIO) -> Kept:
    """Store the bytes of a file. Raises store.TooLong for more than PARTNER_MAX_LOG_SIZE bytes."""
    with store.spool(settings.HUB.max_log_size) as incoming:
        while chunk := source.read(CHUNK):
            incoming.write(chunk)
        return incoming.keep(customer.pk)


def take_in(customer: Customer, source: BinaryIO, **fields: Any) -> tuple[Application, bool]:
    """`keep` and `take_in_kept` in one go."""
    return take_in_kept(customer, keep(customer, source), **fields)


def take_in_kept(
    customer: Customer,
    kept: Kept,
    *,
    file_name: str,
    actor: str,
    user: User | None = None,
    partner_type: str = "",
    aircraft_id: str = "",
    format: str = "",  # noqa: A002 - the field's name in the API contract
    job: Job | None = None,
) -> tuple[Application, bool]:
    """Have a stored file parsed; the application, and whether it is new. The same bytes again are the first one.

    `job`, where given, is a person's word.
    """
    with transaction.atomic():
        file = applications.file_for(customer, kept)
        application, made = applications.for_file(
            file,
            file_name=file_name[:300],
            partner_type=partner_type,
            aircraft_id=aircraft_id,
            format=format,
            uploaded_by=user,
        )
        if made:
            after = {"file_name": application.file_name, "size": file.size, "sha256": file.sha256}
            history.record("application", application.pk, "taken in by hand", actor=actor, after=after)
            if job and user:
                matching.set_jobs(application, [job], user=user)
            nudging.nudge_on_commit("flight_data")
    return application, made

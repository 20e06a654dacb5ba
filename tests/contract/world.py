"""An operator in the middle of its season: one thing of each kind that has got somewhere, and others in every state."""

import io
from dataclasses import dataclass, replace

from accounts.models import User
from accounts.services import tokens
from accounts.states import Role
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.states import DownloadOption, Operation, SyncStatus
from flightdata import store
from flightdata.models import Export, PartnerLog
from flightdata.services import exports, fetches, intake, matching
from flightdata.states import ExportKind, LogStatus
from partners.models import Aircraft
from tests.flightdata.conftest import LOG, parse_all
from tests.support.good_requests import GOOD
from tests.support.scene import a_job, a_user
from tests.support.world import Tenant, a_tenant

HELD = (LogStatus.DOWNLOADING, SyncStatus.SYNCING)
"""States in which a worker is at it."""


@dataclass(frozen=True)
class World:
    """The operator, and how its office and ops sign in."""

    tenant: Tenant
    ops: User
    headers: dict[Role, dict[str, str]]


def a_world() -> World:
    """All of it, in the database and in the store."""
    tenant, ops = a_tenant("prairie"), a_user(None)
    config = {"aircraftId": tenant.aircraft.external_id, "systemUserId": str(tenant.account.pk)}
    JobAssignment.objects.update(partner_config=config)
    Job.objects.update(dl_op_type=DownloadOption.GEOJSON)
    tenant.tokens[Role.OPS] = tokens.make(ops, name="planner")[0]
    _in_every_state(tenant)
    tenant.log.refresh_from_db()
    made = {Role.OPS: tokens.make(ops), Role.CUSTOMER: tokens.make(tenant.office)}
    for token, _ in made.values():
        tokens.note_use(token)  # else each request would, and have it taken back
    headers = {role: {"Authorization": f"Token {told}"} for role, (_, told) in made.items()}
    return World(replace(_flown(tenant), export=_exported(tenant)), ops, headers)


def laid(world: World, label: str) -> Tenant:
    """The operator, once the state has been made that an operation is for: an upload that gave up, a log that failed."""
    tenant = replace(world.tenant)
    GOOD.get(label, lambda own: {})(tenant)
    return tenant


def _flown(tenant: Tenant) -> Tenant:
    """Its log downloaded, parsed, and of its job, which is measured; a file that was carried in beside it."""
    with store.spool(len(LOG)) as incoming:
        incoming.write(LOG)
        kept = incoming.keep(tenant.customer.pk)
    outcome = fetches.record(tenant.log, kept, fetches.Fetch(size_known=True, milliseconds=5))
    PartnerLog.objects.filter(pk=tenant.log.pk).update(status=outcome.status, **outcome.fields)
    intake.take_in(tenant.customer, io.BytesIO(b"no log at all"), file_name="carried.log", actor="test")
    parse_all()
    log = PartnerLog.objects.get(pk=tenant.log.pk)
    assert log.application
    matching.set_jobs(log.application, [tenant.job], user=tenant.office)
    return replace(tenant, log=log, application=log.application)


def _exported(tenant: Tenant) -> Export:
    """A file that can be downloaded."""
    asked = exports.Request(ExportKind.JOBS, "csv", tenant.customer, {})
    export, _ = exports.ask(asked, actor="test")
    parse_all()
    export.refresh_from_db()
    return export


def _in_every_state(tenant: Tenant) -> None:
    """A log in each state, and an assignment with an upload in each."""
    for log_status in set(LogStatus) - set(HELD):
        PartnerLog.objects.create(
            system_user=tenant.account,
            customer=tenant.customer,
            aircraft=tenant.aircraft,
            external_log_id=f"log-{log_status}",
            status=log_status,
        )
    for status in set(SyncStatus) - set(HELD):
        aircraft = Aircraft.objects.create(system_user=tenant.account, external_id=f"plane-{status}")
        assignment = JobAssignment.objects.create(
            job=a_job(tenant.customer),
            user=tenant.pilot,
            partner_type="satloc",
            system_user=tenant.account,
            aircraft=aircraft,
            partner_config={"aircraftId": aircraft.external_id, "systemUserId": str(tenant.account.pk)},
        )
        SyncOperation.objects.create(assignment=assignment, operation=Operation.JOB_UPLOAD, status=status)

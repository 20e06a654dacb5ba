"""Two operators who must never see each other's things, with one thing of each kind."""

from dataclasses import dataclass
from typing import Any

from accounts.models import ApiToken, Customer, User
from accounts.services import tokens
from accounts.states import Role
from assignments.models import Job, JobAssignment
from flightdata.models import Application, ApplicationFile, Export, PartnerLog
from flightdata.states import ApplicationStatus, ExportKind, ExportStatus, LogStatus
from flightdata.store import path_of
from partners.models import Aircraft, Partner, PartnerMembership, PartnerSystemUser
from tests.support.api import as_user
from tests.support.scene import a_customer, a_job, a_partner, a_user, an_account
from work import history
from work.models import Event


@dataclass
class Tenant:
    """One operator: its people and one thing of each kind. `partner` is one that it shares with nobody."""

    customer: Customer
    office: User
    pilot: User
    partner: Partner
    partner_login: User
    account: PartnerSystemUser
    aircraft: Aircraft
    job: Job
    assignment: JobAssignment
    log: PartnerLog
    application: Application
    tokens: dict[Role, ApiToken]
    entry: Event
    export: Export

    def keys(self, role: Role = Role.CUSTOMER) -> dict[str, Any]:
        """The key of its thing by the first word of the resource's path; a token is that of its person of this role."""
        return {
            "api-tokens": self.tokens[role].pk,
            "audit": self.entry.pk,
            "customers": self.customer.pk,
            "users": self.pilot.pk,
            "partners": self.partner.pk,
            "partner-system-users": self.account.pk,
            "jobs": self.job.pk,
            "assignments": self.assignment.pk,
            "logs": self.log.pk,
            "applications": self.application.pk,
            "exports": self.export.pk,
        }

    def person(self, role: Role) -> User:
        return {Role.CUSTOMER: self.office, Role.PILOT: self.pilot, Role.PARTNER: self.partner_login}[role]


@dataclass
class Two:
    """Two operators, and somebody of ops."""

    own: Tenant
    other: Tenant
    ops: User


def a_partner_login(partner: Partner) -> User:
    user = User.objects.create_user(username=f"{partner.code}-login", password="crop-duster-9", role=Role.PARTNER)
    PartnerMembership.objects.create(user=user, partner=partner)
    return user


def a_tenant(code: str, *, partner_active: bool = True) -> Tenant:
    """An operator with everything; at an inactive partner, customers do not see the partner itself."""
    customer = a_customer(code)
    office, pilot = a_user(customer, Role.CUSTOMER), a_user(customer, Role.PILOT)
    partner = a_partner(f"CLOUD-{code}", active=partner_active)
    account = an_account(customer, partner, f"{code}@example.com")
    aircraft = Aircraft.objects.create(system_user=account, external_id=f"{code}-1")
    job = a_job(customer)
    assignment = JobAssignment.objects.create(job=job, user=pilot, partner_type="satloc", system_user=account, aircraft=aircraft)
    log = PartnerLog.objects.create(
        system_user=account, customer=customer, aircraft=aircraft, external_log_id=f"{code}-log", status=LogStatus.DISCOVERED
    )
    application = an_application(customer, code, log)
    export = Export.objects.create(
        customer=customer, kind=ExportKind.JOBS, format="csv", request_hash="0" * 64, status=ExportStatus.WAITING
    )
    login = a_partner_login(partner)
    people = {Role.CUSTOMER: office, Role.PILOT: pilot, Role.PARTNER: login}
    made = {role: tokens.make(person, name=f"{code} {role}")[0] for role, person in people.items()}
    entry = history.record("customer", customer.pk, "created", actor="user root")
    return Tenant(
        customer, office, pilot, partner, login, account, aircraft, job, assignment, log, application, made, entry, export
    )


def two_tenants() -> Two:
    """With their people signed in."""
    two = Two(a_tenant("prairie"), a_tenant("delta", partner_active=False), a_user(None))
    for person in (two.own.office, two.own.pilot, two.own.partner_login, two.ops):
        as_user(person)
    return two


def an_application(customer: Customer, name: str, log: PartnerLog | None = None) -> Application:
    file = ApplicationFile.objects.create(
        customer=customer, sha256=name.ljust(64, "0"), size=1, storage_key=f"{customer.pk}/{name}"
    )
    raw = path_of(file.storage_key)
    raw.parent.mkdir(parents=True, exist_ok=True)
    raw.write_bytes(b"x")
    return Application.objects.create(customer=customer, file=file, log=log, status=ApplicationStatus.STORED)

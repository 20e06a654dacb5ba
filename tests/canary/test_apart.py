"""Nothing of the canary is shown to anybody or counted for anybody, and nothing goes the wrong way."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.apart import canarys, way_to_owner
from accounts.models import User
from accounts.states import Role
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.services import uploads
from canary.services import cast
from flightdata.models import Application
from flightdata.today import flights_today, hectares_today
from partners.adapters.errors import Rejected
from partners.models import HealthResult, Partner, PartnerSystemUser
from partners.services.calling import endpoint_of
from tests.admin.test_lists import MODELS, list_of
from tests.support.api import as_user
from tests.support.canary import CanaryHub
from tests.support.routes import api_routes
from tests.support.world import Tenant, a_tenant
from work import queues
from work.apart import OWNER
from work.models import Attention, Event, Slot

pytestmark = pytest.mark.thorough

PAGES = ["/", "/admin/", "/jobs/1/", "/readyz", "/metrics"]
OWN = {"canary.Canary", "canary.Run"}
"""What ops see of it: how it stands, and its verdicts."""


@pytest.fixture
def real(transactional_db: None) -> Tenant:
    """A customer with one thing of each kind."""
    return a_tenant("prairie")


@pytest.fixture
def ops(real: Tenant) -> User:
    return User.objects.create_user(username="olive", password="crop-duster-9", role=Role.OPS)


def fly_until_measured(canary: CanaryHub) -> None:
    """Everything that a run makes is there, the verdict alone is missing."""
    canary.begin()
    canary.work("job_sync")
    canary.cloud.wait_for_logs(1)
    for _ in range(4):
        canary.later(seconds=1)
        canary.work("data_poll", "flight_data")
    made = {model._meta.label for model in MODELS if canarys(model._default_manager.all()).exists()}
    assert {"assignments.SyncOperation", "flightdata.Interpretation", "flightdata.Coverage"} <= made


def own_words() -> set[str]:
    """What would give the canary away: its names, and every key of its rows but the job's number, which is too short."""
    keys = {str(key) for model in MODELS for key in canarys(model._default_manager.all()).values_list("pk", flat=True)}
    return keys - {str(cast.JOB_NUMBER)} | {str(OWNER), cast.NAME, cast.CLOUD_LOGIN}


def test_each_table_is_shown_without_its_rows(canary: CanaryHub, ops: User, client: Client) -> None:
    client.force_login(ops)
    canary.work_without()
    before = {model: client.get(list_of(model)).context["cl"].result_count for model in MODELS}
    fly_until_measured(canary)
    assert Slot.objects.filter(pool__startswith=str(OWNER)).exists()
    words = own_words()
    for model in MODELS:
        if model._meta.label not in OWN:
            answer = client.get(list_of(model))
            assert answer.context["cl"].result_count == before[model] or model is HealthResult, model  # others are looked at too
            text = answer.content.decode()
            assert [word for word in words if word in text] == [], model


def test_no_page_of_the_admin_opens_its_rows(canary: CanaryHub, ops: User, client: Client) -> None:
    client.force_login(ops)
    fly_until_measured(canary)
    for model in MODELS:
        own = canarys(model._default_manager.all()).first()
        if own is not None:
            page = f"{list_of(model)}{own.pk}/"
            answers = [client.get(f"{page}{place}/") for place in ("change", "history")]
            assert {answer.status_code for answer in answers} <= {302, 404}, model


def test_no_address_tells_of_it(canary: CanaryHub, real: Tenant, ops: User) -> None:
    fly_until_measured(canary)
    words = own_words()
    addresses = [route.path(OWNER) for route in api_routes() if "GET" in methods(route)] + PAGES
    assert len(addresses) > 25
    for user in (ops, real.office, real.pilot, real.partner_login):
        client = as_user(user)
        for address in addresses:
            answer = client.get(address)
            text = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()  # type: ignore[attr-defined]
            assert [word for word in words if word in text] == [], f"{user.role} {address}"


def methods(route: Any) -> set[str]:
    named = {method.upper() for method, _ in route.actions}
    return named or ({"GET"} if hasattr(route.view, "get") else set())


def test_its_objects_are_not_there_for_ops(canary: CanaryHub, ops: User) -> None:
    fly_until_measured(canary)
    client = as_user(ops)
    keys = {
        "customers": OWNER, "users": OWNER, "partners": OWNER, "partner-system-users": OWNER, "jobs": cast.JOB_NUMBER,
        "assignments": JobAssignment.objects.get(system_user=OWNER).pk,
        "applications": Application.objects.get(customer=OWNER).pk,
    }  # fmt: skip
    assert {client.get(f"/api/v1/{name}/{key}/").status_code for name, key in keys.items()} == {404}
    assert client.get("/api/v1/assignments/", {"jobNumber": cast.JOB_NUMBER}).status_code == 404
    assert client.get(f"/jobs/{cast.JOB_NUMBER}/").status_code == 404
    answer = client.post(f"/api/jobs/{cast.JOB_NUMBER}/assign", {"jobId": cast.JOB_NUMBER, "dlOp": {"type": 0}, "asUsers": []})
    assert answer.status_code == 404


def test_nothing_is_counted(canary: CanaryHub, real: Tenant) -> None:
    canary.work_without()
    before, today = queues.counts(), (flights_today(), hectares_today())
    fly_until_measured(canary)
    after = [replace(counts, oldest=None) for counts in queues.counts()]
    of_nobody = "default"  # mail and sweeps, which are due by then
    assert [one for one in after if one.queue != of_nobody] == [
        replace(counts, oldest=None) for counts in before if counts.queue != of_nobody
    ]
    assert (flights_today(), hectares_today()) == today


def test_a_failure_in_it_asks_nobody_but_by_the_canary_itself(canary: CanaryHub, real: Tenant) -> None:
    canary.cloud.fault("status", "UploadJobData", status=422)
    canary.tick()
    canary.fly_slowly()
    assert SyncOperation.objects.get().status == "gave_up"
    assert list(Attention.objects.values_list("kind", "tenant_id")) == [("canaryFails", None)]
    assert not Event.objects.filter(object_id__in=own_words()).exists()


def test_history_of_others_goes_on_while_it_flies(canary: CanaryHub, real: Tenant) -> None:
    canary.begin()
    uploads.enqueue(real.assignment, actor="user ann")
    canary.work("job_sync")
    assert Event.objects.filter(object_id=str(real.assignment.pk), to_state="syncing").exists()


def test_the_next_job_of_a_customer_has_the_number_it_would_have_had(canary: CanaryHub, real: Tenant, ops: User) -> None:
    canary.begin()
    highest = max(Job.objects.values_list("number", flat=True))
    body = {"customerId": str(real.customer.pk), "name": "East"}
    assert as_user(ops).post("/api/v1/jobs/", body).json()["number"] == highest + 1
    assert as_user(ops).post("/api/v1/jobs/", {**body, "number": 0}).status_code == 400


def test_nobody_can_sign_in_as_its_pilot(canary: CanaryHub, client: Client) -> None:
    canary.begin()
    assert not User.objects.get(pk=OWNER).has_usable_password()
    assert not client.login(username=cast.NAME, password="")


@pytest.mark.parametrize(("partner", "customer"), [("real", "own"), ("own", "real")])
def test_the_database_keeps_accounts_of_it_and_of_others_apart(
    canary: CanaryHub, real: Tenant, partner: str, customer: str
) -> None:
    canary.begin()
    partners, customers = {"real": real.partner.pk, "own": OWNER}, {"real": real.customer.pk, "own": OWNER}
    fields: dict[str, Any] = {"partner_id": partners[partner], "customer_id": customers[customer]}
    with pytest.raises(IntegrityError, match="system_user_apart"), transaction.atomic():
        PartnerSystemUser.objects.create(partner_username="x", **fields)


def test_a_real_job_does_not_go_out_through_its_account(canary: CanaryHub, real: Tenant) -> None:
    """Whoever brought the row about: no service does."""
    canary.begin()
    JobAssignment.objects.filter(pk=real.assignment.pk).update(system_user=OWNER)
    uploads.enqueue(real.assignment, actor="test")
    canary.work("job_sync")
    upload = SyncOperation.objects.get(assignment=real.assignment)
    assert (upload.status, "not an account of the customer whose job this is" in upload.error) == ("gave_up", True)
    assert [one["jobNumber"] for one in canary.cloud.uploads()] == ["0"]


def test_its_job_does_not_go_out_through_a_real_account(canary: CanaryHub, real: Tenant) -> None:
    canary.begin()
    JobAssignment.objects.filter(system_user=OWNER).update(system_user=real.account.pk)
    canary.work("job_sync")
    assert SyncOperation.objects.get(assignment__job=cast.JOB_NUMBER).status == "gave_up"
    assert canary.cloud.uploads() == []


@pytest.mark.parametrize("address", ["{}", "http://{}:{}/another/path"])
def test_no_real_partner_may_have_the_address_of_its_cloud(canary: CanaryHub, real: Tenant, address: str) -> None:
    root = canary.cloud.root_url.removeprefix("http://").split(":")
    url = canary.cloud.base_url if address == "{}" else address.format(*root)
    Partner.objects.filter(pk=real.partner.pk).update(configuration={"baseUrl": url})
    with pytest.raises(Rejected, match="address of the canary's simulated cloud"):
        endpoint_of(Partner.objects.get(pk=real.partner.pk))


def test_its_partner_has_that_address_whatever_its_row_says(canary: CanaryHub) -> None:
    canary.begin()
    Partner.objects.filter(pk=OWNER).update(configuration={"baseUrl": "https://www.satloccloud.com/api/Satloc"})
    assert endpoint_of(Partner.objects.get(pk=OWNER)).base_url == canary.cloud.base_url
    canary.set(canary=None)
    with pytest.raises(Rejected, match="switched off"):
        endpoint_of(Partner.objects.get(pk=OWNER))


def test_every_table_says_whose_its_rows_are_or_is_known_to_be_nobodys() -> None:
    """A new table that hangs on neither customer, partner nor account is looked at by a person, once."""
    of_accounts = {"accounts.SignInLimit", "accounts.Notice", "accounts.Mailing", "accounts.AuditEntry"}
    of_work = {"assignments.Sweep", "work.Slot", "work.Event", "work.BeatTick", "work.WorkerHeartbeat"}
    nobodys = {*of_accounts, *of_work, *OWN}
    assert {model._meta.label for model in MODELS if not way_to_owner(model)} == nobodys

"""`audit/`: who did what to which object, before and after, and from where."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Customer, User
from accounts.states import Role
from assignments.models import Job
from partners.models import PartnerSystemUser
from tests.support.api import as_user, complaints
from tests.support.fields import FIELD
from tests.support.scene import a_customer, a_partner, a_user
from work import history
from work.clock import now
from work.ids import first_id_at

pytestmark = pytest.mark.thorough

PATH = "/api/v1/audit/"
ADDRESS = "192.0.2.7"


@pytest.fixture
def ops(db: None) -> User:
    return a_user(None)


@pytest.fixture
def trail(ops: User) -> Client:
    client = as_user(ops)
    client.defaults["REMOTE_ADDR"] = ADDRESS
    return client


def newest(client: Client, **filters: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get(PATH, filters).json()["results"][0]
    return found


def names(client: Client, **filters: Any) -> list[str]:
    response = client.get(PATH, filters)
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


def test_a_change_is_told_in_full(trail: Any, ops: User) -> None:
    customer = a_customer(units="metric")
    response = trail.patch(f"/api/v1/customers/{customer.pk}/", {"units": "us", "timeZone": "America/Chicago"})
    entry = newest(trail, objectType="customer", objectId=str(customer.pk))
    assert trail.get(f"{PATH}{entry['id']}/").json() == entry
    assert entry == {
        "id": entry["id"],
        "at": entry["at"],
        "name": "changed",
        "objectType": "customer",
        "objectId": str(customer.pk),
        "fromState": "",
        "toState": "",
        "actor": f"user {ops.username}",
        "actorId": str(ops.pk),
        "via": "session",
        "address": ADDRESS,
        "requestId": response["X-Request-ID"],
        "reason": "",
        "data": {"fields": ["timeZone", "units"]},
        "before": {"timeZone": "UTC", "units": "metric"},
        "after": {"timeZone": "America/Chicago", "units": "us"},
    }


def test_what_is_made_is_told_as_it_is(trail: Any) -> None:
    made = trail.post("/api/v1/customers/", {"code": "north", "name": "North"}).json()
    entry = newest(trail, objectId=made["id"])
    assert (entry["name"], entry["before"]) == ("created", None)
    assert entry["after"] == {"code": "north", "name": "North", "units": "metric", "timeZone": "UTC", "active": True}


def test_what_is_deleted_is_told_as_it_was(trail: Any) -> None:
    customer = a_customer()
    job = trail.post("/api/v1/jobs/", {"customerId": str(customer.pk), "name": "South", "swathWidth": 18.5}).json()
    trail.delete(f"/api/v1/jobs/{job['number']}/")
    entry = newest(trail, objectType="job", objectId=str(job["number"]))
    assert (entry["name"], entry["after"]) == ("deleted", None)
    assert (entry["before"]["customerId"], entry["before"]["swathWidth"]) == (str(customer.pk), 18.5)


def test_a_deactivation_reads_as_on_the_wire(trail: Any) -> None:
    person = a_user(a_customer())
    trail.delete(f"/api/v1/users/{person.pk}/")
    entry = newest(trail, objectId=str(person.pk))
    assert (entry["before"], entry["after"]) == ({"active": True}, {"active": False})


@pytest.mark.parametrize("field", ["apiKey", "apiSecret"])
def test_secrets_of_an_account_are_masked(trail: Any, field: str) -> None:
    body = {"customerId": str(a_customer().pk), "partnerId": str(a_partner().pk), "partnerUsername": "p", field: "sky-high-5"}
    made = trail.post("/api/v1/partner-system-users/", body).json()
    assert newest(trail, objectId=made["id"])["after"][field] == "[hidden]"
    trail.patch(f"/api/v1/partner-system-users/{made['id']}/", {field: "sky-high-6"})
    entry = newest(trail, objectId=made["id"], name="changed")
    assert (entry["before"], entry["after"]) == ({field: "[hidden]"}, {field: "[hidden]"})
    assert PartnerSystemUser.objects.exists()
    assert "sky-high" not in str(list(AuditEntry.objects.values()))


def test_passwords_are_masked(trail: Any) -> None:
    made = trail.post("/api/v1/users/", {"username": "anna", "role": "ops", "password": "rows-of-barley-7"}).json()
    trail.patch(f"/api/v1/users/{made['id']}/", {"password": "rows-of-clover-8"})
    rows = trail.get(PATH, {"objectId": made["id"]}).json()["results"]
    assert [row["after"]["password"] for row in rows] == ["[hidden]", "[hidden]"]
    stored = User.objects.get(pk=made["id"]).password
    assert not [text for text in ("rows-of", stored) if text in str(list(AuditEntry.objects.values()))]


def test_long_values_are_told_by_their_digest(trail: Any) -> None:
    job = trail.post("/api/v1/jobs/", {"customerId": str(a_customer().pk), "name": "South", "sprayAreas": FIELD}).json()
    large = {**FIELD, "features": FIELD["features"] * 50}
    assert trail.patch(f"/api/v1/jobs/{job['number']}/", {"sprayAreas": large}).status_code == 200
    entry = newest(trail, objectType="job", name="changed")
    assert entry["before"]["sprayAreas"] == Job(spray_areas=job["sprayAreas"]).spray_areas
    assert "characters, SHA-256 " in entry["after"]["sprayAreas"]


def test_it_is_asked_by_whom(trail: Any, ops: User) -> None:
    anna = a_user(None, name="Anna")
    client = as_user(anna)
    client.post("/api/v1/customers/", {"code": "c", "name": "C"})
    for actor in (f"user {anna.username}", anna.username, str(anna.pk)):
        assert names(trail, actor=actor)[0] == "created"
    trail.patch(f"/api/v1/users/{anna.pk}/", {"username": "renamed"})
    assert "created" in names(trail, actor=str(anna.pk))
    assert names(trail, actor="nobody") == []
    assert {row["actorId"] for row in trail.get(PATH, {"actor": ops.username}).json()["results"]} <= {str(ops.pk), None}


def test_it_is_asked_by_object_name_and_time(trail: Any) -> None:
    customer = a_customer()
    for days in (3, 2, 1):
        moment = now() - timedelta(days=days)
        entry = AuditEntry(object_type="customer", object_id=str(customer.pk), name=f"d{days}", actor="user x", via="")
        entry.id, entry.at = first_id_at(moment), moment
        entry.save(force_insert=True)
    of_it = {"objectType": "customer", "objectId": str(customer.pk)}
    assert names(trail, **of_it) == ["d1", "d2", "d3"]
    assert names(trail, name="d2") == ["d2"]
    between = (now() - timedelta(days=2, hours=12)).isoformat()
    assert names(trail, **of_it, **{"from": between}) == ["d1", "d2"]
    assert names(trail, **of_it, to=between) == ["d3"]
    assert names(trail, objectType="user", objectId=str(customer.pk)) == []


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "1969-12-31", "9999-12-31T23:59:59.999999Z"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_times_far_away_are_times(trail: Any, name: str, moment: str) -> None:
    assert trail.get(PATH, {name: moment}).status_code == 200


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01T00:00:00Z", "1779999999"])
def test_what_is_no_time_is_refused_by_name(trail: Any, moment: str) -> None:
    response = trail.get(PATH, {"from": moment})
    assert response.status_code == 400
    assert complaints(response) == {"from": "invalid"}


def test_pages_lead_through_it_once(trail: Any) -> None:
    for number in range(5):
        history.record("customer", number, f"n{number}", actor="user x")
    url, seen = f"{PATH}?pageSize=2&objectType=customer", []
    while url:
        page = trail.get(url).json()
        seen += [row["name"] for row in page["results"]]
        url = page["next"]
    assert seen == ["n4", "n3", "n2", "n1", "n0"]


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.PILOT])
def test_it_is_for_ops(trail: Any, role: Role) -> None:
    entry = newest(trail)
    client = as_user(a_user(a_customer(), role))
    assert (client.get(PATH).status_code, client.get(f"{PATH}{entry['id']}/").status_code) == (403, 404)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_it(trail: Any, method: str) -> None:
    for path in (PATH, f"{PATH}{newest(trail)['id']}/"):
        assert getattr(trail, method)(path, {"name": "other"}).status_code == 405


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"actor": "anna"},
        {"actor": "0197a000-0000-7000-8000-0000000000aa"},
        {"objectType": "customer"},
        {"objectId": "7"},
        {"name": "created"},
        {"from": "2026-01-01T00:00:00Z"},
    ],
    ids=str,
)
def test_each_question_is_answered_by_an_index(trail: Any, filters: dict[str, str]) -> None:
    with CaptureQueriesContext(connection) as asked:
        trail.get(PATH, filters)
    (query,) = [one["sql"] for one in asked if 'FROM "work_event"' in one["sql"]]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + query.replace("%", "%%"))
        plan = str(cursor.fetchall())
    assert "audit_" in plan or "event_pkey" in plan, plan


def test_what_nobody_did_is_not_in_it(trail: Any) -> None:
    history.record("customer", 1, "moved", actor="clock")
    assert names(trail, objectType="customer", objectId="1") == []
    assert Customer.objects.count() == 0

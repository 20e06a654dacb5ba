"""`assignments/`: shapes, filters, and who sees what."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.states import Role
from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.services.assigning import AssignRequest, assign
from assignments.services.destinations import Asked
from assignments.states import SyncStatus
from partners.models import Partner, PartnerMembership, PartnerSystemUser
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import satloc, sent
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_job, a_user
from work.clock import now

FIELDS = (
    "id jobNumber userId customerId partnerType partnerSystemUserId aircraftId externalJobId partnerMetadata partnerConfig "
    "status date sentRevision outdated syncState metrics isPartnerAssignment needsSync needsPolling createdAt updatedAt"
)
SYNC_FIELDS = {"status", "attempts", "lastAttempt", "lastSuccess", "lastDataCheck", "error", "errorCode", "nextRetry"}
URL = "/api/v1/assignments/"


@pytest.fixture
def assignment(scene: Scene) -> JobAssignment:
    return assign(scene.job, AssignRequest((satloc(scene.pilot),)), scene.office).assigned[0].assignment


def shown(scene: Scene, assignment: JobAssignment) -> dict[str, Any]:
    response = as_user(scene.office).get(f"{URL}{assignment.pk}/")
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer


def upload(**fields: Any) -> None:
    if "status" in fields and fields["status"] != SyncStatus.PENDING:
        fields |= {"due_at": None, "rank_at": None}
    SyncOperation.objects.update(**fields)


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_an_assignment_has_the_contracts_fields(scene: Scene, assignment: JobAssignment) -> None:
    row = shown(scene, assignment)
    assert " ".join(row) == FIELDS
    assert set(row["syncState"]) == {"jobUpload", "dataPolling"}
    assert all(set(state) == SYNC_FIELDS for state in row["syncState"].values())
    assert set(row["metrics"]) == {"syncDuration", "dataSize", "conversionTime", "uploadTime", "downloadTime"}
    assert row["partnerMetadata"] == {"upload": {}}
    assert (row["jobNumber"], row["aircraftId"]) == (scene.job.number, "N1")
    assert (row["partnerSystemUserId"], row["customerId"]) == (str(scene.account.pk), str(scene.customer.pk))
    assert row["partnerConfig"]["timeout"] == 30_000


def test_an_internal_assignment_is_synced_and_idle(scene: Scene) -> None:
    made = assign(scene.job, AssignRequest((Asked(str(scene.pilot.pk)),)), scene.office).assigned[0].assignment
    row = shown(scene, made)
    assert (row["isPartnerAssignment"], row["needsSync"], row["needsPolling"]) == (False, False, False)
    assert [row["syncState"][name]["status"] for name in ("jobUpload", "dataPolling")] == ["synced", "idle"]
    assert (row["partnerSystemUserId"], row["aircraftId"], row["externalJobId"]) == (None, None, None)


@pytest.mark.parametrize(
    ("stored", "error_code", "word"),
    [
        (SyncStatus.PENDING, "", "pending"),
        (SyncStatus.PENDING, "NETWORK_ERROR", "failed"),
        (SyncStatus.SYNCED, "", "synced"),
        (SyncStatus.GAVE_UP, "REJECTED", "gaveUp"),
        (SyncStatus.UNCONFIRMED, "OUTCOME_UNKNOWN", "unconfirmed"),
        (SyncStatus.CANCELLED, "", "cancelled"),
    ],
)
def test_an_upload_is_shown_and_found_by_its_word(
    scene: Scene, assignment: JobAssignment, stored: SyncStatus, error_code: str, word: str
) -> None:
    upload(status=stored, error_code=error_code, error=error_code and "it did not work")
    state = shown(scene, assignment)["syncState"]["jobUpload"]
    assert (state["status"], state["errorCode"]) == (word, error_code or None)
    assert (state["nextRetry"] is not None) == (word == "failed")
    for other in ("pending", "failed", "paused", "syncing", "synced", "gaveUp", "unconfirmed", "cancelled"):
        assert ids(as_user(scene.office).get(URL, {"uploadStatus": other})) == ([str(assignment.pk)] if other == word else [])


@pytest.mark.parametrize(
    "resting",
    [
        {"paused_by_person": True},
        {"active": False},
        {"refused_at": "2026-01-01T00:00Z"},
        {"paused_until": "2999-01-01T00:00Z"},
    ],
)
def test_a_waiting_upload_is_paused_while_its_account_rests(
    scene: Scene, assignment: JobAssignment, resting: dict[str, Any]
) -> None:
    upload(error_code="NETWORK_ERROR")
    PartnerSystemUser.objects.update(**resting)
    assert shown(scene, assignment)["syncState"]["jobUpload"]["status"] == "paused"
    assert ids(as_user(scene.office).get(URL, {"uploadStatus": "paused"})) == [str(assignment.pk)]
    assert ids(as_user(scene.office).get(URL, {"uploadStatus": "failed"})) == []


def test_what_waits_for_a_partner_that_does_not_answer_says_so(scene: Scene, assignment: JobAssignment) -> None:
    Partner.objects.update(failures=1000, open_until=now() + timedelta(minutes=5))
    state = shown(scene, assignment)["syncState"]["jobUpload"]
    assert (state["status"], state["errorCode"]) == ("pending", None)
    assert "does not answer" in state["error"]
    upload(error_code="NETWORK_ERROR", error="no answer")
    assert shown(scene, assignment)["syncState"]["jobUpload"]["error"] == "no answer"


def listed(assignment: JobAssignment, **fields: Any) -> None:
    """The aircraft has been listed for the assignment's sake."""
    upload(first_tried_at=now())
    PollTarget.objects.create(
        system_user_id=assignment.system_user_id, aircraft_id=assignment.aircraft_id, **{"status": "idle", **fields}
    )


def test_polling_is_idle_before_the_first_upload(scene: Scene, assignment: JobAssignment) -> None:
    assert shown(scene, assignment)["syncState"]["dataPolling"]["status"] == "idle"


@pytest.mark.parametrize(
    ("status", "error_code", "word"), [(0, "", "idle"), (1, "NETWORK_ERROR", "failed"), (2, "", "synced"), (3, "", "cancelled")]
)
def test_polling_is_shown_by_its_word(scene: Scene, assignment: JobAssignment, status: int, error_code: str, word: str) -> None:
    at = now()
    listed(assignment, error_code=error_code, error="gone" if error_code else "", last_data_check=at, due_at=at, rank_at=at)
    JobAssignment.objects.update(status=status)
    state = shown(scene, assignment)["syncState"]["dataPolling"]
    assert (state["status"], state["errorCode"]) == (word, error_code or None)
    assert state["lastDataCheck"] is not None
    assert (state["nextRetry"] is not None) == (word == "failed")


def test_polling_under_way_and_paused(scene: Scene, assignment: JobAssignment) -> None:
    listed(assignment, status="polling", lease_token=assignment.pk, lease_expires_at=now())
    assert shown(scene, assignment)["syncState"]["dataPolling"]["status"] == "polling"
    PollTarget.objects.update(status="idle", lease_token=None, lease_expires_at=None)
    PartnerSystemUser.objects.update(paused_by_person=True)
    assert shown(scene, assignment)["syncState"]["dataPolling"]["status"] == "paused"


def test_the_partners_answer_stands_beside_the_customers_fields(scene: Scene, assignment: JobAssignment) -> None:
    JobAssignment.objects.update(upload_metadata={"jobId": "77"}, partner_metadata={"crop": "corn"}, external_job_id="77")
    row = shown(scene, assignment)
    assert row["partnerMetadata"] == {"crop": "corn", "upload": {"jobId": "77"}}
    assert row["externalJobId"] == "77"


def narrowed(scene: Scene, assignment: JobAssignment, other: JobAssignment) -> list[tuple[dict[str, Any], list[JobAssignment]]]:
    """Filters, and which of the two they leave."""
    return [
        ({}, [other, assignment]),
        ({"jobNumber": scene.job.number}, [assignment]),
        ({"customerId": scene.customer.pk}, [other, assignment]),
        ({"userId": scene.office.pk}, [other]),
        ({"status": 1}, [assignment]),
        ({"status": 0}, [other]),
        ({"partnerType": "internal"}, [other]),
        ({"aircraftId": "N1"}, [assignment]),
        ({"outdated": "true"}, []),
        ({"needsSync": "false"}, [other, assignment]),
        ({"needsPolling": "true"}, []),
        ({"isPartnerAssignment": "true"}, [assignment]),
        ({"isPartnerAssignment": "false"}, [other]),
        ({"externalJobId": f"x-{assignment.pk}"}, [assignment]),
        ({"partnerSystemUserId": scene.account.pk}, [assignment]),
        ({"dateFrom": "2020-01-01", "dateTo": "2999-12-31T23:59:59Z"}, [other, assignment]),
        ({"dateTo": "2020-01-01"}, []),
        ({"dateFrom": "2999-01-01"}, []),
        ({"search": "north FIELD"}, [other, assignment]),
        ({"search": scene.job.number}, [assignment]),
        ({"search": "N1"}, [assignment]),
        ({"search": scene.office.username.upper()}, [other]),
        ({"search": "nothing of the kind"}, []),
        ({"pageSize": 1}, [other]),
    ]


def test_filters_narrow_the_list(scene: Scene, assignment: JobAssignment) -> None:
    other = assign(a_job(scene.customer), AssignRequest((Asked(str(scene.office.pk)),)), scene.office).assigned[0].assignment
    sent(assignment)
    client = as_user(scene.office)
    for query, found in narrowed(scene, assignment, other):
        assert ids(client.get(URL, query)) == [str(one.pk) for one in found], query


@pytest.mark.parametrize(
    "query",
    [
        {"status": 9},
        {"status": "new"},
        {"outdated": "yes"},
        {"uploadStatus": "done"},
        {"colour": "red"},
        {"dateFrom": "soon"},
        {"dateTo": "2026-02-30"},
        {"dateTo": "9999-12-31"},
        {"isPartnerAssignment": "1"},
    ],
)
def test_filters_that_make_no_sense_are_refused_by_name(scene: Scene, query: dict[str, Any]) -> None:
    response = as_user(scene.office).get(URL, query)
    assert response.status_code == 400
    assert set(complaints(response)) == set(query)


@pytest.mark.parametrize("rows", [1, 20])
def test_a_list_costs_the_same_however_long_it_is(scene: Scene, rows: int) -> None:
    for _ in range(rows):
        assign(a_job(scene.customer), AssignRequest((satloc(scene.pilot),)), scene.office)
    client = as_user(scene.office)
    with CaptureQueriesContext(connection) as queries:
        assert len(ids(client.get(URL))) == rows
    # session, user with customer, the page's keys, its assignments with job, user, aircraft and listing, uploads, accounts
    assert len(queries) == 6, "\n".join(query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"dateFrom": "2026-07-01", "dateTo": "2026-07-01"}, True),
        ({"dateFrom": "2026-07-02"}, False),
        ({"dateTo": "2026-06-30"}, False),
        ({"dateFrom": "2026-07-01T23:59:59.999Z", "dateTo": "2026-07-01T23:59:59.999Z"}, True),
        ({"dateTo": "2026-07-01T23:59:59.998Z"}, False),
        ({"dateTo": "2026-07-02T01:59:59.999+02:00"}, True),
    ],
)
def test_a_day_counts_whole_and_a_time_to_itself(
    scene: Scene, assignment: JobAssignment, query: dict[str, str], found: bool
) -> None:
    JobAssignment.objects.update(date="2026-07-01T23:59:59.999Z")
    assert bool(ids(as_user(scene.office).get(URL, query))) is found


class Strangers:
    """Everybody who may not see the scene's assignments."""

    def __init__(self, scene: Scene) -> None:
        rival = a_customer("rival")
        self.office = a_user(rival, Role.CUSTOMER)
        self.pilot = a_user(rival)
        self.colleague = a_user(scene.customer)
        self.partner = User.objects.create_user("satloc-login", role=Role.PARTNER)
        PartnerMembership.objects.create(user=self.partner, partner=scene.partner)


@pytest.mark.parametrize("who", ["office", "pilot", "colleague", "partner"])
def test_an_assignment_of_somebody_else_is_not_found(scene: Scene, assignment: JobAssignment, who: str) -> None:
    client = as_user(getattr(Strangers(scene), who))
    detail = f"{URL}{assignment.pk}/"
    assert client.get(detail).status_code == 404
    assert client.patch(detail, {"partnerConfig": {"priority": "high"}}).status_code == 404
    assert client.put(detail, {}).status_code == 404
    for action in ("retry", "cancel", "poll", "confirm", "resend", "complete", "reopen"):
        assert client.post(f"{detail}{action}/", {"no": "sense"}).status_code == 404
    assert client.get(f"{detail}events/").status_code == 404
    assert JobAssignment.objects.get().status == 0


def test_lists_show_only_ones_own(scene: Scene, assignment: JobAssignment) -> None:
    strangers = Strangers(scene)
    assert ids(as_user(strangers.office).get(URL)) == []
    assert ids(as_user(strangers.colleague).get(URL)) == []
    assert as_user(strangers.partner).get(URL).status_code == 403
    assert ids(as_user(scene.pilot).get(URL, {"userId": scene.pilot.pk})) == [str(assignment.pk)]
    assert ids(as_user(a_user(None)).get(URL)) == [str(assignment.pk)]


def test_filters_that_name_somebody_elses_things_find_nothing_to_name(scene: Scene, assignment: JobAssignment) -> None:
    client = as_user(Strangers(scene).office)
    for query in ({"jobNumber": scene.job.number}, {"customerId": scene.customer.pk}, {"userId": scene.pilot.pk}):
        foreign = client.get(URL, query)
        nonsense = client.get(URL, {next(iter(query)): 999_999_999})
        assert (foreign.status_code, foreign.json()) == (404, nonsense.json())


def test_a_pilot_reads_but_never_writes(scene: Scene, assignment: JobAssignment) -> None:
    client = as_user(scene.pilot)
    detail = f"{URL}{assignment.pk}/"
    assert client.get(detail).status_code == 200
    assert client.get(f"{detail}events/").status_code == 200
    assert client.patch(detail, {"partnerConfig": {}}).status_code == 403
    assert client.post(f"{detail}cancel/").status_code == 403

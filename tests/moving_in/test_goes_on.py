"""After moving in the hub goes on where the old system stopped: nothing is sent twice, and logs go on coming."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.services import uploads
from flightdata.models import PartnerLog
from partners.models import PartnerSystemUser
from partners.services import system_users
from tests.moving_in import old_system
from tests.moving_in.old_system import an_id
from tests.support.hub import LOGIN, PASSWORD, Hub
from work.models import Attention

pytestmark = pytest.mark.django_db(transaction=True)
Move = Callable[..., str]
PILOT = an_id(0, "u")


@pytest.fixture
def old(hub: Hub) -> dict[str, Any]:
    """The hub's pilot was the old system's; its account is yet to come."""
    hub.pilot.legacy_id = str(PILOT)
    hub.pilot.save()
    PartnerSystemUser.objects.all().delete()
    operator = old_system.an_operator(code=hub.customer.code)
    account = old_system.an_account(operator["_id"], partnerUsername=LOGIN, apiSecret=PASSWORD)
    return {"users": [operator, account | {"partnerId": "SATLOC"}]}


def guided(hub: Hub, upload: str, **fields: Any) -> dict[str, Any]:
    config = {"aircraftId": hub.aircraft_id}
    return old_system.guided(1, PILOT, hub.job.number, upload, partnerConfig=config, **fields)


def moved(move: Move, tmp_path: Path, old: dict[str, Any], document: dict[str, Any], **collections: Any) -> PartnerSystemUser:
    said = move(old_system.a_dump(tmp_path / "dump", old | {"job_assigns": [document]} | collections))
    assert "assignments: 1 taken" in said, said
    return PartnerSystemUser.objects.get()


def run(hub: Hub, times: int = 4) -> None:
    for _ in range(times):
        hub.work()
        hub.later(minutes=10)


def test_what_was_uploaded_is_listed_and_not_sent_again(hub: Hub, move: Move, tmp_path: Path, old: dict[str, Any]) -> None:
    account = moved(move, tmp_path, old, guided(hub, "synced"))
    run(hub)
    assert PartnerLog.objects.count() == 0, "the account is paused until a person resumes it"
    hub.cloud.add_log(LOGIN, hub.aircraft_id, 20, jobId="ext-1")
    system_users.resume(account, actor="test")
    run(hub)
    assert hub.cloud.uploads() == []
    assert hub.log().status == "stored"
    assert hub.application().flights.get().assignment == JobAssignment.objects.get()
    assert PollTarget.objects.get().last_data_check
    assert SyncOperation.objects.get().status == "synced"


def test_what_was_pending_waits_for_resume_and_is_then_sent_once(
    hub: Hub, move: Move, tmp_path: Path, old: dict[str, Any]
) -> None:
    account = moved(move, tmp_path, old, guided(hub, "pending", status=0))
    run(hub)
    assert hub.cloud.uploads() == []
    system_users.resume(account, actor="test")
    run(hub)
    assert len(hub.cloud.uploads()) == 1
    assert SyncOperation.objects.get().status == "synced"
    assert JobAssignment.objects.get().external_job_id


@pytest.mark.parametrize("state", ["syncing", "failed"])
def test_what_may_have_arrived_waits_for_a_person(hub: Hub, move: Move, tmp_path: Path, old: dict[str, Any], state: str) -> None:
    account = moved(move, tmp_path, old, guided(hub, state, status=0))
    system_users.resume(account, actor="test")
    run(hub)
    assert hub.cloud.uploads() == []
    assert Attention.objects.filter(kind__startswith="upload", settled_at=None).count() == 1
    assignment = JobAssignment.objects.get()
    if state == "syncing":
        uploads.confirm(assignment, "ext-9", actor="test")
    else:
        uploads.retry(assignment, actor="test")
    run(hub)
    assert len(hub.cloud.uploads()) == (state == "failed")
    assert SyncOperation.objects.get().status == "synced"
    assert not Attention.objects.filter(kind__startswith="upload", settled_at=None).exists()


def test_a_log_that_the_old_system_had_is_not_fetched_again(hub: Hub, move: Move, tmp_path: Path, old: dict[str, Any]) -> None:
    names = [f"flight{number}.log" for number in range(3)]
    keys = [hub.cloud.add_log(LOGIN, hub.aircraft_id, 20 + number, name=name) for number, name in enumerate(names)]
    trackers = [
        {"_id": an_id(number, "t"), "logId": keys[number], "aircraftId": hub.aircraft_id, "customerId": an_id(1, "c"),
         "partnerCode": "SATLOC", "processed": number == 0}
        for number in range(2)
    ]  # fmt: skip
    account = moved(move, tmp_path, old, guided(hub, "synced"), partner_log_trackers=trackers)
    system_users.resume(account, actor="test")
    run(hub, 6)
    statuses = dict(PartnerLog.objects.values_list("external_log_id", "status"))
    assert statuses == {keys[0]: "skipped", keys[1]: "stored", keys[2]: "stored"}
    assert PartnerLog.objects.get(external_log_id=keys[0]).file_name == names[0]

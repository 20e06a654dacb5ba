"""What is not taken is told, by its `_id` or its line, and stands in nobody's way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Customer, User
from accounts.states import Role
from assignments.models import Job, JobAssignment, SyncOperation
from partners.models import Partner, PartnerSystemUser
from tests.moving_in import old_system
from tests.moving_in.old_system import an_id, guided, plain
from tests.support.scene import a_customer, a_job, a_partner, a_user, an_account
from work.apart import OWNER
from work.models import Attention

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
Move = Callable[..., str]


@pytest.fixture
def customer() -> Customer:
    """An operator whom the hub knows already, with a pilot of the old system and job 1000."""
    customer = a_customer()
    a_user(customer, legacy_id=str(an_id(0, "u")))
    Job.objects.create(number=1000, customer=customer, name="here")
    return customer


def files(tmp_path: Path, *documents: dict[str, Any]) -> Path:
    return old_system.relaxed(documents, tmp_path / "job_assigns")


PILOT = an_id(0, "u")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"job": 999}, "the job 999, which is not known here"),
        ({"user": an_id(5, "x")}, f"the legacyId {an_id(5, 'x')} is not known here"),
        ({"job": None}, "has no job"),
        ({"user": None}, "has no user"),
        ({"job": {"deep": 1}}, "has no job"),
        ({"job": [1]}, "neither a number nor an id"),
        ({"job": -4}, "the job -4, which is not known here"),
        ({"job": 2**70}, "which is not known here"),
        ({"status": 9}, "has the status '9'"),
        ({"status": "done"}, "has the status 'done'"),
        ({"status": True}, "has the status 'True'"),
        ({"_id": None}, "has no _id"),
        ({"partnerType": 5.5, "note": "\0"}, "no database keeps"),
        ({"partnerType": "satloc"}, "the job's customer has no account here"),
        ({"externalJobId": "a\0b"}, "no database keeps"),
        ({"partnerMetadata": {"a": "\ud800"}}, "no database keeps"),
    ],
)
def test_a_document_that_is_nearly_right(
    move: Move, tmp_path: Path, customer: Customer, fields: dict[str, Any], reason: str, reports: Callable[[], str]
) -> None:
    Job.objects.create(number=1001, customer=customer)
    said = move(files(tmp_path, plain(1, PILOT, 1000) | fields, plain(2, PILOT, 1001)))
    assert reason in said, said
    assert reason in reports()
    assert JobAssignment.objects.get().job_id == 1001
    assert "1 taken, 0 there already, 1 not taken" in said


def test_of_two_the_newer_is_taken_wherever_it_stands(move: Move, tmp_path: Path, customer: Customer) -> None:
    newer = old_system.LONG_AGO.replace(year=2026)
    said = move(files(tmp_path, plain(1, PILOT, 1000, date=newer, status=1), plain(2, PILOT, 1000)))
    assert JobAssignment.objects.get().status == 1
    assert f"{an_id(2)} (line 2): a newer document is about the same job and user" in said


def test_the_same_document_twice_is_taken_once(move: Move, tmp_path: Path, customer: Customer) -> None:
    said = move(files(tmp_path, plain(1, PILOT, 1000), plain(1, PILOT, 1000, status=2)))
    assert JobAssignment.objects.get().status == 2
    assert "1 taken, 0 there already, 1 not taken" in said


def test_a_user_of_another_customer_gets_no_job(move: Move, tmp_path: Path, customer: Customer) -> None:
    a_user(a_customer("other"), legacy_id=str(an_id(1, "u")))
    said = move(files(tmp_path, plain(1, an_id(1, "u"), 1000)))
    assert "of another customer" in said
    assert not JobAssignment.objects.exists()


def test_what_the_hub_has_already_stands(move: Move, tmp_path: Path, customer: Customer) -> None:
    here = JobAssignment.objects.create(job_id=1000, user=User.objects.get(legacy_id=str(PILOT)))
    said = move(
        files(tmp_path, plain(1, PILOT, 1000), plain(2, PILOT, 1000, status=3, date=old_system.LONG_AGO.replace(year=2020)))
    )
    assert "the hub has an assignment of job 1000 and this user already" in said
    assert JobAssignment.objects.get() == here


def test_create_missing_makes_what_lacks_and_pauses_accounts(move: Move, tmp_path: Path) -> None:
    said = move(files(tmp_path, guided(1, PILOT, 4711, "pending"), plain(2, an_id(2, "u"), 4711)), "--create-missing")
    assert "2 taken" in said, said
    account = PartnerSystemUser.objects.get()
    assert account.paused_by_person
    assert (account.partner.code, account.partner.active) == ("SATLOC", True)
    assert Job.objects.get().number == 4711
    assert {user.legacy_id for user in User.objects.filter(role=Role.PILOT)} == {str(PILOT), str(an_id(2, "u"))}
    assert SyncOperation.objects.get().status == "pending"
    again = move(files(tmp_path, guided(1, PILOT, 4711, "pending"), plain(2, an_id(2, "u"), 4711)), "--create-missing")
    assert "0 taken, 2 there already" in again


def test_a_partner_nobody_can_talk_to_is_made_inactive(move: Move, tmp_path: Path, customer: Customer) -> None:
    move(files(tmp_path, guided(1, PILOT, 1000, "pending", partnerType="dji")), "--create-missing")
    assert (Partner.objects.get().code, Partner.objects.get().active) == ("DJI", False)


def test_several_accounts_are_told_apart_by_the_aircraft_or_not_at_all(move: Move, tmp_path: Path, customer: Customer) -> None:
    partner = a_partner()
    first, second = an_account(customer, partner, "one"), an_account(customer, partner, "two")
    said = move(files(tmp_path, guided(1, PILOT, 1000)))
    assert "does not say through which of the customer's 2 accounts at satloc" in said
    second.aircraft.create(external_id="N502AG")
    move(files(tmp_path, guided(1, PILOT, 1000)))
    assert JobAssignment.objects.get().system_user == second
    assert first.assignments.count() == 0


def test_an_id_that_another_holds_is_kept_with_attention(move: Move, tmp_path: Path, customer: Customer) -> None:
    an_account(customer, a_partner())
    Job.objects.create(number=1001, customer=customer)
    documents = [guided(number, PILOT, 999 + number, externalJobId="same") for number in (1, 2)]
    assert "2 taken" in move(files(tmp_path, *documents))
    held = JobAssignment.objects.get(external_job_id="")
    assert held.earlier_external_job_ids == ["same"]
    assert Attention.objects.get().kind == "externalIdHeld"


def test_a_configuration_that_is_not_allowed_is_left_out_and_kept(move: Move, tmp_path: Path, customer: Customer) -> None:
    an_account(customer, a_partner())
    config = {"aircraftId": "N1", "pollInterval": -5, "colour": "red", "retryPolicy": {"maxAttempts": 99}}
    said = move(files(tmp_path, guided(1, PILOT, 1000, partnerConfig=config)))
    assert "partnerConfig: left as it was: colour, pollInterval, retryPolicy" in said
    assert JobAssignment.objects.get().partner_config["pollInterval"] == 60000
    assert "1 lines on what of them could not be used" in said


def test_a_job_of_another_customer_is_not_overwritten(move: Move, tmp_path: Path, customer: Customer) -> None:
    job = a_job(a_customer("other"))
    said = move(old_system.relaxed([old_system.a_job(job.number, PILOT)], tmp_path / "jobs"))
    assert f"has the number {job.number}, under which another customer has a job here" in said


def test_an_administrator_is_not_made(move: Move, tmp_path: Path, customer: Customer) -> None:
    said = move(old_system.relaxed([old_system.a_user(9, customer.code, role="admin")], tmp_path / "users"))
    assert "is an administrator" in said
    assert not User.objects.filter(role=Role.OPS).exists()


@pytest.mark.parametrize("fields", [{"partnerMetadata": {"aircraftId": "N7"}}, {"aircraftId": "N7"}])
def test_the_aircraft_may_stand_where_it_stood_before(
    move: Move, tmp_path: Path, customer: Customer, fields: dict[str, Any]
) -> None:
    an_account(customer, a_partner())
    move(files(tmp_path, guided(1, PILOT, 1000, partnerConfig=None) | fields))
    assignment = JobAssignment.objects.get()
    assert assignment.aircraft
    assert assignment.aircraft.external_id == "N7"
    assert assignment.partner_config["aircraftId"] == "N7"


def test_somebody_of_the_same_name_is_told_of_and_not_made_twice(move: Move, tmp_path: Path, customer: Customer) -> None:
    a_user(customer, Role.PILOT, email="x@example.com")
    here = User.objects.get(email="x@example.com")
    said = move(old_system.relaxed([old_system.a_user(9, customer.code, username=here.username)], tmp_path / "users"))
    assert f"give that one the legacyId {an_id(9, 'u')}" in said
    assert User.objects.filter(customer=customer).count() == 2


def test_what_is_the_hubs_own_is_nobodys(move: Move, tmp_path: Path) -> None:
    Customer.objects.create(pk=OWNER, code="~canary", name="~canary")
    said = move(old_system.relaxed([{"_id": 1, "code": "~canary", "name": "mine"}], tmp_path / "customers"))
    assert "which is the hub's own" in said

"""`sync_partners` and `poll_now`, beside a hub that works or alone."""

import uuid
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assignments.models import PollTarget
from partners.models import Aircraft, AircraftRefresh, Partner, PartnerSystemUser
from partners.services import system_users
from tests.support.hub import LOGIN, TAIL, Hub
from tests.support.scene import a_customer, a_job, a_partner, an_account
from work import history
from work.clock import now


def run(name: str, *arguments: str) -> str:
    """By the words that a shell gives it."""
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def listed(hub: Hub) -> Hub:
    """An assignment that was sent, its aircraft listed a moment ago."""
    hub.assign()
    hub.work("job_sync", "data_poll")
    return hub


def is_due() -> bool:
    return PollTarget.objects.filter(due_at__lte=now()).exists()


def test_partners_are_asked_for_their_aircraft_and_the_rest_is_named(hub: Hub) -> None:
    an_account(hub.customer, hub.partner, "paused", paused_by_person=True)
    an_account(hub.customer, a_partner("OLD", active=False), "old")
    said = run("sync_partners")
    assert Aircraft.objects.get().name == TAIL
    assert f"[1/3] {LOGIN} at Satloc: 1 aircraft." in said
    assert "[2/3] paused at Satloc: not asked: the account paused at Satloc was paused by a person" in said
    assert "[3/3] old at Old: not asked: the partner Old is deactivated" in said
    assert "the aircraft of 1 accounts are listed; 2 were not asked, 0 failed" in said
    assert "no listing of logs is due" in said
    assert AircraftRefresh.objects.get().system_user == hub.account
    assert history.of("partnerSystemUser", hub.account.pk).get().actor == "command sync_partners"


def test_an_account_that_fails_stops_no_other_and_ends_in_failure(hub: Hub) -> None:
    other = an_account(hub.customer, hub.partner, "nobody@example.com")
    with pytest.raises(CommandError, match="1 accounts could not be asked"):
        run("sync_partners")
    assert Aircraft.objects.get().listed_at is not None
    other.refresh_from_db()
    assert other.refused_at is not None


@pytest.mark.parametrize("option", ["partner", "customer"])
def test_only_those_that_are_meant_are_asked(hub: Hub, option: str) -> None:
    an_account(a_customer("delta"), a_partner("OTHER"), "else")
    said = run("sync_partners", f"--{option}", {"partner": "SATLOC", "customer": "prairie"}[option])
    assert "[1/1]" in said
    assert "else" not in said


def test_listings_that_are_due_are_looked_at(listed: Hub) -> None:
    listed.later(hours=1)
    assert "1 listings of logs are due; the workers are told" in run("sync_partners")


@pytest.mark.parametrize(
    "option",
    [["--all"], ["--customer", "prairie"], ["--partner", "SATLOC"], ["--job", "{job}"], ["--assignment", "{assignment}"]],
)
def test_listings_are_made_due_now(listed: Hub, option: list[str]) -> None:
    assignment = listed.upload().assignment
    names = {"job": listed.job.number, "assignment": assignment.pk}
    assert not is_due()
    said = run("poll_now", *[word.format(**names) for word in option])
    assert "1 aircraft are listed now; the workers are told" in said
    assert "rest" not in said
    assert is_due()
    assert history.of("assignment", assignment.pk).filter(name="poll asked for", actor="command poll_now").count() == 1
    assert listed.work("data_poll") == 1


def test_what_rests_is_named_with_the_reason(listed: Hub) -> None:
    system_users.pause(PartnerSystemUser.objects.get(), actor="test")
    said = run("poll_now", "--all")
    assert f"1 of them rest: the account {LOGIN} at Satloc was paused by a person" in said


@pytest.mark.parametrize("option", [["--customer", "delta"], ["--partner", "OTHER"]])
def test_others_are_left_alone(listed: Hub, option: list[str]) -> None:
    a_customer("delta"), a_partner("OTHER")
    assert "nothing to list" in run("poll_now", *option)
    assert not is_due()


def test_ended_and_internal_assignments_are_not_listed(listed: Hub) -> None:
    assignment = listed.upload().assignment
    type(assignment)._default_manager.update(status=2)
    PollTarget.objects.update(due_at=None, rank_at=None)
    assert "nothing to list" in run("poll_now", "--job", str(listed.job.number))
    with pytest.raises(CommandError, match="has ended; reopen it"):
        run("poll_now", "--assignment", str(assignment.pk))
    type(assignment)._default_manager.update(status=1, aircraft=None)
    with pytest.raises(CommandError, match="no aircraft at a partner"):
        run("poll_now", "--assignment", str(assignment.pk))
    assert not is_due()


def test_many_are_asked_for_by_batches(listed: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assignments.services.listings.BATCH", 2)
    first = listed.upload().assignment
    for number in range(4):
        first.pk = None
        first.id, first.job = uuid.uuid4(), a_job(listed.customer)
        first.aircraft = Aircraft.objects.create(system_user=listed.account, external_id=f"x{number}")
        first.save(force_insert=True)
    assert "5 aircraft are listed now" in run("poll_now", "--all")
    assert PollTarget.objects.filter(due_at__lte=now()).count() == 5


NOTHING = str(uuid.uuid4())


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [
        ("poll_now", [], "one of the arguments --assignment --job --partner --customer --all is required"),
        ("poll_now", ["--all", "--job", "1"], "not allowed with argument"),
        ("poll_now", ["--job", "x"], "'x' is no job number"),
        ("poll_now", ["--job", "9" * 30], "is no job number"),
        ("poll_now", ["--job", "99"], "there is no job 99"),
        ("poll_now", ["--assignment", "1"], "is no id of an assignment"),
        ("poll_now", ["--assignment", NOTHING], f"there is no assignment {NOTHING}"),
        ("poll_now", ["--customer", "nobody"], "there is no customer with the code 'nobody'; there are: delta"),
        ("poll_now", ["--partner", "satloc"], "there is no partner with the code 'satloc'; there are: SATLOC"),
        ("sync_partners", ["--partner", ""], "there is no partner with the code ''"),
        ("sync_partners", ["--customer", "nobody"], "there are: delta"),
        ("sync_partners", ["--surprise"], "unrecognized arguments"),
    ],
)
def test_wrong_arguments_are_refused_in_words(db: Any, command: str, arguments: list[str], words: str) -> None:
    a_customer("delta"), a_partner()
    with pytest.raises(CommandError) as refusal:
        run(command, *arguments)
    assert words in str(refusal.value)
    assert Partner.objects.count() == 1


@pytest.mark.parametrize("command", ["poll_now", "sync_partners", "rotate_credentials", "partner_types"])
def test_each_says_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(command, "--help")
    assert end.value.code == 0
    assert len(capsys.readouterr().out) > 300

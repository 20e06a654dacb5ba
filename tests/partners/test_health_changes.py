"""A change of health is told once, however many see it: history, log, signal and mail."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from accounts.models import Notice
from partners.adapters.errors import RetryLater
from partners.models import Partner, PartnerSystemUser
from partners.services import health_changes, partner_health, pausing
from partners.services.health_changes import Verdict
from partners.services.looking import Look
from partners.signals import health_changed
from partners.states import HealthStatus
from tests.support.scene import a_customer, a_partner, a_user, an_account
from tests.support.together import together
from work import history
from work.clock import from_now

pytestmark = pytest.mark.django_db(transaction=True)
DOWN = Verdict(HealthStatus.UNHEALTHY, "it is down")


@pytest.fixture
def partner() -> Partner:
    a_user(None, email="ops@example.com")
    return a_partner()


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """What the signal brought."""
    heard: list[dict[str, Any]] = []

    def hear(**sent: Any) -> None:
        heard.append({name: sent[name] for name in ("partner", "system_user", "before", "after", "reason")})

    health_changed.connect(hear)
    yield heard
    health_changed.disconnect(hear)


def follow(subject: Any, verdict: Verdict) -> bool:
    return health_changes.follow(subject, lambda current: verdict)


def test_a_change_is_told_in_every_way(partner: Partner, told: list[Any], caplog: Any) -> None:
    with caplog.at_level(logging.INFO):
        assert follow(partner, DOWN)
    (event,) = history.of("partner", partner.pk)
    assert (event.from_state, event.to_state, event.reason) == ("unknown", "unhealthy", "it is down")
    assert told == [{"partner": partner, "system_user": None, "before": "unknown", "after": "unhealthy", "reason": "it is down"}]
    assert [one.levelname for one in caplog.records if one.name.startswith("partners")] == ["WARNING"]
    assert "health of Satloc: unhealthy, was unknown: it is down" in caplog.text
    assert Notice.objects.get().subject == "Satloc is unhealthy"
    assert mail.outbox == [], "mail is sent by a worker, never here"


def test_what_stays_as_it_is_is_no_change(partner: Partner, told: list[Any]) -> None:
    follow(partner, DOWN)
    assert not follow(partner, Verdict(HealthStatus.UNHEALTHY, "it is still down"))
    assert (len(told), Notice.objects.count(), Partner.objects.get().health_error) == (1, 1, "it is still down")


def test_of_many_who_see_it_one_tells_it(partner: Partner, told: list[Any]) -> None:
    changes = together(*[lambda: follow(partner, DOWN)] * 6)
    assert sum(changes) == 1
    assert (history.of("partner", partner.pk).count(), Notice.objects.count(), len(told)) == (1, 1, 1)


def test_who_is_overtaken_judges_again(partner: Partner) -> None:
    """While one sees the first failure, another sees the last: the worse of both stays."""

    def judge(current: Partner) -> Verdict:
        if current.health == "unknown":
            follow(partner, DOWN)
        return health_changes.failed(current, "no answer", news_from=1)

    Partner.objects.update(failures=1)
    health_changes.follow(partner, judge)
    assert Partner.objects.get().health == "unhealthy"


def test_nothing_is_told_of_what_was_rolled_back(partner: Partner, told: list[Any]) -> None:
    with transaction.atomic():
        follow(partner, DOWN)
        transaction.set_rollback(True)
    assert (told, Notice.objects.count(), Partner.objects.get().health) == ([], 0, "unknown")


def test_a_receiver_that_breaks_stops_nobody(partner: Partner, told: list[Any]) -> None:
    def broken(**sent: Any) -> None:
        raise RuntimeError("a metrics module without metrics")

    health_changed.connect(broken)
    try:
        assert follow(partner, DOWN)
    finally:
        health_changed.disconnect(broken)
    assert Partner.objects.get().health == "unhealthy"


def test_an_account_is_named_with_its_customer_and_partner(partner: Partner, told: list[Any]) -> None:
    account = an_account(a_customer(), partner, name="Our login")
    follow(account, DOWN)
    assert Notice.objects.get().subject == "Our login (Prairie Air, Satloc) is unhealthy"
    assert (told[0]["partner"], told[0]["system_user"]) == (partner, account)
    assert history.of("partnerSystemUser", account.pk).count() == 1


def test_that_all_is_well_from_the_first_is_no_mail(partner: Partner, told: list[Any]) -> None:
    follow(partner, Verdict(HealthStatus.HEALTHY))
    follow(partner, Verdict(HealthStatus.UNKNOWN, "It is deactivated."))
    assert (len(told), Notice.objects.count()) == (2, 0)


def test_a_partner_that_answers_every_other_time_does_not_flap(partner: Partner, told: list[Any]) -> None:
    for number in range(20):
        look = Look(timedelta(milliseconds=5)) if number % 2 else Look(error_code="NETWORK_ERROR", error="no answer")
        partner_health.note(Partner.objects.get(), look, actor="test")
    assert [change["after"] for change in told] == ["degraded"]


def test_an_account_whose_calls_fail_now_and_then_does_not_flap(partner: Partner, told: list[Any]) -> None:
    account = an_account(a_customer(), partner)
    for number in range(30):
        current = PartnerSystemUser.objects.select_related("partner", "customer").get(pk=account.pk)
        if number % 3 == 2:
            pausing.note_success(current)
        else:
            pausing.note_failure(current, RetryLater("no answer"))
    assert [change["after"] for change in told] == ["degraded"]


def test_failures_at_the_same_moment_are_all_counted_and_tell_once(partner: Partner, told: list[Any]) -> None:
    account = an_account(a_customer(), partner, last_success_at=from_now(timedelta(0)), health="healthy")
    rows = [PartnerSystemUser.objects.select_related("partner", "customer").get(pk=account.pk) for _ in range(5)]
    together(*(lambda row=row: pausing.note_failure(row, RetryLater("no answer")) for row in rows))  # type: ignore[misc]
    assert PartnerSystemUser.objects.get().failures == 5
    assert PartnerSystemUser.objects.get().open_until is not None
    afters = [change["after"] for change in told]
    assert afters in (["degraded", "unhealthy"], ["unhealthy"])

"""Refusals of many accounts at once are the partner's fault, and no account is held to them."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from partners.account_states import with_state
from partners.adapters.errors import CredentialsRejected
from partners.models import Partner, PartnerSystemUser
from partners.services import health, pausing, signing_in
from partners.states import AttentionKind
from tests.support.hub import PASSWORD, Hub
from tests.support.scene import an_account
from tests.support.together import together
from work.clock import from_now
from work.kinds import Postponed
from work.models import Attention

REFUSED = CredentialsRejected("refused the login")


def accounts(hub: Hub) -> list[PartnerSystemUser]:
    return list(PartnerSystemUser.objects.filter(partner=hub.partner).select_related("partner", "customer").order_by("pk"))


def refuse(hub: Hub, *numbers: int) -> None:
    rows = accounts(hub)
    for number in numbers:
        pausing.note_refusal(rows[number], REFUSED)


def marked() -> int:
    return PartnerSystemUser.objects.filter(refused_at__isnull=False).count()


def open_attention() -> list[str]:
    return sorted(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


def states() -> set[str]:
    return set(with_state(PartnerSystemUser.objects.all()).values_list("state", flat=True))


@pytest.fixture
def crowd(hub: Hub) -> Hub:
    """Ten accounts that worked a while ago, known to the cloud."""
    for number in range(9):
        hub.cloud.add_account(f"{number}@example.com", PASSWORD)
        an_account(hub.customer, hub.partner, f"{number}@example.com")
    PartnerSystemUser.objects.update(api_secret=PASSWORD, last_success_at=from_now(-timedelta(minutes=1)), health="healthy")
    return hub


def test_four_are_four_wrong_passwords(crowd: Hub) -> None:
    refuse(crowd, 0, 1, 2, 3)
    assert (marked(), open_attention()) == (4, [AttentionKind.CREDENTIALS_REJECTED] * 4)
    assert Partner.objects.get().refused_at is None


def test_five_of_ten_are_an_outage_with_one_attention_for_ops(crowd: Hub) -> None:
    refuse(crowd, 0, 1, 2, 3, 4)
    partner = Partner.objects.get()
    assert (marked(), open_attention()) == (0, [AttentionKind.PARTNER_UNHEALTHY])
    assert Attention.objects.get(kind=AttentionKind.PARTNER_UNHEALTHY).tenant_id is None
    assert (partner.health, "outage" in partner.health_error, states()) == ("unhealthy", True, {"unreachable"})
    assert list(PartnerSystemUser.objects.filter(health="unknown").values_list("paused_until", flat=True)) == [None] * 5
    with pytest.raises(Postponed):
        pausing.check_may_call(accounts(crowd)[7])


def test_five_of_very_many_are_five_wrong_passwords(crowd: Hub) -> None:
    for number in range(15):
        an_account(crowd.customer, crowd.partner, f"more{number}")
    refuse(crowd, 0, 1, 2, 3, 4)
    assert marked() == 5
    refuse(crowd, 5)
    assert marked() == 0, "six of 25 are more than a fifth"


def test_five_over_a_longer_time_are_five_wrong_passwords(crowd: Hub) -> None:
    for number in range(5):
        refuse(crowd, number)
        crowd.later(seconds=80)
    assert marked() == 5


def test_the_same_account_again_counts_once(crowd: Hub) -> None:
    refuse(crowd, 0, 0, 0, 0, 0, 0)
    assert marked() == 1


def test_all_of_few_are_few_wrong_passwords(crowd: Hub) -> None:
    PartnerSystemUser.objects.filter(pk__in=[row.pk for row in accounts(crowd)[4:]]).update(active=False)
    refuse(crowd, 0, 1, 2, 3)
    assert marked() == 4


def test_who_is_refused_during_the_outage_is_not_marked(crowd: Hub) -> None:
    refuse(crowd, 0, 1, 2, 3, 4)
    refuse(crowd, 7, 0)
    assert (marked(), open_attention()) == (0, [AttentionKind.PARTNER_UNHEALTHY])


def test_an_outage_seen_by_many_at_once_is_declared_once(crowd: Hub) -> None:
    rows = accounts(crowd)
    together(*(lambda row=row: pausing.note_refusal(row, REFUSED) for row in rows))  # type: ignore[misc]
    assert (marked(), open_attention()) == (0, [AttentionKind.PARTNER_UNHEALTHY])
    from work import history

    assert [event.to_state for event in history.of("partner", crowd.partner.pk).filter(name="moved")] == ["unhealthy"]


class TestItsEnd:
    @pytest.fixture
    def out(self, crowd: Hub) -> Hub:
        """Sign-ins are refused, though the partner says that it is alive; a job of a refused account waits."""
        self.fault = crowd.cloud.fault("refused_sign_in", "AuthenticateAPIUser")
        crowd.assign()
        crowd.work("job_sync")
        refuse(crowd, *range(1, 5))
        assert Partner.objects.get().refused_at
        return crowd

    def sign_ins(self, out: Hub) -> int:
        return out.cloud.calls().get("AuthenticateAPIUser", 0)

    def test_one_sign_in_per_interval_tries_again(self, out: Hub) -> None:
        for pause in (1, 2, 4):
            out.later(minutes=pause)
            before = self.sign_ins(out)
            out.work()
            assert self.sign_ins(out) - before == 1
        partner = Partner.objects.get()
        assert (partner.health, partner.failures) == ("unhealthy", settings.HUB.failure_threshold + 3)
        assert partner.health_error == "It still refuses logins of accounts that worked before."
        assert not any(row.partner_username in partner.health_error for row in accounts(out))

    def test_a_sign_in_that_is_good_ends_it_and_work_goes_on(self, out: Hub) -> None:
        out.cloud.clear_faults()
        out.later(minutes=1)
        out.work("default")
        partner = Partner.objects.get()
        assert (partner.refused_at, partner.open_until, partner.health) == (None, None, "degraded")
        assert open_attention() == []
        out.work("job_sync")
        assert out.upload().status == "synced"

    def test_who_is_refused_again_after_it_is_believed(self, out: Hub) -> None:
        """The passwords of five accounts really are wrong: a good account ends the outage, and they are told so."""
        out.cloud.clear_faults()
        out.later(minutes=1)
        out.work("default")
        refuse(out, 0, 1, 2, 3, 4)
        assert (marked(), Partner.objects.get().refused_at) == (5, None)
        assert open_attention() == [AttentionKind.CREDENTIALS_REJECTED] * 5

    def test_an_account_that_worked_since_may_be_part_of_the_next(self, out: Hub) -> None:
        out.cloud.clear_faults()
        out.later(minutes=1)
        out.work("default")
        for row in accounts(out):
            pausing.note_success(row)
        refuse(out, 0, 1, 2, 3, 4)
        assert (marked(), open_attention()) == (0, [AttentionKind.PARTNER_UNHEALTHY])

    def test_an_account_whose_own_password_is_wrong_is_not_the_only_one_asked(self, out: Hub) -> None:
        out.cloud.clear_faults()
        for number in range(4, 9):
            out.cloud.set_password(f"{number}@example.com", "changed")
        for _ in range(6):
            out.later(minutes=16)
            out.work("default")
        assert Partner.objects.get().refused_at is None

    @pytest.mark.parametrize("act", ["check", "verify"])
    def test_a_person_ends_it(self, out: Hub, act: str) -> None:
        out.cloud.clear_faults()
        if act == "check":
            assert health.check(Partner.objects.get(), actor="user ann").status == "healthy"
        else:
            assert signing_in.verify(accounts(out)[0], actor="user ann").ok
        partner = Partner.objects.get()
        assert (partner.refused_at, partner.health, open_attention()) == (None, "healthy", [])

    def test_a_look_that_began_before_it_does_not_end_it(self, out: Hub) -> None:
        stale: Any = Partner.objects.get()
        stale.refused_at = None
        from partners.services import looking, partner_health

        partner_health.note(stale, looking.look_at(stale), actor="a slow worker")
        assert (Partner.objects.get().refused_at is None, Partner.objects.get().health) == (False, "unhealthy")

    def test_without_an_account_to_ask_the_partner_s_word_counts(self, out: Hub) -> None:
        PartnerSystemUser.objects.update(paused_by_person=True)
        out.later(minutes=1)
        out.work("default")
        assert Partner.objects.get().refused_at is None

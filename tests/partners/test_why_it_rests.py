"""Why no call is made for an account, or work put off: told by the database for many, and of a row that was read, alike."""

from datetime import timedelta
from typing import Any

import pytest

from partners.account_states import ready_to_tell, resting_because, waiting_because, why_it_rests, why_it_waits
from partners.models import PartnerSystemUser
from tests.support.scene import a_customer, a_partner, an_account
from work.clock import now

pytestmark = pytest.mark.django_db
RESTS: dict[str, dict[str, Any]] = {
    "called": {},
    "named": {"name": "The red one", "paused_by_person": True},
    "of a deactivated customer": {"customer__active": False},
    "at a deactivated partner": {"partner__active": False},
    "deactivated": {"active": False},
    "paused": {"paused_by_person": True},
    "refused": {"refused_at": timedelta(hours=-1)},
    "refused, and waiting for a probe": {"refused_at": timedelta(hours=-1), "paused_until": timedelta(hours=1)},
    "held back": {"paused_until": timedelta(hours=1)},
    "no longer held back": {"paused_until": timedelta(hours=-1)},
    "deactivated and refused": {"active": False, "refused_at": timedelta(hours=-1)},
}


@pytest.mark.parametrize("state", RESTS.values(), ids=RESTS)
def test_both_say_the_same(state: dict[str, Any], django_assert_num_queries: Any) -> None:
    account = an_account(a_customer(), a_partner())
    for name, value in state.items():
        row, _, column = name.rpartition("__")
        held = getattr(account, row) if row else account
        setattr(held, column, now() + value if isinstance(value, timedelta) else value)
        held.save()
    told = PartnerSystemUser.objects.annotate(because=resting_because()).get(pk=account.pk).because
    with django_assert_num_queries(1):
        assert why_it_rests(ready_to_tell(PartnerSystemUser.objects.all()).get(pk=account.pk)) == told
    assert bool(told) == (state not in (RESTS["called"], RESTS["no longer held back"]))


OPEN = {"failures": 1000, "open_until": timedelta(minutes=5)}


@pytest.mark.parametrize(
    ("partner", "account", "begins"),
    [
        ({}, {}, ""),
        (OPEN, {}, "the partner Satloc does not answer"),
        ({}, OPEN, "calls for the account"),
        (OPEN, OPEN, "the partner Satloc does not answer"),
        ({"failures": 1}, {"failures": 1000}, ""),
    ],
)
def test_both_say_the_same_of_what_waits(partner: dict[str, Any], account: dict[str, Any], begins: str) -> None:
    made = an_account(a_customer(), a_partner())
    for row, columns in ((made.partner, partner), (made, account)):
        for column, value in columns.items():
            setattr(row, column, now() + value if isinstance(value, timedelta) else value)
        row.save()
    told = PartnerSystemUser.objects.annotate(because=waiting_because()).get(pk=made.pk).because
    assert why_it_waits(ready_to_tell(PartnerSystemUser.objects.all()).get(pk=made.pk)) == told
    assert told.startswith(begins)
    assert bool(told) == bool(begins)

"""Why no call is made for an account: told by the database for many, and of a row that was read, in the same words."""

from datetime import timedelta
from typing import Any

import pytest

from partners.account_states import ready_to_tell, resting_because, why_it_rests
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

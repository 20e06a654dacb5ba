"""New credentials take effect at once, also for a worker that holds the account in hand."""

from contextlib import suppress
from typing import Any

import pytest

from accounts.states import Role
from partners.adapters.errors import PartnerError
from partners.models import PartnerCall, PartnerSystemUser
from partners.services.attempts import attempt
from partners.services.calling import HubLedger, adapter_for
from tests.support.api import as_user
from tests.support.hub import PASSWORD, Hub
from tests.support.partners import KEPT
from tests.support.scene import a_user
from tests.support.together import in_thread
from tests.support.waiting import wait_for
from work.kinds import Postponed

HOLDS_THE_ROW = """
import sys
from partners.models import PartnerSystemUser
from partners.services.attempts import attempt
from partners.services.calling import HubLedger, adapter_for
from tests.support.waiting import wait_for
from work.kinds import Postponed
account = PartnerSystemUser.objects.select_related("partner", "customer").get()
print("holds it", flush=True)
sys.stdin.readline()
try:
    with attempt(account):
        adapter_for(account, HubLedger(account)).list_aircraft()
    print("called")
except Postponed as wait:
    print(f"{wait.delay.total_seconds():.0f} {wait.reason}")
"""


def in_hand() -> PartnerSystemUser:
    """The account as a worker has it after its claim."""
    return PartnerSystemUser.objects.select_related("partner", "customer").get()


def list_aircraft(account: PartnerSystemUser) -> int:
    with attempt(account):
        return len(adapter_for(account, HubLedger(account)).list_aircraft())


def change(hub: Hub, **fields: str) -> None:
    office = as_user(a_user(hub.customer, Role.CUSTOMER))
    assert office.patch(f"/api/v1/partner-system-users/{hub.account.pk}/", fields).status_code == 200


@pytest.mark.parametrize("kept", [None, KEPT.to_json()])
@pytest.mark.parametrize("field", ["apiSecret", "apiKey", "partnerUsername", "companyId"])
def test_no_call_is_made_with_the_credentials_of_a_moment_ago(hub: Hub, field: str, kept: str | None) -> None:
    PartnerSystemUser.objects.update(sign_in=kept)
    account = in_hand()
    change(hub, **{field: "new-value"})
    with pytest.raises(Postponed, match="changed a moment ago"):
        list_aircraft(account)
    assert hub.cloud.calls() == {}
    assert not PartnerCall.objects.exists()


def test_a_worker_s_next_claim_uses_the_new_ones(hub: Hub) -> None:
    hub.set_password("wrong")
    hub.assign()
    change(hub, apiSecret=PASSWORD)
    hub.work("job_sync")
    assert hub.upload().status == "synced"


def test_a_thread_in_the_middle_of_its_call_keeps_nothing_of_it(hub: Hub) -> None:
    hub.cloud.fault("late", operation="AuthenticateAPIUser", seconds=1, times=1)
    account = in_hand()
    with in_thread(lambda: list_or_wait(account)) as worker:
        worker.start()
        wait_for(lambda: hub.cloud.calls().get("AuthenticateAPIUser"), "the worker's sign-in", 10)
        change(hub, apiSecret="new")
    stored = PartnerSystemUser.objects.get()
    assert hub.cloud.calls() == {"AuthenticateAPIUser": 1}
    assert (stored.sign_in, stored.refused_at, stored.credentials_version) == (None, None, 2)


def list_or_wait(account: PartnerSystemUser) -> None:
    """Its own sign-in may be refused or put off: the test looks at what was kept."""
    with suppress(PartnerError, Postponed):
        list_aircraft(account)


def test_another_process_that_holds_the_account_calls_with_nothing_old(hub: Hub, second_process: Any) -> None:
    worker = second_process(HOLDS_THE_ROW, SATLOC_BASE_URL=hub.cloud.base_url)
    assert worker.stdout.readline() == "holds it\n"
    change(hub, apiSecret="new")
    said, errors = worker.communicate("go on\n", timeout=60)
    assert "changed a moment ago" in said, errors
    assert said.startswith("0 ")
    assert hub.cloud.calls() == {}

"""`system/attention/`: what waits for a person, and for whom."""

import pytest

from accounts import states as account_states
from accounts.models import User
from agmission_partners.selectors import ACTIONS
from assignments import states as assignment_states
from canary import states as canary_states
from flightdata import states as flight_states
from partners import states as partner_states
from tests.support.api import as_user, complaints
from tests.support.world import Tenant
from work import attention

PATH = "/api/v1/system/attention/"


def ask(tenant: Tenant, kind: str = "uploadGaveUp") -> None:
    attention.raise_once(kind, "assignment", tenant.assignment.pk, tenant_id=tenant.customer.pk, reason="tried five times")


def test_what_waits_is_shown_with_what_can_be_done(own: Tenant) -> None:
    ask(own)
    (row,) = as_user(own.office).get(PATH).json()["results"]
    assert set(row) == {"kind", "objectType", "objectId", "since", "reason", "actions"}
    assert row["actions"] == ["retry", "cancel"]
    assert (row["kind"], row["objectType"], row["objectId"]) == ("uploadGaveUp", "assignment", str(own.assignment.pk))
    assert (row["reason"], row["since"][-1]) == ("tried five times", "Z")


def test_what_is_settled_no_longer_waits(own: Tenant) -> None:
    ask(own)
    attention.settle("uploadGaveUp", "assignment", own.assignment.pk)
    assert as_user(own.office).get(PATH).json()["results"] == []


def test_others_do_not_see_it(own: Tenant, other: Tenant, ops: User) -> None:
    ask(own)
    attention.raise_once("uploadGaveUp", "assignment", "x", tenant_id=None, reason="r")
    assert as_user(other.office).get(PATH).json()["results"] == []
    assert len(as_user(own.office).get(PATH).json()["results"]) == 1
    assert len(as_user(ops).get(PATH).json()["results"]) == 2


@pytest.mark.parametrize(("query", "found"), [("kind=uploadGaveUp", 1), ("kind=logFailed", 0), ("objectType=log", 0)])
def test_filters(own: Tenant, query: str, found: int) -> None:
    ask(own)
    assert len(as_user(own.office).get(f"{PATH}?{query}").json()["results"]) == found


def test_an_unknown_kind_is_refused(own: Tenant) -> None:
    response = as_user(own.office).get(f"{PATH}?kind=panic")
    assert response.status_code == 400
    assert complaints(response) == {"kind": "invalidChoice"}


def test_every_kind_has_its_actions() -> None:
    of_all = (account_states, partner_states, assignment_states, flight_states, canary_states)
    kinds = {kind for states in of_all for kind in states.AttentionKind.values}
    assert kinds == set(ACTIONS)

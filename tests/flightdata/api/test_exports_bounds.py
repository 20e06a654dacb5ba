"""`exports/`: how often a user may ask, and how many a customer keeps."""

import pytest
from django.db.models import F

from accounts.models import RequestLimit
from accounts.rest import limits
from accounts.states import Role
from flightdata.api.exports import ASKED
from flightdata.services import exports
from tests.assignments.conftest import Scene
from tests.flightdata.conftest import parse_all
from tests.flightdata.exports.conftest import Exporting, a_day_passes, office
from tests.support.api import complaints
from tests.support.scene import a_customer, a_user
from work import limiter

__all__ = ["office"]  # a fixture


def test_each_user_may_ask_so_often(office: Exporting, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = limiter.Bursts(per_minute=1, at_once=3)
    monkeypatch.setattr("flightdata.api.exports.ASKED", limits.Limit("exports", slow))
    for left in ("2", "1", "0"):
        answer = office.ask()
        assert answer.status_code in (200, 201)
        assert (answer["X-RateLimit-Limit"], answer["X-RateLimit-Remaining"]) == ("3", left)
    refused = office.ask()
    assert (refused.status_code, complaints(refused)) == (429, {"": "throttled"})
    assert (refused["X-RateLimit-Limit"], refused["X-RateLimit-Remaining"]) == ("3", "0")
    assert 1 <= int(refused["Retry-After"]) <= 60 < int(refused["X-RateLimit-Reset"]) <= 180
    assert Exporting(a_user(scene.customer, Role.CUSTOMER)).ask().status_code == 200
    RequestLimit.objects.update(next_call_at=F("next_call_at") - slow.interval)
    assert office.ask().status_code == 200


def test_a_refused_body_costs_nothing(office: Exporting) -> None:
    assert office.ask("people").status_code == 400
    assert office.ask()["X-RateLimit-Remaining"] == str(ASKED.rate.at_once - 1)


def test_a_customer_keeps_no_more_than_so_many(office: Exporting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_KEPT", 2)
    assert [office.ask(kind).status_code for kind in ("jobs", "flights")] == [201, 201]
    refused = office.ask("coverage")
    assert (refused.status_code, complaints(refused)) == (409, {"": "tooManyExports"})
    assert office.ask("jobs").status_code == 200
    assert Exporting(a_user(a_customer("rival"), Role.CUSTOMER)).ask("coverage").status_code == 201
    parse_all()
    a_day_passes()
    parse_all()
    assert office.ask("coverage").status_code == 201

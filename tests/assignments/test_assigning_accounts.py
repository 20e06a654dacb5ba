"""Through which account a job goes, and what is refused for one user while the others go through."""

from typing import Any

import pytest

from assignments.models import JobAssignment
from assignments.services import endings
from assignments.services.assigning import AssignRequest, AssignResult, assign
from partners.models import Aircraft, Partner, PartnerSystemUser
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import codes, internal, press, satloc, the_only
from tests.support.scene import a_customer, a_partner, an_account
from work.errors import Refused


def refused_beside_a_good_one(scene: Scene, **config: Any) -> AssignResult:
    result = press(scene, satloc(scene.pilot, **config), internal(scene.office))
    assert len(result.assigned) == 1
    return result


def test_the_jobs_customers_only_active_account_is_taken(scene: Scene) -> None:
    an_account(a_customer("rival"), scene.partner)
    an_account(scene.customer, scene.partner, "retired", active=False)
    an_account(scene.customer, a_partner("OLD", active=False), "old")
    assert the_only(press(scene, satloc(scene.pilot))).system_user == scene.account


def test_no_account_is_an_error_of_that_user(scene: Scene) -> None:
    PartnerSystemUser.objects.update(active=False)
    assert codes(refused_beside_a_good_one(scene)) == ["noAccount"]


def test_a_deactivated_partner_is_no_place_to_send_to(scene: Scene) -> None:
    Partner.objects.update(active=False)
    assert codes(refused_beside_a_good_one(scene)) == ["noAccount"]


def test_two_accounts_need_a_choice(scene: Scene) -> None:
    other = an_account(scene.customer, scene.partner, "second")
    assert codes(refused_beside_a_good_one(scene)) == ["severalAccounts"]
    assert the_only(press(scene, satloc(scene.pilot, systemUserId=str(other.pk)))).system_user == other


@pytest.mark.parametrize("whose", ["rival's", "malformed"])
def test_an_account_of_somebody_else_reads_like_none(scene: Scene, whose: str) -> None:
    rivals = an_account(a_customer("rival"), scene.partner)
    wanted = str(rivals.pk) if whose == "rival's" else "7"
    assert codes(refused_beside_a_good_one(scene, systemUserId=wanted)) == ["noAccount"]
    assert not Aircraft.objects.exists()


def test_an_aircraft_is_required_where_the_adapter_needs_one(scene: Scene) -> None:
    assert codes(refused_beside_a_good_one(scene, aircraft="")) == ["aircraftRequired"]


@pytest.mark.parametrize(("partner_type", "said"), [("dji", "public document"), ("zeppelin", "satloc"), ("SATLOC", "satloc")])
def test_an_unsupported_partner_type_says_why(scene: Scene, partner_type: str, said: str) -> None:
    asked = satloc(scene.pilot)
    result = press(scene, type(asked)(asked.uid, partner_type, asked.config), internal(scene.office))
    assert codes(result) == ["unsupportedPartnerType"]
    assert said in result.refused[0].message
    assert len(result.assigned) == 1


def test_a_refused_user_keeps_what_it_had(scene: Scene) -> None:
    first = the_only(press(scene, satloc(scene.pilot)))
    refused_beside_a_good_one(scene, aircraft="")
    assert JobAssignment.objects.get(pk=first.pk).status == 0


def test_a_partner_type_names_the_adapter_whatever_the_partners_code(scene: Scene) -> None:
    Partner.objects.update(code="CLOUD-7")
    assert the_only(press(scene, satloc(scene.pilot))).partner_type == "satloc"


def test_two_users_may_share_an_aircraft(scene: Scene) -> None:
    result = press(scene, satloc(scene.pilot), satloc(scene.office))
    assert len({one.assignment.aircraft_id for one in result.assigned}) == 1
    assert len(result.assigned) == 2


def test_a_closed_job_is_refused_as_a_whole(scene: Scene) -> None:
    type(scene.job).objects.update(status="closed")
    endings.close_job(scene.job, actor="test")
    with pytest.raises(Refused, match="closed"):
        assign(scene.job, AssignRequest((internal(scene.pilot),)), scene.office)

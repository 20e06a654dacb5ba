"""What waits for an account that is not called says so wherever ops look."""

import pytest
from django.test import Client
from django.urls import reverse

from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.services import uploads
from partners.models import Partner
from partners.services.organizations import change_partner
from tests.support.world import Tenant

WORDS = "the partner Cloud-Prairie is deactivated"


@pytest.fixture
def resting(tenant: Tenant) -> Tenant:
    uploads.enqueue(tenant.assignment, actor="test")
    PollTarget.objects.create(system_user=tenant.account, aircraft=tenant.aircraft, status="idle")
    change_partner(Partner.objects.get(), actor="test", login={}, active=False)
    return tenant


@pytest.mark.parametrize("model", [JobAssignment, SyncOperation, PollTarget])
def test_lists_say_that_it_is_paused_and_why(ops: Client, resting: Tenant, model: type[JobAssignment]) -> None:
    page = ops.get(reverse(f"admin:assignments_{model._meta.model_name}_changelist")).content.decode()
    assert "paused" in page
    assert WORDS in page


def test_an_assignment_s_page_says_it_of_upload_and_listing(ops: Client, resting: Tenant) -> None:
    page = ops.get(reverse("admin:assignments_jobassignment_change", args=[resting.assignment.pk])).content.decode()
    assert page.count(WORDS) == 2

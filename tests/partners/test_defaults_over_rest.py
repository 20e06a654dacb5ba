"""What need not be given when an account is made."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.dateparse import parse_datetime

from partners.models import PartnerSystemUser
from tests.support.scene import a_customer, a_partner, a_user

pytestmark = pytest.mark.django_db


def test_logs_since_defaults_to_a_week_before_the_account_was_made() -> None:
    customer, partner = a_customer(), a_partner()
    client = Client()
    client.force_login(a_user(None))
    body = {"partnerId": str(partner.pk), "customerId": str(customer.pk), "partnerUsername": "kim", "apiSecret": "s"}
    answer = client.post("/api/partner/createSystemUser", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    since = parse_datetime(answer.json()["logsSince"])
    assert since
    assert abs(PartnerSystemUser.objects.get().created_at - timedelta(days=7) - since) < timedelta(seconds=5)

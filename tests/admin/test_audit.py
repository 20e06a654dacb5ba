"""The audit trail and the tokens as ops see them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, AuditEntry
from accounts.services import tokens
from accounts.services.customers import change_customer
from tests.support.world import Tenant
from work import history, provenance
from work.models import Event
from work.provenance import Provenance

LIST = reverse("admin:accounts_auditentry_changelist")


@pytest.fixture
def change(tenant: Tenant) -> AuditEntry:
    """Somebody renamed the customer, by a token."""
    told = Provenance(via="token planner", address="192.0.2.7", actor_id=tenant.office.pk, correlation_id="r1")
    with provenance.told_by(lambda: told):
        change_customer(tenant.customer, actor="user otto", name="Other Air")
    return AuditEntry.objects.get(name="changed")


def rows(client: Client, **query: str) -> list[Any]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def test_it_says_who_did_what_from_where(ops: Client, change: AuditEntry) -> None:
    page = ops.get(LIST).content.decode()
    for words in ("user otto", "token planner", "192.0.2.7", "Prairie Air → Other Air"):
        assert words in page


@pytest.mark.parametrize("found_by", ["customer", "otto", "user otto", "person", "192.0.2.7", " 192.0.2.7 "])
def test_it_is_searched_by_what_ops_know(ops: Client, tenant: Tenant, change: AuditEntry, found_by: str) -> None:
    term = {"customer": str(tenant.customer.pk), "person": str(tenant.office.pk)}.get(found_by, found_by)
    assert change.pk in {row.pk for row in rows(ops, q=term)}
    assert rows(ops, q="nothing of it") == []


def test_the_clock_s_doings_are_left_out(ops: Client, tenant: Tenant) -> None:
    event = history.record("log", tenant.log.pk, "moved", actor="clock")
    assert event.pk not in {row.pk for row in rows(ops)}
    assert ops.get(reverse("admin:accounts_auditentry_change", args=[event.pk])).status_code == 302


def test_an_entry_shows_each_value_and_leads_to_the_object(ops: Client, tenant: Tenant, change: AuditEntry) -> None:
    page = ops.get(reverse("admin:accounts_auditentry_change", args=[change.pk])).content.decode()
    assert "<del>Prairie Air</del>" in page
    assert "<ins>Other Air</ins>" in page
    for view in ("change", "history"):
        assert reverse(f"admin:accounts_customer_{view}", args=[tenant.customer.pk]) in page


def test_the_object_s_history_shows_it_too(ops: Client, tenant: Tenant, change: AuditEntry) -> None:
    page = ops.get(reverse("admin:accounts_customer_history", args=[tenant.customer.pk])).content.decode()
    assert "<ins>Other Air</ins>" in page
    assert "token planner from 192.0.2.7" in page


@pytest.mark.parametrize("action", ["add", "change", "delete"])
def test_nobody_edits_it(ops: Client, change: AuditEntry, action: str) -> None:
    arguments = [] if action == "add" else [change.pk]
    assert ops.post(reverse(f"admin:accounts_auditentry_{action}", args=arguments), {}).status_code == 403
    assert Event.objects.filter(pk=change.pk).exists()


def test_whose_tokens_there_are_is_seen_and_the_tokens_are_not(ops: Client, tenant: Tenant) -> None:
    row, token = tokens.create_token(user=tenant.office, actor="test", name="planner")
    pages = [ops.get(reverse("admin:accounts_apitoken_changelist"), {"q": "planner"})]
    pages.append(ops.get(reverse("admin:accounts_apitoken_change", args=[row.pk])))
    for page in pages:
        assert "planner" in page.content.decode()
        assert not [secret for secret in (token, row.digest) if secret in page.content.decode()]


def test_a_revoked_token_leads_back_to_the_list(ops: Client, tenant: Tenant) -> None:
    row = tokens.make(tenant.office)[0]
    answer = ops.post(reverse("admin:accounts_apitoken_do", args=[row.pk, "revoke"]))
    assert answer["Location"] == reverse("admin:accounts_apitoken_changelist")
    assert not ApiToken.objects.filter(pk=row.pk).exists()
    entry = AuditEntry.objects.get(name="revoked")
    assert (entry.actor, entry.object_id, entry.before["name"]) == ("user root", str(row.pk), "sign-in")
    assert row.digest not in str(list(AuditEntry.objects.values()))

"""The admin has every model, shows no secret, and lets nothing from outside be edited."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.checks import check_admin_app
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, Customer, User
from accounts.services import tokens
from flightdata.models import ApplicationFile, PartnerLog
from partners.models import Aircraft, PartnerCall, PartnerSystemUser
from tests.support.once import once_for_module
from tests.support.world import a_tenant
from work import attention, history

pytestmark = pytest.mark.thorough

HUB_APPS = ("accounts", "partners", "assignments", "flightdata", "work")
MODELS = [model for app in HUB_APPS for model in apps.get_app_config(app).get_models()]
SECRETS = ("sky-high-5", "kept-sign-in", "crop-duster-9")


def a_world_with_secrets() -> Client:
    """The browser of somebody of ops, who is signed in."""
    tenant = a_tenant("prairie")
    PartnerSystemUser.objects.update(sign_in="kept-sign-in")
    tokens.make(tenant.office)
    attention.raise_once("uploadGaveUp", "assignment", "1", tenant_id=None, reason="r")
    history.record("job", 1, "made", actor="test")
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="crop-duster-9"))
    return client


kept, db = once_for_module(a_world_with_secrets)


@pytest.fixture
def operator(db: None, kept: Client) -> Client:
    client = Client()
    client.cookies.update(kept.cookies)
    return client


def page(model: type[Model], name: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_has_its_pages_without_secrets(operator: Client, model: type[Model]) -> None:
    assert admin.site.is_registered(model)
    pages = [page(model, "changelist"), *(page(model, "change", row.pk) for row in model._default_manager.all()[:1])]
    for address in pages:
        response = operator.get(address)
        assert response.status_code == 200
        assert not [secret for secret in SECRETS if secret in response.content.decode()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_page_costs_no_statement_per_row(operator: Client, model: type[Model], django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(9):
        operator.get(page(model, "changelist"))


@pytest.mark.parametrize("model", [PartnerLog, ApplicationFile, Aircraft, PartnerCall])
def test_what_came_from_outside_is_not_edited(operator: Client, model: type[Model]) -> None:
    if model is PartnerCall:
        PartnerCall.objects.create(operation="ping", method="GET", url="u", outcome="OK", duration_ms=1)
    row = model._default_manager.get()
    assert operator.post(page(model, "change", row.pk), {}).status_code == 403
    assert operator.get(page(model, "delete", row.pk)).status_code == 403
    assert operator.get(page(model, "add")).status_code == 403


def test_pages_are_for_ops(operator: Client) -> None:
    client = Client()
    client.force_login(User.objects.get(role="customer"))
    assert client.get("/admin/accounts/user/").status_code == 302


@pytest.mark.parametrize("address", ["/admin", "/admin/", "/admin/accounts/user", "/admin/accounts/user/", "/admin/login"])
def test_pages_are_served_with_and_without_the_final_slash(operator: Client, address: str) -> None:
    assert operator.get(address).status_code in (200, 302)
    assert operator.get(address).headers.get("Location", "/admin/") == "/admin/"


def test_a_person_is_made_and_changed_through_the_service(operator: Client) -> None:
    body = {"username": "anna", "name": "Anna", "role": "ops", "is_active": "on", "password": "rows-of-barley-7"}
    assert operator.post("/admin/accounts/user/add/", body).status_code == 302
    anna = User.objects.get(username="anna")
    assert anna.check_password("rows-of-barley-7")
    assert anna.is_staff
    tokens.make(anna)
    body |= {"name": "Anna B", "password": ""}
    assert operator.post(page(User, "change", anna.pk), body).status_code == 302
    assert ApiToken.objects.filter(user=anna).exists()
    assert operator.post(page(User, "change", anna.pk), {**body, "password": "rows-of-clover-8"}).status_code == 302
    anna.refresh_from_db()
    assert (anna.name, anna.check_password("rows-of-clover-8")) == ("Anna B", True)
    assert not ApiToken.objects.filter(user=anna).exists()
    assert [event.name for event in history.of("user", anna.pk)] == ["tokens ended", "changed", "changed", "created"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"role": "customer"}, "belong to a customer"),
        ({"password": "short"}, "too short"),
        ({"username": "root"}, "already exists"),
        ({"role": "partner"}, "made with its partner"),
    ],
)
def test_a_person_that_cannot_be_is_refused_in_words(operator: Client, fields: dict[str, str], words: str) -> None:
    body = {"username": "anna", "role": "ops", "is_active": "on", **fields}
    response = operator.post("/admin/accounts/user/add/", body)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not User.objects.filter(username="anna").exists()


def test_django_finds_nothing_wrong_with_the_pages() -> None:
    """They are found by the addresses: its check looks at none where it comes before those are loaded."""
    assert len(admin.site._registry) >= len(MODELS)
    assert check_admin_app(None) == []


@pytest.mark.parametrize("question", ["units__exact", "active__exact", "q"])
def test_a_list_filtered_by_nul_is_shown_without_that_filter(operator: Client, question: str) -> None:
    address = page(Customer, "changelist")
    answer = operator.get(address, {question: "\0"})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}?e=1")
    assert operator.get(answer["Location"]).status_code == 200

"""Values as the audit trail keeps them: no secret, whatever model or free JSON it stands in."""

from typing import Any

import pytest
from django.apps import apps

from accounts.models import User
from accounts.services import values
from partners.crypto import Unreadable
from partners.models import PartnerSystemUser
from tests.support.scene import a_customer, a_partner, an_account

HUB_APPS = ("accounts", "partners", "assignments", "flightdata", "moving_in", "work")
HARMLESS = {"credentials_version", "lease_token", "token"}
"""A number, and proofs of a lease, which are worth nothing outside the database."""


def test_every_column_that_sounds_secret_is_masked() -> None:
    """A new one is declared in its model's SECRETS, or is encrypted."""
    fields = [field for app in HUB_APPS for model in apps.get_app_config(app).get_models() for field in model._meta.fields]
    sounding = [field for field in fields if values.SECRET_NAME.search(field.name) or field.name in ("sign_in", "digest")]
    open_ones = {field.name for field in sounding if not values.is_secret(field.model(), field)}
    assert len(sounding) > 5
    assert open_ones <= HARMLESS


def test_encrypted_columns_are_masked_by_their_class() -> None:
    account = PartnerSystemUser(api_key="k", api_secret="s", sign_in="t", partner_username="p")
    shown = values.all_of(account)
    assert {name: shown[name] for name in ("api_key", "api_secret", "sign_in")} == dict.fromkeys(
        ("api_key", "api_secret", "sign_in"), values.HIDDEN
    )
    assert shown["partner_username"] == "p"


@pytest.mark.django_db
def test_what_is_made_is_told_with_the_database_s_own_values() -> None:
    account = an_account(a_customer(), a_partner())
    shown = values.all_of(PartnerSystemUser.objects.get(pk=account.pk))
    assert shown["logs_since"].endswith("Z")
    assert (shown["customer_id"], shown["api_secret"]) == (str(account.customer_id), values.HIDDEN)
    assert not {"api_key", "id", "created_at", "refused_at"} & set(shown)


def test_secrets_in_free_json_are_masked_however_deep() -> None:
    told = values.plain(
        {"note": "n", "auth": [{"Password": "a", "apiKey": {"x": "b"}, "accessToken": "c", "client_secret": "d"}]}
    )
    hidden = dict.fromkeys(("Password", "apiKey", "accessToken", "client_secret"), values.HIDDEN)
    assert told == {"note": "n", "auth": [hidden]}


def test_a_secret_that_no_key_opens_is_masked_too() -> None:
    account = PartnerSystemUser(api_secret=Unreadable.of("0badc0de:stored", "lost"))
    name, value = values.named(account, "api_secret", account.api_secret)
    assert (name, value) == ("api_secret", values.HIDDEN)


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("is_active", False, ("active", False)),
        ("username", "anna", ("username", "anna")),
        ("password", "", ("password", values.HIDDEN)),
        ("customer", None, ("customer_id", None)),
    ],
)
def test_columns_have_the_names_that_clients_know(name: str, value: Any, kept: tuple[str, Any]) -> None:
    assert values.named(User(), name, value) == kept

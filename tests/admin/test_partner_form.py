"""A partner's form: its configuration is checked by the same check as over the API, with the same words."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from partners.models import Partner, default_configuration
from tests.support.scene import a_partner
from work import history

ADD = "/admin/partners/partner/add/"
FORM = {
    "code": "SATLOC", "name": "SatLoc Cloud", "adapter": "satloc", "active": "on", "upload_format": "json",
    "supported_formats": ["kml", "geojson"], "max_file_size": "5000", "on_unknown_outcome": "hold", "base_url": "",
}  # fmt: skip


def page_of(partner: Partner) -> str:
    return reverse("admin:partners_partner_change", args=[partner.pk])


def test_a_partner_is_made_with_its_configuration_and_its_login(ops: Client) -> None:
    assert ops.post(ADD, {**FORM, "base_url": "https://8.8.8.8/api", "supports_realtime": "on"}).status_code == 302
    partner = Partner.objects.get()
    assert partner.configuration == {
        "supportsRealtime": True,
        "maxFileSize": 5000,
        "supportedFormats": ["kml", "geojson"],
        "uploadFormat": "json",
        "onUnknownOutcome": "hold",
        "baseUrl": "https://8.8.8.8/api",
    }
    assert partner.login
    assert not partner.login.has_usable_password()


def test_what_is_stored_is_shown_and_saved_again_it_is_no_change(ops: Client) -> None:
    partner = a_partner(configuration={**default_configuration(), "onUnknownOutcome": "resend", "uploadFormat": "geojson"})
    page = ops.get(page_of(partner))
    shown = {name: page.context["adminform"].form[name].value() for name in FORM if name not in ("code", "adapter")}
    assert (shown["upload_format"], shown["on_unknown_outcome"]) == ("geojson", "resend")
    same = {name: "" if value is None else value for name, value in shown.items()}
    assert ops.post(page_of(partner), {**same, "active": "on"}).status_code == 302
    partner.refresh_from_db()
    assert not history.of("partner", partner.pk).filter(name="changed").exists()


def test_one_field_is_changed_and_the_rest_stays(ops: Client) -> None:
    partner = a_partner(configuration={**default_configuration(), "baseUrl": "https://8.8.8.8/api"})
    body = {**FORM, "name": partner.name, "supported_formats": ["kml", "shp", "geojson"], "max_file_size": "77"}
    assert ops.post(page_of(partner), body).status_code == 302
    partner.refresh_from_db()
    assert partner.configuration == {**default_configuration(), "maxFileSize": 77, "onUnknownOutcome": "hold"}
    assert history.of("partner", partner.pk).get(name="changed").data == {"fields": ["configuration"]}


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"upload_format": "shp"}, "upload_format", "Must be json or one of supportedFormats"),
        ({"upload_format": "kml"}, "upload_format", "Cannot be kml: jobs can be sent to SatLoc Cloud as json, geojson"),
        ({"max_file_size": "0"}, "max_file_size", "greater than or equal to 1"),
        ({"max_file_size": ""}, "max_file_size", "required"),
        ({"base_url": "http://127.0.0.1/x"}, "base_url", "this machine itself"),
        ({"base_url": "ftp://x.example"}, "base_url", "must begin with https://"),
        ({"supported_formats": ["exe"]}, "supported_formats", "exe"),
        ({"code": "a b"}, "code", "letters, digits"),
        ({"adapter": "dji"}, "adapter", "dji"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(
    ops: Client, fields: dict[str, Any], field: str, words: str
) -> None:
    answer = ops.post(ADD, {**FORM, **fields})
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert list(errors) == [field]
    assert words in str(errors[field])
    assert not Partner.objects.exists()


def test_code_and_adapter_stay(ops: Client) -> None:
    partner = a_partner()
    assert ops.post(page_of(partner), {**FORM, "code": "OTHER", "adapter": "other"}).status_code == 302
    partner.refresh_from_db()
    assert (partner.code, partner.adapter) == ("SATLOC", "satloc")


def test_it_is_for_ops(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("x", role="partner", customer=None))
    assert client.post(ADD, FORM).status_code == 302
    assert not Partner.objects.exists()

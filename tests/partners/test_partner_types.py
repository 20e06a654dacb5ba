"""Which partner types there are decides everywhere what is accepted; files of any known one may be carried in by hand."""

from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from accounts.states import Role
from partners.adapters import registry
from partners.adapters.registry import KNOWN_UNAVAILABLE
from partners.adapters.satloc import SatLocAdapter
from tests.support.api import as_user
from tests.support.scene import a_customer, a_job, a_user

FILE = b"timestamp,lat,lon,alt,groundSpeed,sprayStatus\n2026-05-01T10:00:00Z,40.0,-83.0,300.5,60.0,0\n"


class AcmeAdapter(SatLocAdapter):
    title = "Acme Air"


@pytest.fixture
def acme() -> Iterator[str]:
    """One more partner, as an installed package would bring it."""
    registry.register("acme", AcmeAdapter)
    yield "acme"
    del registry._registry._classes["acme"]


@pytest.fixture
def office(db: None) -> User:
    return a_user(a_customer(), Role.CUSTOMER)


def make_partner(name: str) -> Any:
    return as_user(a_user(None)).post("/api/partner/createPartner", {"partnerCode": name.upper()})


def assign(office: User, name: str) -> Any:
    job = a_job(office.customer)  # type: ignore[arg-type]  # the office has one
    asked = {"uid": str(office.pk), "partnerType": name, "partnerConfig": {"aircraftId": "N1"}}
    return as_user(office).post(f"/api/jobs/{job.number}/assign", {"asUsers": [asked]}).json()


def carry_in(office: User, name: str, **fields: str) -> Any:
    body = {"file": SimpleUploadedFile("flight.csv", FILE), "partnerType": name, **fields}
    return as_user(office).post("/api/v1/applications/", body, format="multipart")


def admin_choices() -> str:
    client = Client()
    client.force_login(a_user(None))
    return client.get("/admin/partners/partner/add/").content.decode()


def test_a_registered_partner_is_accepted_everywhere(acme: str, office: User) -> None:
    made = make_partner(acme)
    assert (made.status_code, made.json()["adapter"]) == (201, acme)
    account = {"partnerId": made.json()["id"], "partnerUsername": "u", "apiSecret": "s"}
    assert as_user(office).post("/api/partner/createSystemUser", account).status_code == 201
    assert assign(office, acme)["assignments"][0]["partnerType"] == acme
    assert carry_in(office, acme).status_code == 201
    assert f'value="{acme}"' in admin_choices()


@pytest.mark.parametrize("name", [*KNOWN_UNAVAILABLE, "acme"])
def test_one_that_is_not_registered_is_refused_everywhere(office: User, name: str) -> None:
    assert make_partner(name).status_code == 400
    error = assign(office, name)["errors"][0]
    assert error["code"] == "unsupportedPartnerType"
    assert KNOWN_UNAVAILABLE.get(name, "No adapter has this name") in error["error"]
    assert f'value="{name}"' not in admin_choices()


@pytest.mark.parametrize("name", KNOWN_UNAVAILABLE)
def test_files_of_a_known_partner_are_carried_in_by_hand_and_read(office: User, name: str, settings: Any, tmp_path: Path) -> None:
    settings.HUB = replace(settings.HUB, data_dir=tmp_path)
    made = carry_in(office, name, format="satloc-text")
    assert (made.status_code, made.json()["partnerType"]) == (201, name)
    from work import engine

    engine.drain("flight_data", 5, "test")
    read = as_user(office).get(f"/api/v1/applications/{made.json()['id']}/").json()
    assert (read["status"], read["partnerType"], read["counts"]["records"]) == (2, name, 1)


def test_one_that_nobody_knows_is_refused_naming_the_known(office: User) -> None:
    answer = carry_in(office, "acme")
    assert answer.status_code == 400
    assert "agidronex, dji, parrot, other" in answer.json()["errors"][0]["message"]


def test_the_command_lists_them_with_the_reason() -> None:
    out = StringIO()
    call_command("partner_types", stdout=out)
    lines = dict(line.split(": ", 1) for line in out.getvalue().splitlines())
    assert list(lines) == ["satloc", *KNOWN_UNAVAILABLE]
    assert lines["satloc"].startswith("available (SatLoc Cloud): upload, list aircraft, list logs, download log")
    assert lines["dji"] == f"not available. {KNOWN_UNAVAILABLE['dji']}"

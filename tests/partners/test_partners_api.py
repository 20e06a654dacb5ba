"""`partners/`, and `createPartner`."""

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import User
from accounts.states import Role
from partners.models import HealthCheck, Partner
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_partner, a_user
from tests.support.together import together

PATH, CREATE = "/api/v1/partners/", "/api/partner/createPartner"
DEFAULTS = {
    "supportsRealtime": False,
    "maxFileSize": 10485760,
    "supportedFormats": ["kml", "shp", "geojson"],
    "uploadFormat": "json",
}


@pytest.fixture
def ops(db: None) -> User:
    return a_user(None)


def new(**fields: Any) -> dict[str, Any]:
    return {"partnerCode": "SATLOC", "partnerName": "SatLoc Cloud", "name": "Sat Loc", "username": "sat@loc.example", **fields}


@pytest.mark.parametrize("path", [CREATE, PATH])
def test_a_partner_is_made_with_its_login(ops: User, path: str) -> None:
    response = as_user(ops).post(path, new(active=True, configuration={"supportsRealtime": True}))
    row = response.json()
    assert response.status_code == 201
    assert (row["partnerCode"], row["partnerName"], row["adapter"], row["active"]) == ("SATLOC", "SatLoc Cloud", "satloc", True)
    assert row["configuration"] == {**DEFAULTS, "supportsRealtime": True}
    assert row["health"] == {"status": "unknown", "responseTime": None, "checkedAt": None, "error": None}
    login = User.objects.get(username="sat@loc.example")
    assert (row["username"], row["name"], login.role, login.has_usable_password()) == (
        login.username,
        "Sat Loc",
        "partner",
        False,
    )
    assert Partner.objects.get().login == login


def test_a_partner_shows_its_fields_and_no_others(ops: User) -> None:
    row = as_user(ops).post(CREATE, new()).json()
    names = {"partnerCode", "partnerName", "name", "username", "active", "configuration", "adapter", "capabilities", "health"}
    assert set(row) == names | {"id", "createdAt", "updatedAt"}
    assert row["capabilities"]["aircraftRequired"] is True
    assert "upload_formats" not in row["capabilities"]


def test_the_code_alone_is_enough(ops: User) -> None:
    row = as_user(ops).post(CREATE, {"partnerCode": "SATLOC"}).json()
    assert (row["partnerName"], row["name"], row["username"], row["adapter"]) == ("SATLOC", "SATLOC", "satloc", "satloc")


@pytest.mark.parametrize("fields", [{"partnerCode": "ACME"}, {"adapter": "dji"}, {"adapter": "SatLoc"}, {"adapter": ""}])
def test_an_unknown_adapter_is_refused_naming_the_known(ops: User, fields: dict[str, str]) -> None:
    response = as_user(ops).post(CREATE, new(**fields))
    assert response.status_code == 400
    assert set(complaints(response)) == {"adapter"}
    assert "satloc" in response.content.decode() or fields == {"adapter": ""}


def test_a_code_or_username_that_is_taken_is_a_conflict_and_leaves_nothing(ops: User) -> None:
    client = as_user(ops)
    client.post(CREATE, new())
    again = client.post(CREATE, new(username="else@loc.example"))
    same_login = client.post(CREATE, new(partnerCode="SECOND", adapter="satloc"))
    assert (again.status_code, complaints(again)) == (409, {"": "partnerCodeTaken"})
    assert (same_login.status_code, complaints(same_login)) == (409, {"": "userTaken"})
    assert (Partner.objects.count(), User.objects.filter(role="partner").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_a_partner_at_the_same_moment_one_does() -> None:
    ops = a_user(None)
    calls = [lambda name=name: as_user(ops).post(CREATE, new(username=name)).status_code for name in "abcd"]  # type: ignore[misc]
    assert sorted(together(*calls)) == [201, 409, 409, 409]
    assert Partner.objects.count() == 1


@pytest.mark.parametrize(
    ("configuration", "culprit"),
    [
        ({"maxFileSize": 0}, "maxFileSize"),
        ({"maxFileSize": 1.5}, "maxFileSize"),
        ({"maxFileSize": True}, "maxFileSize"),
        ({"supportedFormats": ["exe"]}, "supportedFormats[0]"),
        ({"supportedFormats": "kml"}, "supportedFormats"),
        ({"supportedFormats": ["kml"], "uploadFormat": "shp"}, "uploadFormat"),
        ({"onUnknownOutcome": "guess"}, "onUnknownOutcome"),
        ({"baseURL": "https://a.example"}, "baseURL"),
        ({"baseUrl": "ftp://a.example"}, "baseUrl"),
        ({"baseUrl": "http://127.0.0.1/api"}, "baseUrl"),
        ({"baseUrl": "http://[::ffff:10.0.0.1]/"}, "baseUrl"),
        ({"baseUrl": "http://169.254.169.254/latest"}, "baseUrl"),
        ({"baseUrl": "https://user:pw@a.example"}, "baseUrl"),
    ],
)
def test_a_wrong_configuration_is_named(ops: User, configuration: dict[str, Any], culprit: str) -> None:
    response = as_user(ops).post(CREATE, new(configuration=configuration))
    assert response.status_code == 400
    assert set(complaints(response)) == {f"configuration.{culprit}"}
    assert not Partner.objects.exists()


@pytest.mark.parametrize("wanted", ["kml", "shp"])
def test_a_format_that_the_adapter_cannot_write_is_refused_naming_those_it_can(ops: User, wanted: str) -> None:
    response = as_user(ops).post(CREATE, new(configuration={"uploadFormat": wanted}))
    assert (response.status_code, complaints(response)) == (400, {"configuration.uploadFormat": "cannotUpload"})
    assert "SatLoc Cloud as json, geojson" in response.content.decode()
    assert as_user(ops).post(CREATE, new(configuration={"uploadFormat": "geojson"})).status_code == 201


@pytest.mark.parametrize("name", ["agidronex", "dji", "parrot", "other"])
def test_a_partner_that_is_known_and_not_available_is_refused_with_the_reason(ops: User, name: str) -> None:
    response = as_user(ops).post(CREATE, new(partnerCode=name.upper()))
    assert (response.status_code, complaints(response)) == (400, {"adapter": "unknownAdapter"})
    said = response.json()["errors"][0]["message"]
    assert f"The partner {name} is not available. " in said
    assert "Known, and not available yet: agidronex, dji, parrot, other." in said
    assert "implementation guide" in said


def test_private_addresses_are_allowed_where_the_operator_says_so(ops: User, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, allow_private_hosts=True)
    row = as_user(ops).post(CREATE, new(configuration={"baseUrl": "http://127.0.0.1:1/api"})).json()
    assert row["configuration"]["baseUrl"] == "http://127.0.0.1:1/api"


def test_a_patch_keeps_and_a_put_replaces_the_rest_of_a_configuration(ops: User) -> None:
    client = as_user(ops)
    row = client.post(CREATE, new(configuration={"maxFileSize": 7, "onUnknownOutcome": "resend"})).json()
    path = f"{PATH}{row['id']}/"
    patched = client.patch(path, {"configuration": {"supportsRealtime": True}}).json()["configuration"]
    assert (patched["maxFileSize"], patched["onUnknownOutcome"], patched["supportsRealtime"]) == (7, "resend", True)
    put = client.put(path, {**row, "configuration": {"maxFileSize": 8}}).json()["configuration"]
    assert put == {**DEFAULTS, "maxFileSize": 8}


def test_what_was_read_can_be_put_back(ops: User) -> None:
    client = as_user(ops)
    row = client.post(CREATE, new()).json()
    assert client.put(f"{PATH}{row['id']}/", row).json() == row


def test_the_login_is_changed_with_the_partner(ops: User) -> None:
    client = as_user(ops)
    row = client.post(CREATE, new()).json()
    changed = client.patch(f"{PATH}{row['id']}/", {"username": "new@loc.example", "name": "New", "partnerName": "P"}).json()
    assert (changed["username"], changed["name"], changed["partnerName"]) == ("new@loc.example", "New", "P")


@pytest.mark.parametrize(("field", "value"), [("partnerCode", "OTHER"), ("adapter", "else")])
def test_code_and_adapter_stay(ops: User, field: str, value: str) -> None:
    client = as_user(ops)
    row = client.post(CREATE, new()).json()
    response = client.patch(f"{PATH}{row['id']}/", {field: value})
    assert response.status_code == 400
    assert set(complaints(response)) == {field}


def test_deleting_deactivates_and_its_check_rests(ops: User) -> None:
    client = as_user(ops)
    row = client.post(CREATE, new()).json()
    assert client.delete(f"{PATH}{row['id']}/").status_code == 204
    assert client.get(f"{PATH}{row['id']}/").json()["active"] is False
    assert client.patch(f"{PATH}{row['id']}/", {"active": True}).json()["active"] is True
    assert HealthCheck.objects.get().due_at is not None


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"search": "satloc"}, ["SATLOC"]),
        ({"search": "second CLOUD"}, ["B2"]),
        ({"search": "%"}, []),
        ({"adapter": "satloc", "ordering": "partnerCode"}, ["B2", "SATLOC"]),
        ({"adapter": "dji"}, []),
        ({"ordering": "-partnerName"}, ["B2", "SATLOC"]),
        ({"ordering": "createdAt"}, ["SATLOC", "B2"]),
        ({"active": "false"}, []),
    ],
)
def test_partners_are_searched_filtered_and_ordered(ops: User, query: dict[str, str], codes: list[str]) -> None:
    a_partner("SATLOC")
    Partner.objects.filter(pk=a_partner("B2").pk).update(name="Second cloud")
    assert [row["partnerCode"] for row in as_user(ops).get(PATH, query).json()["results"]] == codes


def test_a_customers_people_see_active_partners_and_write_none(db: None) -> None:
    shown, hidden = a_partner("SATLOC"), a_partner("OLD", active=False)
    client = as_user(a_user(a_customer(), Role.CUSTOMER))
    assert [row["id"] for row in client.get(PATH).json()["results"]] == [str(shown.pk)]
    assert client.post(CREATE, new()).status_code == 403
    assert client.patch(f"{PATH}{shown.pk}/", {"active": False}).status_code == 403
    assert client.patch(f"{PATH}{hidden.pk}/", {"active": True}).status_code == 404

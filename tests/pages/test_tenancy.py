"""Every page against every role: a page added later is met here too, by the table of addresses."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.states import Role
from agmission_partners.pages.urls import urlpatterns
from tests.support.once import once_for_module
from tests.support.scene import a_user
from tests.support.world import Tenant, Two, a_tenant

pytestmark = pytest.mark.thorough

kept, db = once_for_module(lambda: Two(a_tenant("prairie"), a_tenant("delta"), a_user(None)))

NAMES = [str(pattern.name) for pattern in urlpatterns]
OPEN = {"sign_in", "sign_out"}
OF_JOBS = [name for name in NAMES if name.startswith("job")]
OF_FLIGHTS = [str(pattern.name) for pattern in urlpatterns if "key" in pattern.pattern.converters]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)

Browser = Callable[[User], Client]


def address(name: str, tenant: Tenant) -> str:
    keys: dict[str, Any] = {"number": tenant.job.number} if name in OF_JOBS else {"key": tenant.application.pk}
    return reverse(f"pages:{name}", kwargs=keys if name in (*OF_JOBS, *OF_FLIGHTS) else None)


def test_every_address_is_of_a_kind_that_is_tested() -> None:
    assert set(NAMES) == {*OPEN, "home", *OF_JOBS, *OF_FLIGHTS}


@pytest.mark.parametrize("name", [*OF_JOBS, *OF_FLIGHTS])
@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.PILOT, Role.PARTNER])
def test_anothers_thing_is_not_there(own: Tenant, other: Tenant, browser: Browser, name: str, role: Role) -> None:
    assert browser(own.person(role)).get(address(name, other)).status_code == 404


@pytest.mark.parametrize("name", OF_FLIGHTS)
@pytest.mark.parametrize("role", [Role.PILOT, Role.PARTNER])
def test_flights_are_for_the_office_alone(own: Tenant, browser: Browser, name: str, role: Role) -> None:
    assert browser(own.person(role)).get(address(name, own)).status_code == 404


@pytest.mark.parametrize("name", OF_JOBS)
@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.PILOT])
def test_ones_own_job_is_there(own: Tenant, browser: Browser, name: str, role: Role) -> None:
    assert browser(own.person(role)).get(address(name, own)).status_code == 200


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OPEN])
def test_strangers_are_asked_to_sign_in(client: Client, own: Tenant, name: str) -> None:
    response = client.get(address(name, own))
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/login/")


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.PILOT, Role.PARTNER])
def test_the_start_page_shows_nothing_of_others(own: Tenant, other: Tenant, browser: Browser, role: Role) -> None:
    shown = browser(own.person(role)).get("/").content.decode()
    foreign = {str(key) for key in other.keys().values()} | {other.customer.name, other.account.partner_username}
    assert not [key for key in foreign if key in shown]


def test_ops_see_everything(own: Tenant, other: Tenant, ops: User, browser: Browser) -> None:
    shown = browser(ops).get("/").content.decode()
    assert str(own.job.number) in shown
    assert str(other.job.number) in shown
    assert {browser(ops).get(address(name, other)).status_code for name in OF_JOBS} == {200}


@pytest.mark.parametrize("path", ["/jobs/0/", "/jobs/99999999999999999999/", "/jobs/abc/", "/flights/0/"])
def test_a_key_of_nothing_is_not_there(own: Tenant, browser: Browser, path: str) -> None:
    assert browser(own.office).get(path).status_code == 404


@pytest.mark.parametrize("before", ["abc", "9" * 30, "00000000-0000-0000-0000-00000000000g"])
def test_a_page_of_nothing_is_not_there(own: Tenant, browser: Browser, before: str) -> None:
    assert browser(own.office).get("/", {"before": before}).status_code == 404
    assert browser(own.office).get(address("job_history", own), {"before": before}).status_code == 404


def test_pages_change_nothing(own: Tenant, browser: Browser) -> None:
    names = [name for name in NAMES if name not in OPEN]
    assert {browser(own.office).post(address(name, own)).status_code for name in names} == {405}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OPEN])
def test_no_page_has_scripts_or_styles_in_it_or_takes_any_from_elsewhere(
    own: Tenant, ops: User, browser: Browser, name: str
) -> None:
    response = browser(ops).get(address(name, own))
    assert response["Content-Security-Policy"].startswith("default-src 'self';")
    text = response.content.decode()
    assert not INLINE.search(text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)

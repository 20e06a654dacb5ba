"""Every page on wide and narrow, light and dark devices: on one of the four by turns, on all with BROWSER_MATRIX=full."""

import itertools
import os
from collections.abc import Callable

import pytest

from accounts.models import User
from flightdata.models import Application
from tests.browser.conftest import Open, wait_for_map
from tests.support.accessibility import faults
from tests.support.scene import a_job
from tests.support.world import Tenant
from work import attention

pytestmark = pytest.mark.browser

CELLS = list(itertools.product(("desktop", "phone"), ("light", "dark")))
PAGES: dict[str, tuple[str, str]] = {
    "sign-in": ("", "/login/"),
    "home of the office": ("office", "/"),
    "home of ops": ("ops", "/"),
    "home of a pilot": ("pilot", "/"),
    "home of a partner": ("partner", "/"),
    "nothing found": ("office", "/?search=none"),
    "job": ("office", "/jobs/{job}/"),
    "job of a pilot": ("pilot", "/jobs/{job}/"),
    "history": ("office", "/jobs/{job}/history/"),
    "flight": ("office", "/flights/{flight}/"),
    "rejects": ("office", "/flights/{flight}/rejects/"),
}


def cases() -> list[tuple[str, str, str]]:
    """Page, width, scheme."""
    if os.environ.get("BROWSER_MATRIX") == "full":
        return [(page, *cell) for page in PAGES for cell in CELLS]
    return [(page, *cell) for page, cell in zip(PAGES, itertools.cycle(CELLS), strict=False)]


@pytest.fixture
def people(own: Tenant, ops: User) -> dict[str, User | None]:
    return {"": None, "office": own.office, "pilot": own.pilot, "partner": own.partner_login, "ops": ops}


@pytest.fixture
def busy(own: Tenant) -> None:
    """Long words, other units, and something that waits."""
    own.customer.units = "us"
    own.customer.save()
    a_job(own.customer, measure_unit=True, excluded_areas=own.job.spray_areas)
    reason = "SatLoc refuses the login prairie@example.com: " + "averyveryverylongwordthatbreaks" * 4
    attention.raise_once("uploadGaveUp", "assignment", own.assignment.pk, tenant_id=own.customer.pk, reason=reason)


@pytest.mark.parametrize(("name", "width", "scheme"), cases(), ids="-".join)
def test_it_can_be_read_by_everybody(
    own: Tenant,
    flown: Application,
    busy: None,
    people: dict[str, User | None],
    open_as: Open,
    name: str,
    width: str,
    scheme: str,
) -> None:
    who, path = PAGES[name]
    page = open_as(people[who], path.format(job=own.job.number, flight=flown.pk), width=width, scheme=scheme)
    if page.query_selector("[data-map]"):
        wait_for_map(page)
    assert faults(page) == []


def test_the_faults_are_found(own: Tenant, open_as: Callable[..., object]) -> None:
    page = open_as(None, "/login/")
    page.evaluate(  # type: ignore[attr-defined]
        """() => document.querySelector("main").innerHTML = '<h1>a</h1><h3>b</h3><img src="/static/pages/icon.svg"><input>'
        + '<p class="muted" id="wide">x</p><table><tr><th>t</th></tr></table>'"""
    )
    page.evaluate("() => { const p = document.getElementById('wide'); p.style.width = '3000px'; p.style.color = '#eee'; }")  # type: ignore[attr-defined]
    found = " ".join(faults(page))  # type: ignore[arg-type]
    for fault in ("level 3 follows", "alternative text", "nothing names", "contrast", "wider than the window", "no scope"):
        assert fault in found, fault

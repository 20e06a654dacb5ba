"""Figures on the pages are those of the API, to the last digit, and what is missing says why."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.states import Role
from assignments.models import Job
from assignments.services.jobs import change_job
from flightdata.models import Application
from flightdata.services import matching
from tests.flightdata.conftest import TakeIn, parse_all
from tests.support.api import as_user
from tests.support.samples import OHIO_LOG, beginning_of_ohio
from tests.support.scene import a_job
from tests.support.world import Tenant

pytestmark = pytest.mark.thorough

Read = Callable[..., str]

DATA = r'data-figure="{name}".*?<data value="([^"]*)" data-unit="ha">([^<]*) ha</data>'


@pytest.fixture
def measured(request: pytest.FixtureRequest, own: Tenant, take_in: TakeIn) -> Application:
    """The beginning of the recorded flight, or what the test names, in two halves of its field, as job and flight measured it."""
    west, east = (
        [[lon, 40.835], [lon + 0.004, 40.835], [lon + 0.004, 40.85], [lon, 40.85], [lon, 40.835]] for lon in (-82.881, -82.877)
    )
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for name, ring in (("West <half>", west), ("East", east))
    ]
    job = a_job(own.customer, spray_areas={"type": "FeatureCollection", "features": features}, swath_width_metres=18.288)
    application = take_in(own.customer, getattr(request, "param", beginning_of_ohio()), file_name="ohio.csv")
    matching.set_jobs(application, [job], user=own.office)
    parse_all()
    return application


def job_of(application: Application) -> Job:
    return Job.objects.get(flights__application=application)


def figures_in(html: str) -> dict[str, tuple[float, str]]:
    """Name → exact value and what a person reads, of the first of each name."""
    names = ("sprayed", "union", "overlap", "inside", "outside", "missed")
    found = {name: re.search(DATA.format(name=name), html, re.DOTALL) for name in names}
    return {name: (float(match[1]), match[2]) for name, match in found.items() if match}


def assert_same(shown: dict[str, tuple[float, str]], api: dict[str, Any]) -> None:
    assert {name: value for name, (value, _) in shown.items()} == {name: api[name] for name in shown}
    assert [text for value, text in shown.values()] == [f"{value:,.2f}" for value, _ in shown.values()]


@pytest.mark.parametrize("measured", [OHIO_LOG.read_bytes()], indirect=True, ids=["all of it"])
def test_the_figures_of_a_job_are_those_of_the_api(own: Tenant, measured: Application, read: Read) -> None:
    number = job_of(measured).number
    api = as_user(own.office).get(f"/api/v1/jobs/{number}/coverage/").json()
    page = read(own.office, f"/jobs/{number}/")
    shown = figures_in(page)
    assert len(shown) == 6
    assert shown["union"][0] == pytest.approx(33.97, rel=0.01)
    assert_same(shown, api)
    for place, area in enumerate(api["areas"]):
        own_figures = figures_in(page.split(f'data-area="{place}"')[1].split("</li>")[0])
        assert len(own_figures) == 3
        assert_same(own_figures, area)
    assert "West &lt;half&gt;" in page


def test_the_figures_of_a_flight_are_those_of_the_api(own: Tenant, measured: Application, read: Read) -> None:
    api = as_user(own.office).get(f"/api/v1/applications/{measured.pk}/").json()["coverage"]
    shown = figures_in(read(own.office, f"/flights/{measured.pk}/"))
    assert len(shown) == 6
    assert_same(shown, api)


def test_the_figures_of_the_start_page_are_those_of_the_api(own: Tenant, measured: Application, read: Read) -> None:
    api = as_user(own.office).get(f"/api/v1/jobs/{job_of(measured).number}/coverage/").json()
    shown = figures_in(read(own.office, "/", search=str(job_of(measured).number)))
    assert set(shown) == {"union", "missed"}
    assert_same(shown, api)


def test_what_was_planned_is_what_was_hit_and_missed(own: Tenant, measured: Application, read: Read) -> None:
    api = as_user(own.office).get(f"/api/v1/jobs/{job_of(measured).number}/coverage/").json()
    planned = read(own.office, f"/jobs/{job_of(measured).number}/").split("<dt>Planned</dt>")[1]
    assert float(re.search(r'value="([^"]*)"', planned)[1]) == pytest.approx(api["inside"] + api["missed"], abs=1e-3)  # type: ignore[index]


def test_its_shapes_are_on_the_map(own: Tenant, measured: Application, read: Read) -> None:
    for path in (f"/jobs/{job_of(measured).number}/map.json", f"/flights/{measured.pk}/map.json"):
        layers = re.findall(r'"layer":"(\w+)"', read(own.office, path))
        assert {"planned", "covered", "missed", "double"} == set(layers)
        assert layers.count("planned") == 2


def test_without_a_swath_the_page_says_so_as_the_api_does(own: Tenant, measured: Application, read: Read) -> None:
    change_job(job_of(measured), actor="test", swath_width=None)
    parse_all()
    number = job_of(measured).number
    assert as_user(own.office).get(f"/api/v1/jobs/{number}/coverage/").json()["reason"] == "noSwath"
    page = read(own.office, f"/jobs/{number}/")
    assert 'data-reason="noSwath"' in page
    assert figures_in(page) == {}
    assert "has no swath width" in page


def test_nothing_flown_and_no_job_are_said(own: Tenant, flown: Application, read: Read) -> None:
    untouched = a_job(own.customer)
    assert "Nothing was flown yet" in read(own.office, f"/jobs/{untouched.number}/")
    matching.set_jobs(flown, [], user=own.office)
    assert "belongs to no job yet" in read(own.office, f"/flights/{flown.pk}/")


def test_new_figures_change_the_tag_of_the_map(own: Tenant, measured: Application, read: Read) -> None:
    path = f"/jobs/{job_of(measured).number}/live.json"
    before = re.search(r'"map":"([^,]*)"', read(own.office, path))[1]  # type: ignore[index]
    change_job(job_of(measured), actor="test", swath_width=25.0)
    assert "Measured anew at the moment" in read(own.office, path)
    parse_all()
    assert re.search(r'"map":"([^,]*)"', read(own.office, path))[1] != before  # type: ignore[index]


@pytest.mark.parametrize("role", [Role.PILOT])
def test_a_pilot_is_shown_no_figures(own: Tenant, flown: Application, read: Read, role: Role) -> None:
    person: User = own.person(role)
    page = read(person, f"/jobs/{own.job.number}/")
    assert 'data-part="figures"' not in page
    assert "covered" not in read(person, f"/jobs/{own.job.number}/map.json")

"""The page of a job, used as a person uses it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assignments.models import JobAssignment
from assignments.states import AssignmentStatus, assignment
from flightdata.models import Application
from flightdata.services import matching
from tests.browser.conftest import Open, wait_for_map
from tests.flightdata.conftest import TakeIn
from tests.support.samples import OHIO_LOG
from tests.support.world import Tenant

pytestmark = pytest.mark.browser

PAINTED = """(name) => {
  const canvas = document.querySelector(`.leaflet-${name}-pane canvas`);
  if (!canvas || !canvas.width) return 0;
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let painted = 0;
  for (let index = 3; index < data.length; index += 4) if (data[index]) painted += 1;
  return painted;
}"""


def painted(page: Page, layer: str) -> int:
    """How many pixels of the map a layer covers."""
    return int(page.evaluate(PAINTED, layer))


def test_from_the_start_page_to_the_flight_on_its_map(own: Tenant, flown: Application, open_as: Open) -> None:
    page = open_as(own.office, "/")
    page.get_by_role("link", name=str(own.job.number)).click()
    wait_for_map(page)
    assert painted(page, "on") > 2000
    assert painted(page, "planned") > 2000
    expect(page.get_by_text("1 planned area, 1 flight.")).to_be_visible()
    page.get_by_role("link", name="ohio.csv").click()
    wait_for_map(page)
    expect(page.locator("dl.figures").first).to_contain_text("10,133")
    assert painted(page, "on") > 2000


def test_layers_can_be_taken_off_and_put_on(own: Tenant, flown: Application, open_as: Open) -> None:
    page = open_as(own.office, f"/jobs/{own.job.number}/")
    wait_for_map(page)
    before = painted(page, "on")
    page.get_by_label("Flown, spray on").uncheck()
    page.wait_for_function(f"() => ({PAINTED})('on') === 0")
    assert painted(page, "planned") > 0
    page.get_by_label("Flown, spray on").check()
    page.wait_for_function(f"() => ({PAINTED})('on') === {before}")


def test_a_closer_look_brings_finer_lines_of_what_is_in_view(own: Tenant, flown: Application, open_as: Open) -> None:
    page = open_as(own.office, f"/flights/{flown.pk}/")
    wait_for_map(page)
    with page.expect_response(re.compile(r"track\.json\?.*tolerance=0\.25.*box=")) as response:
        for _ in range(6):
            page.locator("#map").press("+")
            page.wait_for_timeout(150)
    assert response.value.ok
    page.get_by_role("button", name="Fit to the field").click()
    page.wait_for_function(f"() => ({PAINTED})('on') > 2000")


def test_a_state_that_changes_is_shown_without_a_reload(own: Tenant, open_as: Open) -> None:
    page = open_as(own.office, f"/jobs/{own.job.number}/")
    state = page.locator("[data-part=state] .badge")
    expect(state).to_have_text("Not sent")
    own.assignment.refresh_from_db()
    assignment.move(own.assignment, AssignmentStatus.SENT, actor="clock", reason="its cloud took it", sent_revision=1)
    expect(state).to_have_text("Sent", timeout=15_000)
    expect(page.locator("[data-part=timeline]")).to_contain_text("its cloud took it")


def test_a_flight_that_comes_in_appears_on_the_map(own: Tenant, take_in: TakeIn, open_as: Open) -> None:
    page = open_as(own.office, f"/jobs/{own.job.number}/")
    wait_for_map(page)
    assert painted(page, "on") == 0
    application = take_in(own.customer, OHIO_LOG.read_bytes(), file_name="ohio.csv")
    matching.set_jobs(application, [own.job], user=own.office)
    expect(page.locator("[data-part=flights]")).to_contain_text("ohio.csv", timeout=15_000)
    page.wait_for_function("() => document.querySelector('[data-map-said]').textContent.includes('1 flight')")
    page.get_by_role("button", name="Fit to the field").click()


def test_nobody_is_asked_while_nobody_looks(own: Tenant, open_as: Open) -> None:
    page = open_as(own.office, f"/jobs/{own.job.number}/")
    page.evaluate(
        """() => { Object.defineProperty(document, "hidden", { get: () => true });
        document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request.url) if request.resource_type in ("fetch", "xhr") else None)
    page.wait_for_timeout(9_000)
    assert asked == []


def test_a_session_that_ended_leads_to_the_sign_in(own: Tenant, open_as: Open) -> None:
    page = open_as(own.office, f"/jobs/{own.job.number}/")
    page.context.clear_cookies()
    page.wait_for_url(re.compile(r"/login/\?next="), timeout=15_000)


def test_anothers_job_is_a_page_that_says_nothing_of_it(own: Tenant, other: Tenant, open_as: Open) -> None:
    JobAssignment.objects.filter(pk=other.assignment.pk).update(status=AssignmentStatus.SENT)
    page = open_as(own.office, "/")
    answer = page.request.get(f"{page.url}jobs/{other.job.number}/", headers={"accept": "text/html"})
    assert answer.status == 404
    assert "Nothing here" in answer.text()
    assert other.job.name not in answer.text()


def test_a_hash_is_copied_whole(own: Tenant, flown: Application, open_as: Open) -> None:
    page = open_as(own.office, f"/jobs/{own.job.number}/", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == flown.file.sha256


def test_everything_can_be_reached_by_keyboard(own: Tenant, flown: Application, open_as: Open) -> None:
    page = open_as(own.office, f"/jobs/{own.job.number}/")
    wait_for_map(page)
    reached: list[str] = []
    while (now := tab(page)) != "body":
        reached.append(now)
        assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none", now
    for wanted in ("Skip to the content", "Sign out", "map", "Fit to the field", "checkbox", "ohio.csv"):
        assert wanted in reached, (wanted, reached)


def tab(page: Page) -> str:
    """Goes on to the next thing that takes keys; what it is called, or `body` behind the last."""
    page.keyboard.press("Tab")
    called = """() => { const at = document.activeElement;
      return at === document.body ? "body" : at.id || at.innerText || at.type; }"""
    return str(page.evaluate(called))

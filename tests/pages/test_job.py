"""The page of a job."""

import json
from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from accounts.models import User
from assignments.models import JobAssignment, PollTarget
from assignments.services import uploads
from assignments.services.jobs import change_job
from assignments.states import AssignmentStatus, AttentionKind, assignment
from flightdata.models import Application
from partners.models import Partner
from partners.services.system_users import change_system_user, pause
from tests.support.scene import a_user
from tests.support.world import Tenant
from work import attention
from work.clock import now

Browser = Callable[[User], Client]
Read = Callable[..., str]


def page_of(tenant: Tenant, what: str = "") -> str:
    return f"/jobs/{tenant.job.number}/{what}"


def test_it_shows_the_flight_with_its_counts_and_its_hash(own: Tenant, flown: Application, read: Read) -> None:
    page = read(own.office, page_of(own))
    assert f'href="/flights/{flown.pk}/"' in page
    assert f'data-copy="{flown.file.sha256}"' in page
    for label, number in (("Lines", 7), ("Records", 4), ("Rejects", 1)):
        assert f'data-label="{label}" class="number">{number}</td>' in page


def test_a_file_that_a_newer_version_replaced_is_left_out(own: Tenant, flown: Application, read: Read) -> None:
    Application.objects.filter(pk=flown.pk).update(superseded_at="2026-05-02T00:00:00Z")
    assert str(flown.pk) not in read(own.office, page_of(own))


def test_what_happened_names_people_the_clock_and_nobody_by_login(own: Tenant, flown: Application, read: Read) -> None:
    own.office.name = "Otto Office"
    own.office.save()
    assignment.move(own.assignment, AssignmentStatus.SENT, actor="clock", reason="its cloud took it")
    change_job(own.job, actor=f"user {own.office.username}", app_rate=17.0)
    page = read(own.office, page_of(own))
    for said in (
        "The job is with its aircraft",
        "its cloud took it",
        "the clock",
        "The job was changed",
        "Otto Office",
        "the hub",
    ):
        assert said in page, said
    assert own.office.username not in page


def test_all_that_happened_goes_on_page_by_page(own: Tenant, browser: Browser) -> None:
    for rate in range(60):
        change_job(own.job, actor="clock", app_rate=float(rate))
    found = []
    path = page_of(own, "history/")
    while path:
        context = browser(own.office).get(path).context
        found += [event.pk for event in context["page"].rows]
        path = page_of(own, "history/") + context["page"].older if context["page"].older else ""
    assert len(found) == len(set(found)) == 60
    assert found == sorted(found, reverse=True)


def test_a_pilot_sees_no_logs_and_no_colleagues(own: Tenant, flown: Application, read: Read) -> None:
    colleague = a_user(own.customer, name="Carl Colleague")
    JobAssignment.objects.create(job=own.job, user=colleague)
    page = read(own.pilot, page_of(own))
    assert str(flown.pk) not in page
    assert flown.file.sha256 not in page
    assert "Carl Colleague" not in page
    assert json.loads(read(own.pilot, page_of(own, "map.json")))["tracks"] == []
    assert not {"figures", "flights"} & set(json.loads(read(own.pilot, page_of(own, "live.json")))["parts"])


def test_its_map_has_areas_exclusions_and_tracks(own: Tenant, flown: Application, read: Read) -> None:
    own.job.excluded_areas = own.job.spray_areas
    own.job.save()
    shown = json.loads(read(own.office, page_of(own, "map.json")))
    assert [feature["properties"]["layer"] for feature in shown["features"]] == ["planned", "excluded"]
    assert shown["features"][0]["geometry"] == own.job.spray_areas["features"][0]["geometry"]
    assert [track["url"] for track in shown["tracks"]] == [f"/flights/{flown.pk}/track.json"]


def test_the_live_parts_are_those_of_the_page(own: Tenant, flown: Application, read: Read) -> None:
    page, live = read(own.office, page_of(own)), json.loads(read(own.office, page_of(own, "live.json")))
    for name, html in live["parts"].items():
        assert f'data-part="{name}"' in page
        assert html.strip() in page, name
    assert f'data-map-tag="{live["map"].replace(chr(34), "&quot;")}"' in page


def test_nothing_new_is_a_short_answer_and_something_new_a_whole_one(own: Tenant, browser: Browser) -> None:
    client = browser(own.office)
    first = client.get(page_of(own, "live.json"))
    again = client.get(page_of(own, "live.json"), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    JobAssignment.objects.filter(pk=own.assignment.pk).update(status=AssignmentStatus.SENT, sent_revision=1)
    changed = client.get(page_of(own, "live.json"), headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert 'data-state="sent"' in changed.json()["parts"]["state"]
    assert changed.json()["map"] == first.json()["map"]


def test_a_new_flight_changes_the_maps_tag(own: Tenant, browser: Browser, take_in: Callable[..., Application]) -> None:
    client = browser(own.office)
    before = client.get(page_of(own, "live.json")).json()["map"]
    take_in(own.customer, job=own.job, user=own.office)
    application = Application.objects.latest("pk")
    application.flights.get_or_create(job=own.job, decided_by="person")
    assert client.get(page_of(own, "live.json")).json()["map"] != before


def test_what_waits_for_a_deactivated_account_says_so(own: Tenant, read: Read) -> None:
    uploads.enqueue(own.assignment, actor="test")
    change_system_user(own.account, actor="test", active=False)
    page = read(own.office, page_of(own))
    assert "Waits: its account is not called now" in page
    assert f"the account {own.account} is deactivated" in page


def test_of_much_that_waits_the_oldest_is_shown_and_the_rest_counted(own: Tenant, read: Read) -> None:
    for _ in range(12):
        given = JobAssignment.objects.create(job=own.job, user=a_user(own.customer))
        attention.raise_once(AttentionKind.UPLOAD_GAVE_UP, "assignment", given.pk, tenant_id=own.customer.pk, reason="no")
    page = read(own.office, page_of(own))
    assert page.count('class="waiting-what"') == 10
    assert '<span class="count">12</span>' in page
    assert "The oldest 10 of 12." in page


def listed(own: Tenant) -> None:
    """The partner has the job, and the aircraft is listed for its sake."""
    uploads.enqueue(own.assignment, actor="test")
    JobAssignment.objects.get().operations.update(
        status="synced", first_tried_at="2026-05-02T00:00:00Z", due_at=None, rank_at=None
    )
    PollTarget.objects.create(system_user=own.account, aircraft=own.aircraft, status="idle")


def test_a_listing_that_rests_says_why(own: Tenant, read: Read) -> None:
    listed(own)
    pause(own.account, actor="test")
    page = read(own.office, page_of(own))
    assert "Does not look for logs" in page
    assert page.count(f"the account {own.account} was paused by a person") == 1


def test_what_waits_for_a_partner_that_does_not_answer_says_so(own: Tenant, read: Read) -> None:
    listed(own)
    Partner.objects.update(failures=1000, open_until=now() + timedelta(minutes=5))
    assert read(own.office, page_of(own)).count("does not answer; it is looked at again and again") == 1
    JobAssignment.objects.get().operations.update(status="pending", first_tried_at=None)
    assert read(own.office, page_of(own)).count("does not answer; it is looked at again and again") == 1

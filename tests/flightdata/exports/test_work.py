"""Writing exports while workers die, disks fill up and files change."""

import errno
import gc
import os
import shutil
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from accounts.states import Role
from assignments.models import Job
from flightdata import store
from flightdata.exports import flights
from flightdata.exports.selection import Selection, in_pages
from flightdata.models import Application, ApplicationFile, Coverage, Export, Interpretation
from flightdata.services import parsing
from flightdata.services.exporting import Writing
from flightdata.states import ApplicationStatus, CoverageStatus
from tests.assignments.conftest import Scene
from tests.flightdata.conftest import TakeIn, parse_all
from tests.flightdata.exports.conftest import URL, Exporting
from tests.support.api import complaints
from tests.support.scene import a_customer, a_job, a_user
from tests.support.together import together
from work import claims, engine
from work.leases import Lease
from work.models import Attention, Event


def later(**by: float) -> None:
    """Time passes for the exports: rows move back, the clock stays."""
    passed = timedelta(**by)
    rows = Export.objects.all()
    rows.filter(due_at__isnull=False).update(due_at=F("due_at") - passed, rank_at=F("rank_at") - passed)
    rows.filter(lease_token__isnull=False).update(lease_expires_at=F("lease_expires_at") - passed)
    rows.filter(expires_at__isnull=False).update(expires_at=F("expires_at") - passed)


def claim(worker: str = "ann") -> Lease[Any]:
    lease = claims.claim(Writing(), next(iter(claims.claimable(Writing()))), worker)
    assert lease
    return lease


def vanish(times: int = 1) -> None:
    """So many workers in a row take the export and are never heard of again."""
    for _ in range(times):
        claim("a worker that vanishes")
        later(minutes=10)
        engine.reap(Writing())


def files() -> set[str]:
    return {path.name for path in store.export_path("").rglob("*") if path.is_file()}


def open_attention() -> list[str]:
    return list(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


def test_a_worker_that_comes_too_late_leaves_the_others_file_alone_and_takes_its_own(office: Exporting) -> None:
    key = office.ask().json()["id"]
    late = claim("late")
    later(minutes=10)
    engine.reap(Writing())
    parse_all()
    before = files()
    late.kind.perform(late)
    assert files() == before == {Export.objects.get().storage_key.rsplit("/", 1)[-1]}
    assert office.read(key)["status"] == "done"
    assert Event.objects.filter(name="late outcome").exists()


def test_a_long_export_keeps_a_second_one_waiting_and_nothing_else(office: Exporting, scene: Scene, take_in: TakeIn) -> None:
    office.ask()
    long = claim("writes for an hour")
    Exporting(a_user(a_customer("rival"), Role.CUSTOMER)).ask()
    file = take_in(scene.customer)
    assert (file.status, sorted(Export.objects.values_list("status", flat=True))) == ("parsed", ["running", "waiting"])
    engine.run(long)
    parse_all()
    assert set(Export.objects.values_list("status", flat=True)) == {"done"}


def test_a_worker_that_learns_that_it_is_too_late_stops_writing(office: Exporting) -> None:
    office.ask()
    lease = claim()
    lease.lost = True
    engine.run(lease)
    assert (files(), Export.objects.get().status) == (set(), "running")


def test_what_killed_attempts_left_goes_with_the_next_that_succeeds(office: Exporting) -> None:
    office.ask()
    lease = claim("killed")
    folder = store.export_path(f"{lease.item.customer_id}/{lease.item.pk}")
    folder.mkdir(parents=True)
    (folder / f".{lease.token}.csv.part").touch()
    (folder / f"{lease.token}.csv").touch()
    later(minutes=10)
    engine.reap(Writing())
    parse_all()
    assert files() == {Export.objects.get().storage_key.rsplit("/", 1)[-1]}


def test_three_workers_that_vanish_ask_for_a_person_until_it_is_retried_or_over(office: Exporting) -> None:
    key = office.ask().json()["id"]
    vanish(times=3)
    shown = office.read(key)
    assert (shown["status"], open_attention()) == ("failed", ["exportFailed"])
    assert "three workers in a row" in shown["error"]
    asked = office.client.get("/api/v1/system/attention/").json()["results"]
    assert [(one["objectType"], one["objectId"], one["actions"]) for one in asked] == [("export", key, ["retry"])]
    assert "Export of jobs as csv" in office.client.get("/").content.decode()
    assert office.ask().json()["status"] == "waiting"
    assert open_attention() == []
    vanish(times=3)
    later(hours=25)
    parse_all()
    assert (office.read(key)["status"], open_attention()) == ("expired", [])


def test_a_full_disk_is_said_at_once_and_not_tried_again_and_again(office: Exporting, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    key = office.ask().json()["id"]
    monkeypatch.setattr(os, "fsync", full)
    for _ in range(3):
        parse_all()
        later(minutes=30)
    shown = office.read(key)
    assert (shown["status"], files(), open_attention()) == ("failed", set(), ["exportFailed"])
    assert "No space left" in shown["error"]
    assert str(store.export_path("")) not in shown["error"]
    assert Event.objects.filter(to_state="failed").count() == 1
    monkeypatch.undo()
    assert office.ask().json()["id"] == key
    parse_all()
    assert (office.read(key)["status"], open_attention()) == ("done", [])


def test_an_export_that_would_lack_something_fails_and_says_what(office: Exporting, scene: Scene, take_in: TakeIn) -> None:
    take_in(scene.customer)
    store.track_path(Interpretation.objects.get().track_key).unlink()
    key = office.ask("flights", "geojson").json()["id"]
    parse_all()
    shown = office.read(key)
    assert shown["status"] == "failed"
    assert "short.log" in shown["error"]
    assert "missing from the store" in shown["error"]
    answer = office.client.get(f"{URL}{key}/download")
    assert complaints(answer) == {"": "notDone"}


def test_a_file_that_breaks_the_program_is_no_endless_loop(office: Exporting, scene: Scene) -> None:
    Coverage.objects.create(job=scene.job, status=CoverageStatus.MEASURED, layers_key="broken.geojson")
    store.write_track_file("broken.geojson", b"{")
    key = office.ask("coverage", "geojson").json()["id"]
    for _ in range(5):
        parse_all()
        later(minutes=10)
    assert (office.read(key)["status"], files()) == ("failed", set())
    assert Event.objects.filter(name="broke down").count() == 3


def test_a_flight_that_is_read_anew_meanwhile_is_drawn_from_its_new_track(
    office: Exporting, scene: Scene, take_in: TakeIn
) -> None:
    application = take_in(scene.customer)
    (page,) = in_pages(Interpretation.objects.all(), 10)
    parsing.reparse(application, actor="test")
    parse_all()
    line = flights.Line(application, page[0], None, {})
    assert not store.track_path(page[0].track_key).exists()
    assert flights._sprayed(line) == {"type": "MultiLineString", "coordinates": [[[-83.0, 40.001], [-83.0, 40.004]]]}


def test_a_file_that_cannot_be_removed_is_tried_again_for_ever_and_is_expired_meanwhile(
    office: Exporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    key = office.ask().json()["id"]
    parse_all()
    later(hours=25)
    monkeypatch.setattr(shutil, "rmtree", refused)
    for _ in range(5):
        parse_all()
        later(hours=1)
    assert (office.read(key)["status"], len(files()), open_attention()) == ("expired", 1, [])
    monkeypatch.undo()
    parse_all()
    assert (Export.objects.get().status, files()) == ("expired", set())


def test_all_that_belongs_to_an_export_goes_with_it(office: Exporting) -> None:
    key = office.ask().json()["id"]
    vanish(times=2)
    parse_all()
    folder = store.export_path(Export.objects.get().storage_key).parent
    (folder / ".killed.part").touch()
    later(hours=25)
    parse_all()
    assert (office.read(key)["status"], folder.exists()) == ("expired", False)


def test_what_is_made_after_an_export_began_is_not_in_it(office: Exporting, scene: Scene) -> None:
    office.ask()
    selection = Selection.of(claim().item)
    Job.objects.filter(pk=a_job(scene.customer).pk).update(created_at=selection.began + timedelta(seconds=1))
    assert list(selection.own(Job.objects.all())) == [scene.job]


def test_no_more_than_two_pages_of_rows_are_held_at_a_time(
    scene: Scene, office: Exporting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flights, "LINES_AT_ONCE", 20)
    made = ApplicationFile.objects.bulk_create(
        ApplicationFile(customer=scene.customer, sha256=str(number), size=1, storage_key="k") for number in range(200)
    )
    Application.objects.bulk_create(
        Application(customer=scene.customer, file=file, status=ApplicationStatus.STORED) for file in made
    )
    del made
    before = alive(Application)
    for number, _ in enumerate(flights._lines(Selection.of(Export(customer=scene.customer))), start=1):
        if number % 40 == 0:
            assert alive(Application) <= before + 40
    assert number == 200


def alive(model: type[Any]) -> int:
    """Rows in memory that somebody still holds; they and what belongs to them know each other."""
    gc.collect()
    return sum(type(one) is model for one in gc.get_objects())


@pytest.mark.django_db(transaction=True)
def test_several_who_ask_at_the_same_moment_get_the_same_one(scene: Scene, take_in: TakeIn) -> None:
    people = [Exporting(scene.office) for _ in range(4)]
    answers = together(*(person.ask for person in people))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == Export.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_and_remove_each_export_once(scene: Scene, take_in: TakeIn) -> None:
    office = Exporting(scene.office)
    keys = [office.ask(from_=f"2026-05-{day + 1:02}").json()["id"] for day in range(6)]
    for status in ("done", "expired"):
        together(*[lambda: engine.drain("flight_data", 20, "a worker")] * 2)
        parse_all()
        assert {office.read(key)["status"] for key in keys} == {status}
        later(hours=25)
    assert Event.objects.filter(to_state="done").count() == Event.objects.filter(to_state="expired").count() == len(keys)
    assert files() == set()

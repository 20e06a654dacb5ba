"""A run from its beginning to its verdict, whatever happens to it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.apart import canarys, way_to_owner
from assignments.models import Job, SyncOperation
from canary.models import Canary, Run
from canary.services import cast, watching
from canary.services.watching import Watch
from flightdata import store
from partners.models import CallCounter, PartnerCall
from sandbox import demo
from tests.admin.test_lists import MODELS
from tests.support.canary import CanaryHub
from tests.support.scene import a_customer, a_job
from tests.support.together import together
from work import claims, engine, kinds
from work.apart import OWNER
from work.clock import now
from work.models import Attention, Event

pytestmark = pytest.mark.thorough

GARBAGE = b"\x00\x01\x02\xff" * 100


def own_rows() -> dict[str, int]:
    """How many rows the canary has, by model."""
    counts = {model._meta.label: canarys(model._default_manager.all()).count() for model in MODELS if way_to_owner(model)}
    return {label: count for label, count in counts.items() if count}


def test_the_login_is_one_of_the_simulated_cloud() -> None:
    assert (cast.CLOUD_LOGIN, cast.CLOUD_PASSWORD) == (demo.OTHER_LOGIN, demo.OTHER_PASSWORD)
    assert demo.demo_id(f"aircraft:{demo.OTHER_TAIL_NUMBERS[0]}") == cast.AIRCRAFT_ID


def test_a_job_goes_from_the_click_to_its_records(canary: CanaryHub) -> None:
    canary.tick()
    run = canary.fly()
    assert (run.passed, run.step, run.reason) == (True, "records", "")
    row = canary.row()
    assert (row.status, row.failures, row.failure, row.started_at) == ("resting", 0, "", None)
    assert row.last_success_at
    assert [upload["jobNumber"] for upload in canary.cloud.uploads()] == ["0"]
    assert canary.asks() == []


def test_nothing_of_a_run_that_came_through_is_left(canary: CanaryHub) -> None:
    canary.tick()
    canary.fly()
    canary.later(minutes=5)
    assert own_rows() == {}
    assert not store.path_of(str(OWNER)).exists()
    assert not store.track_path(str(OWNER)).exists()
    traces = (Event, Attention, PartnerCall, CallCounter)
    assert [model._default_manager.count() for model in traces] == [0, 0, 0, 0]  # type: ignore[attr-defined]


def test_the_next_run_begins_when_the_interval_is_over(canary: CanaryHub) -> None:
    canary.tick()
    canary.fly()
    canary.later(minutes=14)
    canary.work()
    assert canary.row().started_at is None
    canary.later(minutes=1)
    assert canary.fly().passed
    assert len(canary.cloud.uploads()) == 2


def test_logs_of_earlier_runs_are_not_taken_for_its_own(canary: CanaryHub) -> None:
    canary.tick()
    canary.fly()
    canary.cloud.settings(flightDelay=3600)
    canary.begin_again()
    with pytest.raises(AssertionError, match="listing: no log that names its job is here yet"):
        canary.fly(rounds=5)


def test_the_verdicts_of_the_last_runs_alone_are_kept(canary: CanaryHub) -> None:
    span = timedelta(seconds=1)
    old = [Run(started_at=now(), duration=span, step="records", passed=True) for _ in range(watching.KEPT + 5)]
    Run.objects.bulk_create(old)
    canary.tick()
    for _ in range(10):
        canary.look()
        canary.work()
    assert Run.objects.count() == watching.KEPT
    assert canary.row().last_duration != span


def refuse_sign_in(canary: CanaryHub) -> None:
    canary.cloud.fault("refused_sign_in", "AuthenticateAPIUser")


def refuse_upload(canary: CanaryHub) -> None:
    canary.cloud.fault("status", "UploadJobData", status=422)


def break_off(canary: CanaryHub) -> None:
    canary.cloud.fault("reset_before", "UploadJobData")


def break_listing(canary: CanaryHub) -> None:
    canary.cloud.fault("status", "GetAircraftLogs", status=500)


def never_fly(canary: CanaryHub) -> None:
    canary.cloud.settings(flightDelay=86_400)


def truncate(canary: CanaryHub) -> None:
    canary.cloud.fault("html", "GetAircraftLogData")


def spoil(canary: CanaryHub, content: Callable[[bytes], bytes]) -> None:
    """Let the run's flight have other bytes."""
    canary.begin()
    canary.work("job_sync")
    log = canary.cloud.wait_for_logs(1)[0]
    flown = canary.cloud.log_content(cast.CLOUD_LOGIN, log["id"])
    canary.cloud.change_log(cast.CLOUD_LOGIN, log["id"], content(flown), listedSize=len(content(flown)))


def send_garbage(canary: CanaryHub) -> None:
    spoil(canary, lambda flown: GARBAGE)


def spoil_one_record(canary: CanaryHub) -> None:
    spoil(canary, lambda flown: flown + b"2026-07-01T12:00:00Z,95.0,0.0,1,1,1\n")


def take_its_number(canary: CanaryHub) -> None:
    Job.objects.filter(pk=a_job(a_customer()).pk).update(number=cast.JOB_NUMBER)


BROKEN: list[tuple[str, Callable[[CanaryHub], None], str]] = [
    ("job", take_its_number, "A job with the number 0 exists already"),
    ("upload", refuse_sign_in, "refused the login"),
    ("upload", refuse_upload, "gave_up"),
    ("upload", break_off, "unconfirmed"),
    ("listing", break_listing, "HTTP 500"),
    ("listing", never_fly, "no log that names its job"),
    ("download", truncate, "web page"),
    ("parse", send_garbage, "quarantined"),
    ("records", spoil_one_record, "1 refused"),
]


@pytest.mark.parametrize(("step", "break_it", "why"), BROKEN, ids=[broken.__name__ for _, broken, _ in BROKEN])
def test_a_failure_says_at_which_step_and_why(
    canary: CanaryHub, step: str, break_it: Callable[[CanaryHub], None], why: str
) -> None:
    break_it(canary)
    canary.tick()
    run = canary.fly_slowly()
    assert (run.passed, run.step) == (False, step), run.reason
    assert why in run.reason
    assert canary.row().failure == f"{step}: {run.reason}"
    assert canary.asks() == [f"the canary's job does not come through, at the step {step}: {run.reason}"]


def test_a_cloud_that_is_down_is_the_uploads_failure(canary: CanaryHub) -> None:
    canary.cloud.kill()
    canary.tick()
    run = canary.fly_slowly()
    assert (run.step, "did not accept a connection" in run.reason) == ("upload", True), run.reason


def test_a_lost_answer_to_the_upload_is_made_good_by_the_log(canary: CanaryHub) -> None:
    canary.cloud.fault("reset_after", "UploadJobData")
    canary.tick()
    assert canary.fly().passed
    assert len(canary.cloud.uploads()) == 1


def test_ops_are_asked_once_and_it_settles_when_a_run_comes_through(canary: CanaryHub) -> None:
    canary.cloud.kill()
    canary.tick()
    canary.fly_slowly()
    canary.begin_again()
    canary.fly_slowly()
    assert canary.row().failures == 2
    assert len(canary.asks()) == 1
    canary.cloud.start()
    canary.begin_again()
    assert canary.fly_slowly().passed
    assert (canary.asks(), canary.row().failure) == ([], "")


def test_an_account_that_was_refused_once_is_tried_again_by_the_next_run(canary: CanaryHub) -> None:
    refuse_sign_in(canary)
    canary.tick()
    assert not canary.fly_slowly().passed
    canary.cloud.clear_faults()
    canary.begin_again()
    assert canary.fly().passed


def test_switched_off_it_leaves_nothing_and_asks_for_nothing(canary: CanaryHub) -> None:
    canary.cloud.kill()
    canary.tick()
    canary.fly_slowly()
    canary.begin_again()
    canary.set(canary=None)
    canary.tick()
    canary.look()
    row = canary.row()
    assert (row.status, row.due_at, row.started_at, row.failure) == ("resting", None, None, "")
    assert (own_rows(), canary.asks()) == ({}, [])


def test_switched_on_again_it_goes_on(canary: CanaryHub) -> None:
    canary.begin()
    before = canary.row()
    on, off = canary.settings.canary, None
    canary.set(canary=off)
    canary.look()
    canary.set(canary=on)
    canary.tick()
    assert canary.fly().passed
    assert Canary.objects.get().pk == before.pk == OWNER


def test_an_unused_canary_is_no_row(canary: CanaryHub) -> None:
    canary.set(canary=None)
    canary.tick()
    assert Canary.objects.count() == 0


def test_what_somebody_still_works_on_is_waited_for(canary: CanaryHub) -> None:
    canary.begin()
    upload = next(kind for kind in kinds.all_kinds() if kind.name == "upload")
    lease = claims.claim(upload, SyncOperation.objects.get(), "a slow worker")
    assert lease
    canary.begin_again()
    canary.look()
    assert (canary.row().step, SyncOperation.objects.count()) == ("clear", 1)
    lease.give_back(engine.Postponed(timedelta(0), "after all"))
    assert canary.fly().passed


def test_two_workers_at_once_make_one_job(canary: CanaryHub) -> None:
    canary.tick()
    for _ in range(6):
        canary.later(seconds=2)
        drains: list[Callable[[], Any]] = [lambda name=name: engine.drain("default", 5, name) for name in ("ann", "bob")]
        together(*drains)
    canary.work("job_sync")
    assert len(canary.cloud.uploads()) == 1
    assert canary.fly().passed


def test_a_worker_that_comes_back_late_changes_nothing(canary: CanaryHub) -> None:
    canary.tick()
    canary.look()
    canary.later(seconds=2)
    late = claims.claim(Watch(), canary.row(), "late")
    assert late
    canary.later(minutes=3)
    canary.tick()
    canary.look()
    engine.run(late)
    assert SyncOperation.objects.count() == 1
    assert canary.fly().passed
    assert len(canary.cloud.uploads()) == 1


def test_a_canary_that_kills_its_workers_fails_by_name_and_goes_on(canary: CanaryHub) -> None:
    canary.begin()
    for _ in range(3):
        canary.later(seconds=2)
        assert claims.claim(Watch(), canary.row(), "the victim")
        canary.later(minutes=5)
        canary.tick()
    run = Run.objects.get()
    assert (run.passed, "three workers in a row" in run.reason) == (False, True)
    assert Attention.objects.get(kind="canaryFails").object_id == str(OWNER)
    canary.begin_again()
    assert canary.fly().passed

"""What is told when the last retry of an upload failed: once, and only then."""

from collections.abc import Iterator
from typing import Any

import pytest

from assignments import signals
from assignments.services import endings, uploads
from assignments.services.uploading import Upload
from tests.flow.test_uploading import kinds_waiting, lose_the_lease_when_it_leaves
from tests.support.hub import WORKER, Hub
from work import claims, engine
from work.models import Attention, Event


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """What the signal said, each with what a person was asked then."""
    heard: list[dict[str, Any]] = []

    def receiver(**said: Any) -> None:
        heard.append({**said, "asked": kinds_waiting()})

    signals.max_retries_reached.connect(receiver)
    yield heard
    signals.max_retries_reached.disconnect(receiver)


def test_the_last_retry_in_vain_is_told_once_and_again_after_another_round(hub: Hub, told: list[dict[str, Any]]) -> None:
    assignment = hub.assign(retryPolicy={"maxAttempts": 2})
    hub.cloud.fault("status", "UploadJobData", status=500)
    for _ in range(4):
        hub.work("job_sync")
        hub.later(minutes=10)
    said = [(one["assignment"], one["attempts"], one["error_code"], one["asked"]) for one in told]
    assert said == [(assignment, 2, "UNKNOWN_ERROR", ["uploadGaveUp"])]
    assert Event.objects.get(name="max retries reached").reason.startswith("2 attempts, the last: ")
    assert Attention.objects.count() == 1
    uploads.retry(assignment, actor="user ann")
    for _ in range(3):
        hub.work("job_sync")
        hub.later(minutes=10)
    assert len(told) == 2


@pytest.mark.parametrize("why", ["refused", "cancelled meanwhile", "late"])
def test_what_ends_otherwise_is_not_told_as_retried_in_vain(hub: Hub, told: list[dict[str, Any]], why: str) -> None:
    assignment = hub.assign(retryPolicy={"maxAttempts": 1})
    hub.cloud.fault("status", "UploadJobData", status=400 if why == "refused" else 500)
    kind = Upload()
    lease = claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)
    assert lease
    if why == "cancelled meanwhile":
        endings.cancel(assignment, actor="user ann")
    if why == "late":
        lose_the_lease_when_it_leaves(hub, lease)
    engine.run(lease)
    assert (told, hub.upload().status == "gave_up") == ([], why == "refused")

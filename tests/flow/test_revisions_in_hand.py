"""Whoever holds an earlier revision of a job is asked about, however it came to that; whoever holds the newest is not."""

from django.db import connection, transaction

from assignments.models import Job, JobAssignment
from assignments.services import endings, uploads
from assignments.services.jobs import change_job
from tests.support.hub import Hub
from work.models import Attention


def asked() -> list[str]:
    return sorted(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


def edit(hub: Hub, name: str) -> None:
    with transaction.atomic():
        rows = Job.objects.select_for_update() if connection.vendor == "postgresql" else Job.objects
        change_job(rows.get(pk=hub.job.pk), actor="user ann", name=name)


def is_outdated() -> bool:
    return JobAssignment.objects.select_related("job").get().outdated


def test_an_upload_that_is_confirmed_after_an_edit_asks_about_it(hub: Hub) -> None:
    assignment = hub.assign()
    hub.cloud.fault("reset_after", "UploadJobData")
    hub.work("job_sync")
    edit(hub, "another name")
    assert asked() == ["uploadUnconfirmed"]
    uploads.confirm(assignment, "X1", actor="user ann")
    assert is_outdated()
    assert asked() == ["assignmentOutdated"]


def test_an_assignment_that_is_reopened_after_an_edit_asks_about_it_again(hub: Hub) -> None:
    assignment = hub.assign()
    hub.work("job_sync")
    edit(hub, "another name")
    endings.complete(assignment, actor="user ann")
    assert asked() == []
    endings.reopen(assignment, actor="user ann")
    assert is_outdated()
    assert asked() == ["assignmentOutdated"]


def test_the_newest_revision_once_sent_leaves_nothing_to_ask(hub: Hub) -> None:
    assignment = hub.assign()
    hub.work("job_sync")
    edit(hub, "second")
    uploads.resend(assignment, actor="user ann")
    edit(hub, "third")
    assert asked() == ["assignmentOutdated"]
    hub.work("job_sync")
    assert not is_outdated()
    assert asked() == []

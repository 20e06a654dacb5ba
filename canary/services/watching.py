"""The canary as a kind of work: every few seconds a look at how far the run has come, and a verdict at its end."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from canary import states
from canary.models import Canary, Run
from canary.selectors import patience
from canary.services import cast, clearing
from canary.services.stages import Failed, Passed, Stage, Waits, stage
from canary.states import AttentionKind, CanaryStatus, Step
from work import attention
from work.apart import OWNER
from work.clock import now
from work.errors import Refused
from work.kinds import Ending, Kind
from work.leases import Lease, due
from work.models import Priority

LOOK_EVERY = timedelta(seconds=2)
KEPT = 100
"""Runs of which the verdict is kept."""

AT_REST: dict[str, Any] = {"started_at": None, "step": "", "waits_for": ""}


class Watch(Kind[Canary]):
    """One look. The job itself is moved by those who move every job."""

    name = "canary"
    queue = "default"
    model = Canary
    machine = states.canary
    due = (CanaryStatus.RESTING, CanaryStatus.UNDER_WAY)
    running = CanaryStatus.LOOKING
    counted = False

    def prepare(self) -> None:
        """Switched on, it is due."""
        if settings.HUB.canary is None or Canary.objects.filter(pk=OWNER, rank_at__isnull=False).exists():
            return
        Canary.objects.bulk_create([Canary(pk=OWNER, share_key=OWNER, status=CanaryStatus.RESTING)], ignore_conflicts=True)
        Canary.objects.filter(status=CanaryStatus.RESTING, due_at__isnull=True).update(**due(timedelta(0), Priority.NORMAL))

    def perform(self, lease: Lease[Canary]) -> None:
        if settings.HUB.canary is None:
            _switch_off(lease)
        elif lease.item.started_at is None:
            lease.settle(CanaryStatus.UNDER_WAY, after=timedelta(0), started_at=Now(), step=Step.CLEAR)
        else:
            _go_on(lease, _new_job(lease) if lease.item.step == Step.CLEAR else stage())

    def lost(self, item: Canary) -> Ending:
        return Ending(CanaryStatus.UNDER_WAY if item.started_at else CanaryStatus.RESTING, timedelta(0))

    def given_up(self, item: Canary) -> Ending:
        reason = "three workers in a row vanished or broke down over the canary itself; look at their logs"
        failed = Failed(Step(item.step or Step.CLEAR), reason)
        _note_run(item, failed)
        return Ending(CanaryStatus.RESTING, _rest(item), reason, _columns(item, failed))

    def released(self, item: Canary) -> Ending:
        return self.lost(item)


def _new_job(lease: Lease[Canary]) -> Stage:
    """Away with what an earlier run left; then the job is made and assigned, all of it or nothing."""
    with transaction.atomic():
        lease.note()
        if not clearing.clear_away():
            return Waits(Step.CLEAR, "somebody still works on what an earlier run left")
    try:
        with transaction.atomic():
            lease.note(step=Step.UPLOAD)
            cast.send_job()
    except Refused as refusal:
        return Failed(Step.JOB, refusal.message)
    return Waits(Step.UPLOAD, "the job is assigned")


def _go_on(lease: Lease[Canary], reached: Stage) -> None:
    if isinstance(reached, Waits) and _took(lease.item) <= patience():
        lease.settle(CanaryStatus.UNDER_WAY, after=LOOK_EVERY, step=reached.step, waits_for=reached.on)
    elif isinstance(reached, Waits):
        late = f"not done after {_took(lease.item).total_seconds():.0f} s: {reached.on}"
        _end(lease, Failed(reached.step, late))
    else:
        _end(lease, reached)


def _end(lease: Lease[Canary], verdict: Passed | Failed) -> None:
    """What a failed run made is left for whoever looks into it, until the next one begins."""
    with transaction.atomic():
        if not lease.settle(CanaryStatus.RESTING, after=_rest(lease.item), **_columns(lease.item, verdict)):
            return
        _note_run(lease.item, verdict)
        if isinstance(verdict, Passed):
            clearing.clear_away()


def _took(canary: Canary) -> timedelta:
    return now() - canary.started_at if canary.started_at else timedelta(0)


def _rest(canary: Canary) -> timedelta:
    """From one beginning to the next it is the interval, where a run takes no longer."""
    return max(settings.HUB.canary.interval - _took(canary), LOOK_EVERY) if settings.HUB.canary else timedelta(0)


def _columns(canary: Canary, verdict: Passed | Failed) -> dict[str, Any]:
    if isinstance(verdict, Failed):
        return {**AT_REST, "failures": F("failures") + 1, "failure": f"{verdict.step}: {verdict.reason}"}
    return {**AT_REST, "failures": 0, "failure": "", "last_success_at": Now(), "last_duration": _took(canary)}


def _note_run(canary: Canary, verdict: Passed | Failed) -> None:
    """Its line among the last ones, and ops are asked to look once, until one comes through."""
    failed = isinstance(verdict, Failed)
    reason = verdict.reason if isinstance(verdict, Failed) else ""
    started_at = canary.started_at or now()
    Run.objects.create(started_at=started_at, duration=_took(canary), step=verdict.step, passed=not failed, reason=reason)
    Run.objects.filter(pk__in=list(Run.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:])).delete()
    if failed:
        said = f"the canary's job does not come through, at the step {verdict.step}: {reason}"
        attention.raise_once(AttentionKind.FAILS, states.canary.object_type, OWNER, tenant_id=None, reason=said)
    else:
        attention.settle(AttentionKind.FAILS, states.canary.object_type, OWNER)


def _switch_off(lease: Lease[Canary]) -> None:
    """Nothing of it stays but the verdicts. What somebody still works on is looked after a little later."""
    with transaction.atomic():
        lease.note()
        again = None if clearing.clear_away() else LOOK_EVERY
        lease.settle(CanaryStatus.RESTING, after=again, failures=0, failure="", **AT_REST)
        attention.settle(AttentionKind.FAILS, states.canary.object_type, OWNER)

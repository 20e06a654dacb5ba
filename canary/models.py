"""The canary, and what became of its last runs."""

from django.db import models
from django.db.models import Q

from canary.states import CanaryStatus, Step
from work.models import Stamped, WorkItem, work_constraints, work_indexes


class Canary(WorkItem):
    """The only row, under the key of the owner apart. `started_at` and `step` are of the run under way; `failures` in a row."""

    started_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=16, blank=True)
    waits_for = models.TextField(blank=True)
    last_success_at = models.DateTimeField(null=True)
    last_duration = models.DurationField(null=True, help_text="Of the last run that came through")
    failures = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True, help_text="Why the last run failed; empty where it came through")

    class Meta:
        verbose_name_plural = "canary"
        indexes = work_indexes("canary")
        constraints = [
            *work_constraints("canary", CanaryStatus.LOOKING),
            models.CheckConstraint(name="canary_status", condition=Q(status__in=CanaryStatus.values)),
            models.CheckConstraint(name="canary_step", condition=Q(step__in=["", *Step.values])),
        ]

    def __str__(self) -> str:
        return "the canary"

    @property
    def tenant_id(self) -> None:
        """What it asks of a person, it asks of ops."""


class Run(Stamped):
    """One run, made as it ends. `step` is the last one it reached; `reason` is empty where it came through."""

    started_at = models.DateTimeField()
    duration = models.DurationField()
    step = models.CharField(max_length=16, choices=Step.choices)
    passed = models.BooleanField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="run_step", condition=Q(step__in=Step.values))]

    def __str__(self) -> str:
        return "came through" if self.passed else f"failed at {self.step}"

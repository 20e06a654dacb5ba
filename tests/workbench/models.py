"""What is worked on, what the work leaves behind, and what limits it."""

from uuid import UUID

from django.db import models

from work.limiter import RateLimited
from work.models import WorkItem, work_constraints, work_indexes


class Errand(WorkItem):
    """waiting → running → done | waiting | stuck."""

    class Meta:
        indexes = work_indexes("errand")
        constraints = work_constraints("errand", "running")

    def __str__(self) -> str:
        return f"errand {self.pk}"

    @property
    def tenant_id(self) -> UUID | None:
        return self.share_key


class Effect(models.Model):
    """One line per finished errand. Nothing keeps them single but the machine, so a double shows."""

    errand = models.ForeignKey(Errand, on_delete=models.CASCADE, related_name="effects")
    worker = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.errand} by {self.worker}"


class Tap(RateLimited):
    """Something that may be called so often a minute."""

    def __str__(self) -> str:
        return f"tap {self.pk}"

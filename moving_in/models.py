"""How far a move from the old system has come, and what each of its documents became."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from partners.fields import EncryptedTextField
from work.models import Stamped


class Move(Stamped):
    """One taking over of one source. Its progress is written in the transactions that write the data, so neither is ahead."""

    source = models.CharField(max_length=300, help_text="Without passwords")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what the source is and how it is taken over")
    batches = models.PositiveBigIntegerField(default=0, help_text="Written so far: two runs at once cannot both write the next")
    done = models.JSONField(default=list, help_text="Steps that are over")
    step = models.CharField(max_length=300, blank=True, help_text="Which kind of which part of the source is at hand")
    position = models.PositiveBigIntegerField(default=0, help_text="Documents of that part that are behind it")
    mark = models.TextField(blank=True, help_text="The key of the last of them, where the source can begin after a key")
    counts = models.JSONField(default=dict)
    report = models.CharField(max_length=300, blank=True)
    report_size = models.PositiveBigIntegerField(default=0, help_text="Bytes of the report that belong to what is written")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], condition=Q(finished_at__isnull=True), name="move_one_unfinished"),
        ]

    def __str__(self) -> str:
        return self.source


class Origin(models.Model):
    """What a document of the old system became. Its key follows from the document's own, so a document is taken once."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=16)
    legacy_id = models.CharField(max_length=200)
    object_id = models.CharField(max_length=40, help_text="Of the row that it became, or that was there already")
    rest = models.JSONField(null=True, help_text="Fields that no column has")
    sealed = EncryptedTextField(null=True, help_text="Likewise, where they look like secrets: JSON")
    taken_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.legacy_id}"

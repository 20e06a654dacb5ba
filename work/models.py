"""Tables of the machine that moves everything. No domain words here: the apps above bring them."""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from work.ids import new_id


class Timestamps(models.Model):
    """A row that knows, by the database's clock, when it was made and last changed."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Stamped(Timestamps):
    """The same, under a key that sorts by when it was made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class Priority(models.TextChoices):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class WorkItem(Stamped):
    """A row that is leased while somebody works on it. `due_at` says when the clock wants it moved; null: never.

    `rank_at` is `due_at` less the head start of its priority: work is taken in this order, so that low waits but never starves.
    `share_key` names who the work is for; nobody holds more than a fixed number of live leases per kind of work.
    """

    status = models.CharField(max_length=16)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    due_at = models.DateTimeField(null=True, blank=True)
    rank_at = models.DateTimeField(null=True, blank=True)
    share_key = models.UUIDField(null=True, editable=False)
    attempts = models.PositiveIntegerField(default=0)
    losses = models.PositiveSmallIntegerField(default=0, help_text="Times in a row that a worker vanished with it")
    lease_token = models.UUIDField(null=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    leased_by = models.CharField(max_length=200, blank=True, editable=False)
    last_attempt_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def tenant_id(self) -> UUID | None:
        """Whose work this is, for what it asks of a person; asked for only when attention is raised."""
        raise NotImplementedError


def work_indexes(name: str) -> list[models.Index]:
    """The three indexes that the claim, the share of an owner and the reaper ask for; small, as they cover open work only.

    Their conditions follow from any comparison of the column. One that lists states does not for SQLite, which reads the whole
    table then: the states are parameters of the query.
    """
    return [
        models.Index(fields=["rank_at"], name=f"{name}_due", condition=Q(rank_at__isnull=False)),
        models.Index(fields=["share_key"], name=f"{name}_share", condition=Q(lease_token__isnull=False)),
        models.Index(fields=["lease_expires_at"], name=f"{name}_lease", condition=Q(lease_token__isnull=False)),
    ]


def work_constraints(name: str, running: str) -> list[models.BaseConstraint]:
    """A row is under way exactly while it has a lease, with token and end; what is due has a rank."""
    both = Q(status=running, lease_token__isnull=False, lease_expires_at__isnull=False)
    neither = ~Q(status=running) & Q(lease_token__isnull=True, lease_expires_at__isnull=True)
    ranked = Q(due_at__isnull=True, rank_at__isnull=True) | Q(due_at__isnull=False, rank_at__isnull=False)
    return [
        models.CheckConstraint(name=f"{name}_whole_lease", condition=both | neither),
        models.CheckConstraint(name=f"{name}_ranked", condition=ranked),
    ]


class Slot(models.Model):
    """One of the places of a pool that bounds how much runs at once over all workers; free when its time is over."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pool = models.CharField(max_length=100)
    number = models.PositiveSmallIntegerField()
    token = models.UUIDField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="slot_once"),
            models.UniqueConstraint(fields=["token"], condition=Q(token__isnull=False), name="slot_one_per_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.pool} #{self.number}"


ASKED_FOR = Q(via__isnull=False)
"""Events that somebody asked for."""


def audit_index(column: str) -> models.Index:
    """Events that somebody asked for, by one column, newest last."""
    return models.Index(fields=[column, "id"], name=f"audit_by_{column}", condition=ASKED_FOR)


class Event(models.Model):
    """Append-only history: moves between states, refusals, late outcomes, what people did. The database's triggers keep it so.

    What the clock did has no `via`; all else is the audit trail, which has indexes of its own: by the side of the machine's
    moves it is small. `before` and `after` are the values of what was changed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)
    name = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16, blank=True)
    actor = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    via = models.CharField(max_length=160, null=True)  # noqa: DJ001  # null and "" differ: nobody asked, and nobody knows how
    address = models.GenericIPAddressField(null=True)
    actor_id = models.UUIDField(null=True)
    correlation_id = models.CharField(max_length=64, blank=True, db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="event_of_object"),
            *(audit_index(column) for column in ("actor", "actor_id", "name", "object_type", "object_id")),
            models.Index(fields=["id"], name="audit_newest", condition=ASKED_FOR),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}: {self.name}"


class Attention(models.Model):
    """Something that waits for a person: raised once, open until what raised it is over."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    since = models.DateTimeField(db_default=Now(), editable=False)
    kind = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    tenant_id = models.UUIDField(null=True)
    reason = models.TextField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "attention"
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "kind"],
                condition=Q(settled_at__isnull=True),
                name="attention_raised_once",
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "id"], condition=Q(settled_at__isnull=True), name="attention_open")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.object_type} {self.object_id}"


class BeatTick(models.Model):
    """The last tick that each beat process sent. Two beats are harmless, and are seen here."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    last_tick = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "pid"], name="beat_once")]

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"


class WorkerHeartbeat(models.Model):
    """When a worker last took a message from a queue: proof that it consumes, which being alive is not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    queue = models.CharField(max_length=40)
    last_seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "queue"], name="worker_queue_once")]

    def __str__(self) -> str:
        return f"{self.name} on {self.queue}"

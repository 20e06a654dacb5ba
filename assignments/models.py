"""Jobs, who flies them, and what became of sending them and of listing their aircraft."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Customer, User
from assignments.states import AssignmentStatus, DownloadOption, JobStatus, Operation, PollStatus, SweepStatus, SyncStatus
from partners.models import Aircraft, PartnerSystemUser
from work.models import Stamped, Timestamps, WorkItem, work_constraints, work_indexes

FEET_TO_METRES = 0.3048
NOT_CANCELLED = ~Q(status=AssignmentStatus.CANCELLED)


class Job(Timestamps):
    """A field job as the office planned it. Quantities as given; `measure_unit` true: feet and gallons an acre."""

    number = models.PositiveBigIntegerField(primary_key=True, help_text="The job system's number")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="jobs")
    name = models.CharField(max_length=200, blank=True)
    spray_areas = models.JSONField(default=dict, help_text="GeoJSON FeatureCollection of Polygon or MultiPolygon, WGS 84")
    excluded_areas = models.JSONField(default=dict)
    swath_width = models.FloatField(null=True, blank=True, help_text="feet or metres, by measure_unit")
    swath_width_metres = models.FloatField(null=True, editable=False)
    measure_unit = models.BooleanField(default=False, help_text="true: US units")
    app_rate = models.FloatField(null=True, blank=True, help_text="gallons an acre or litres a hectare, by measure_unit")
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    dl_op_type = models.PositiveSmallIntegerField(choices=DownloadOption.choices, default=DownloadOption.NONE)
    revision = models.PositiveIntegerField(default=1, editable=False)
    status = models.CharField(max_length=8, choices=JobStatus.choices, default=JobStatus.OPEN)

    class Meta:
        constraints = [
            models.CheckConstraint(name="job_status", condition=Q(status__in=JobStatus.values)),
            models.CheckConstraint(name="job_swath_width", condition=Q(swath_width__isnull=True) | Q(swath_width__gt=0)),
            models.CheckConstraint(
                name="job_ends_after_start",
                condition=Q(start_date__isnull=True) | Q(end_date__isnull=True) | Q(end_date__gte=models.F("start_date")),
            ),
        ]
        indexes = [models.Index(fields=["customer", "-number"], name="job_of_customer")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()

    @property
    def tenant_id(self) -> Any:
        return self.customer_id


class JobAssignment(Stamped):
    """A job given to somebody: to a pilot (`internal`), or to an aircraft through a customer's account at a partner."""

    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    partner_type = models.CharField(max_length=40, default="internal")
    system_user = models.ForeignKey(
        PartnerSystemUser, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )
    aircraft = models.ForeignKey(Aircraft, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments")
    status = models.PositiveSmallIntegerField(choices=AssignmentStatus.choices, default=AssignmentStatus.NEW)
    date = models.DateTimeField(db_default=Now())
    external_job_id = models.CharField(max_length=200, blank=True)
    earlier_external_job_ids = models.JSONField(default=list, blank=True, help_text="Of earlier revisions; they still match")
    partner_metadata = models.JSONField(default=dict, blank=True, help_text="The customer's own fields")
    upload_metadata = models.JSONField(default=dict, blank=True, help_text="What the partner answered to the upload")
    partner_config = models.JSONField(default=dict, blank=True)
    sent_revision = models.PositiveIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    held_open = models.BooleanField(default=False, help_text="A person reopened it: only a person completes it")

    upload_ms = models.PositiveBigIntegerField(null=True)
    sync_ms = models.PositiveBigIntegerField(null=True)
    conversion_ms = models.PositiveBigIntegerField(null=True)
    download_ms = models.PositiveBigIntegerField(null=True)
    data_size = models.PositiveBigIntegerField(default=0)

    shown_operations: "list[SyncOperation] | None" = None

    class Meta:
        constraints = [
            models.CheckConstraint(name="assignment_status", condition=Q(status__in=AssignmentStatus.values)),
            models.CheckConstraint(
                name="assignment_account",
                condition=Q(partner_type="internal", system_user__isnull=True)
                | (~Q(partner_type="internal") & Q(system_user__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["job", "user", "aircraft"],
                condition=NOT_CANCELLED & Q(aircraft__isnull=False),
                name="assignment_once_per_aircraft",
            ),
            models.UniqueConstraint(
                fields=["job", "user"], condition=NOT_CANCELLED & Q(aircraft__isnull=True), name="assignment_once"
            ),
            models.UniqueConstraint(
                fields=["system_user", "aircraft", "external_job_id"],
                condition=NOT_CANCELLED & ~Q(external_job_id=""),
                name="external_job_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["system_user", "aircraft"],
                name="assignment_open",
                condition=Q(status__in=[AssignmentStatus.NEW, AssignmentStatus.SENT]),
            ),
            models.Index(fields=["user", "id"], name="assignment_of_user"),
            models.Index(fields=["job", "id"], name="assignment_of_job"),
            models.Index(fields=["external_job_id"], name="assignment_by_external_id"),
            models.Index(fields=["id"], name="assignment_not_ended", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"job {self.job_id} for {self.user}"

    @property
    def tenant_id(self) -> Any:
        return self.job.customer_id

    @property
    def is_partner_assignment(self) -> bool:
        """Whether it goes through a partner (the guide's virtual of that name)."""
        return self.partner_type != "internal"

    @property
    def is_open(self) -> bool:
        """Whether it is neither completed nor cancelled."""
        return self.status in (AssignmentStatus.NEW, AssignmentStatus.SENT)

    @property
    def upload(self) -> "SyncOperation | None":
        """Its upload; None where nothing is sent. Reads no row after `read_uploads`, or where `operations` were prefetched."""
        if not self.is_partner_assignment:
            return None
        operations = self.operations.all() if self.shown_operations is None else self.shown_operations
        return next((one for one in operations if one.operation == Operation.JOB_UPLOAD), None)

    @property
    def needs_sync(self) -> bool:
        """Whether the clock still has to bring the job to the partner. What gave up or is unconfirmed waits for a person."""
        return bool(self.is_open and self.upload and self.upload.status in (SyncStatus.PENDING, SyncStatus.SYNCING))

    @property
    def needs_polling(self) -> bool:
        """Whether its aircraft is listed for its sake: from the first attempt to send the job until the assignment ends."""
        return bool(self.is_open and self.aircraft_id and self.upload and self.upload.first_tried_at)

    @property
    def outdated(self) -> bool:
        """Whether the job was edited after the partner, or the pilot, got it."""
        return self.is_open and self.sent_revision is not None and self.sent_revision < self.job.revision


class SyncOperation(WorkItem):
    """What became of one thing to be done at the partner for one assignment."""

    assignment = models.ForeignKey(JobAssignment, on_delete=models.CASCADE, related_name="operations")
    operation = models.CharField(max_length=16, choices=Operation.choices)
    idempotency_key = models.UUIDField(null=True, editable=False, help_text="Of the attempt at hand")
    sent_at = models.DateTimeField(null=True, editable=False, help_text="When the request may have left; empty: it has not")
    revision = models.PositiveIntegerField(null=True, editable=False, help_text="The job's revision that the attempt carries")
    in_doubt = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="An attempt that nobody answered for may have arrived"
    )
    queued_at = models.DateTimeField(db_default=Now(), editable=False, help_text="When somebody last asked for it")
    first_tried_at = models.DateTimeField(null=True, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)

    class Meta:
        indexes = [
            *work_indexes("sync"),
            models.Index(fields=["operation", "status", "assignment", "error_code"], name="sync_by_status"),
        ]
        constraints = [
            *work_constraints("sync", SyncStatus.SYNCING),
            models.UniqueConstraint(fields=["assignment", "operation"], name="operation_once"),
            models.CheckConstraint(name="sync_status", condition=Q(status__in=SyncStatus.values)),
        ]

    def __str__(self) -> str:
        return f"{self.operation} of {self.assignment_id}"

    @property
    def tenant_id(self) -> Any:
        return self.assignment.job.customer_id


class PollTarget(WorkItem):
    """An aircraft of an account, listed while it has open assignments. `attempts`: listings begun since the last good one."""

    system_user = models.ForeignKey(PartnerSystemUser, on_delete=models.CASCADE, related_name="poll_targets")
    aircraft = models.OneToOneField(Aircraft, on_delete=models.CASCADE, related_name="poll_target")
    last_data_check = models.DateTimeField(null=True, editable=False, help_text="The last listing that succeeded")
    last_success_at = models.DateTimeField(null=True, editable=False, help_text="The last listing that showed something new")
    listing_digest = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Of the last listing that was taken in"
    )
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = work_indexes("poll")
        constraints = [
            *work_constraints("poll", PollStatus.POLLING),
            models.UniqueConstraint(fields=["system_user", "aircraft"], name="poll_target_once"),
            models.CheckConstraint(name="poll_status", condition=Q(status__in=PollStatus.values)),
        ]

    def __str__(self) -> str:
        return f"logs of {self.aircraft}"

    @property
    def tenant_id(self) -> Any:
        return self.system_user.customer_id


class Sweep(WorkItem):
    """A look over all assignments that the clock takes again and again. There is one row for each kind of look."""

    name = models.CharField(max_length=40, unique=True)
    ended = models.PositiveIntegerField(default=0, editable=False, help_text="Assignments that the last look completed")

    class Meta:
        indexes = work_indexes("sweep")
        constraints = [
            *work_constraints("sweep", SweepStatus.SWEEPING),
            models.CheckConstraint(name="sweep_status", condition=Q(status__in=SweepStatus.values)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tenant_id(self) -> None:
        return None

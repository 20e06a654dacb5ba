"""Logs as partners list them, their bytes, what they were read as, which jobs they belong to, and what is exported of it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Customer, User
from assignments.models import Job, JobAssignment
from flightdata.states import ApplicationStatus, CoverageStatus, DecidedBy, ExportKind, ExportStatus, LogStatus
from partners.models import Aircraft, PartnerSystemUser
from work.ids import new_id
from work.models import Stamped, WorkItem, work_constraints, work_indexes


class ApplicationFile(Stamped):
    """The raw bytes of one file of one customer, kept unchanged under their SHA-256."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    storage_key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "sha256"], name="file_once")]

    def __str__(self) -> str:
        return self.sha256[:12]


class Application(WorkItem):
    """One file taken in, from a log or by hand: the thing with a stable id that clients hold, and its state of parsing."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="applications")
    file = models.OneToOneField(ApplicationFile, on_delete=models.PROTECT, related_name="application")
    log = models.ForeignKey(
        "PartnerLog",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="applications",
        help_text="Empty: by hand",
    )
    file_name = models.CharField(max_length=300, blank=True)
    partner_type = models.CharField(max_length=40, blank=True)
    aircraft_id = models.CharField(max_length=100, blank=True, help_text="The partner's own id, as given with the file")
    format = models.CharField(max_length=40, blank=True, help_text="The parser that the sender asked for")
    uploaded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    processing_stage = models.CharField(max_length=40, default="received")
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    matched_by_person = models.BooleanField(default=False)
    superseded_at = models.DateTimeField(null=True, blank=True, help_text="Since when a newer version of the log counts instead")
    parsed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            *work_indexes("application"),
            models.Index(fields=["customer", "id"], name="application_of_customer"),
        ]
        constraints = [
            *work_constraints("application", ApplicationStatus.PARSING),
            models.CheckConstraint(name="application_status", condition=Q(status__in=ApplicationStatus.values)),
        ]

    def __str__(self) -> str:
        return self.file_name or str(self.pk)

    @property
    def tenant_id(self) -> Any:
        return self.customer_id


class PartnerLog(WorkItem):
    """One log as the partner lists it, and its state of download."""

    system_user = models.ForeignKey(PartnerSystemUser, on_delete=models.PROTECT, related_name="logs")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="logs")
    aircraft = models.ForeignKey(Aircraft, on_delete=models.PROTECT, related_name="logs")
    external_log_id = models.CharField(max_length=200)
    file_name = models.CharField(max_length=300, blank=True)
    listed_size = models.PositiveBigIntegerField(null=True)
    listed_at = models.DateTimeField(null=True, help_text="The date that the listing shows")
    application = models.ForeignKey(Application, null=True, on_delete=models.PROTECT, related_name="shown_by")
    version = models.PositiveIntegerField(default=0, help_text="The newest fetch that brought other bytes")
    settled = models.BooleanField(default=False, help_text="Known to be whole: by a size, or by a second fetch")
    stored_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            *work_indexes("log"),
            models.Index(fields=["customer", "id"], name="log_of_customer"),
        ]
        constraints = [
            *work_constraints("log", LogStatus.DOWNLOADING),
            models.UniqueConstraint(fields=["system_user", "external_log_id"], name="log_once"),
            models.CheckConstraint(name="log_status", condition=Q(status__in=LogStatus.values)),
        ]

    def __str__(self) -> str:
        return self.file_name or self.external_log_id

    @property
    def tenant_id(self) -> Any:
        return self.customer_id


class LogVersion(models.Model):
    """One whole fetch of a log that brought other bytes than the one before. Only the newest counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    log = models.ForeignKey(PartnerLog, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    file = models.ForeignKey(ApplicationFile, on_delete=models.PROTECT, related_name="versions")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    fetched_at = models.DateTimeField(db_default=Now())
    download_ms = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.log} v{self.number}"


class Interpretation(Stamped):
    """One reading of an application by one parser version with one set of options. One is current."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="interpretations")
    parser = models.CharField(max_length=60)
    parser_version = models.CharField(max_length=40)
    options = models.JSONField(default=dict)
    options_hash = models.CharField(max_length=64)
    current = models.BooleanField(default=False)
    lines = models.PositiveBigIntegerField()
    records = models.PositiveBigIntegerField()
    rejects = models.PositiveBigIntegerField()
    comments = models.PositiveBigIntegerField()
    flagged = models.PositiveBigIntegerField(default=0)
    flags = models.JSONField(default=dict)
    encoding = models.CharField(max_length=40, blank=True)
    stated_job_ids = models.JSONField(default=list)
    synthetic = models.BooleanField(default=False, help_text="The log says so itself")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    bounds = models.JSONField(null=True, help_text="west, south, east, north in degrees")
    line = models.JSONField(default=list, help_text="Simplified track, [longitude, latitude] in degrees")
    track_key = models.CharField(max_length=200)
    rejects_key = models.CharField(max_length=200, blank=True)
    parse_ms = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "parser", "parser_version", "options_hash"], name="interpretation_once"
            ),
            models.UniqueConstraint(fields=["application"], condition=Q(current=True), name="interpretation_one_current"),
            models.CheckConstraint(
                name="interpretation_reconciles",
                condition=Q(lines=models.F("records") + models.F("rejects") + models.F("comments")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} by {self.parser} {self.parser_version}"


class JobFlight(Stamped):
    """An application's part in a job: by a rule with its reasons, or by a person, whom no rule overrules."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="flights")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="flights")
    assignment = models.ForeignKey(JobAssignment, null=True, blank=True, on_delete=models.PROTECT, related_name="flights")
    score = models.FloatField(null=True)
    reasons = models.JSONField(default=list)
    decided_by = models.CharField(max_length=8, choices=DecidedBy.choices)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "job"], name="flight_once"),
            models.CheckConstraint(name="flight_decided_by", condition=Q(decided_by__in=DecidedBy.values)),
        ]

    def __str__(self) -> str:
        return f"{self.application} in job {self.job_id}"


class Coverage(WorkItem):
    """What of a job one flight, or all its flights together, sprayed. Measured again when anything it rests on changes.

    Figures are hectares; null, with `why_not`, where they cannot be measured. `basis` says from what they were taken:
    job revision, interpretations with their tracks, swath width, and the way of measuring.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="coverages")
    flight = models.OneToOneField(
        JobFlight, null=True, on_delete=models.CASCADE, related_name="coverage", help_text="Empty: all flights of the job"
    )
    basis = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what the figures were taken from")
    interpretations = models.JSONField(default=list)
    job_revision = models.PositiveIntegerField(null=True)
    swath_width = models.FloatField(null=True, help_text="metres")
    method = models.CharField(max_length=40, blank=True)
    method_version = models.CharField(max_length=20, blank=True)
    sprayed = models.FloatField(null=True)
    union = models.FloatField(null=True)
    overlap = models.FloatField(null=True)
    inside = models.FloatField(null=True)
    outside = models.FloatField(null=True)
    missed = models.FloatField(null=True)
    areas = models.JSONField(default=list)
    why_not = models.CharField(max_length=40, blank=True, help_text="Why figures are missing, where they are")
    layers_key = models.CharField(max_length=200, blank=True, help_text="GeoJSON of the shapes, in the store of tracks")
    measured_at = models.DateTimeField(null=True)

    class Meta:
        indexes = work_indexes("coverage")
        constraints = [
            *work_constraints("coverage", CoverageStatus.MEASURING),
            models.UniqueConstraint(fields=["job"], condition=Q(flight__isnull=True), name="coverage_once_per_job"),
            models.CheckConstraint(name="coverage_status", condition=Q(status__in=CoverageStatus.values)),
        ]

    def __str__(self) -> str:
        return f"coverage of job {self.job_id}"

    @property
    def tenant_id(self) -> Any:
        return self.job.customer_id


class Export(WorkItem):
    """One file that somebody asked for, and everybody who asks for the same while it lives.

    `over`: its time has come. From then on it stands in nobody's way, is shown as expired, and its file is removed.
    """

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="exports", help_text="Empty: of all, for ops"
    )
    kind = models.CharField(max_length=16, choices=ExportKind.choices)
    format = models.CharField(max_length=16)
    filter = models.JSONField(default=dict, blank=True)
    request_hash = models.CharField(max_length=64, help_text="SHA-256 of kind, format and filter")
    over = models.BooleanField(default=False)
    storage_key = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    error = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [*work_indexes("export"), models.Index(fields=["customer", "id"], name="export_of_customer")]
        constraints = [
            *work_constraints("export", ExportStatus.RUNNING),
            models.UniqueConstraint(fields=["customer", "request_hash"], condition=Q(over=False), name="export_once"),
            models.UniqueConstraint(
                fields=["request_hash"], condition=Q(over=False, customer__isnull=True), name="export_of_all_once"
            ),
            models.CheckConstraint(name="export_status", condition=Q(status__in=ExportStatus.values)),
            models.CheckConstraint(name="export_kind", condition=Q(kind__in=ExportKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} as {self.format}"

    @property
    def tenant_id(self) -> Any:
        return self.customer_id

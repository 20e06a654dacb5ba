"""States of jobs, assignments, uploads and listings, their moves, and how each is left."""

from operator import attrgetter

from django.db.models import IntegerChoices, TextChoices

from work.states import Machine, table


class JobStatus(TextChoices):
    OPEN = "open"
    CLOSED = "closed"


class DownloadOption(IntegerChoices):
    """In which format a pilot takes the job's file along (the job system's `dlOp.type`)."""

    NONE = 0
    KML = 1
    SHP = 2
    GEOJSON = 3
    JSON = 4


class AssignmentStatus(IntegerChoices):
    NEW = 0
    SENT = 1
    COMPLETED = 2
    CANCELLED = 3


class Operation(TextChoices):
    JOB_UPLOAD = "job_upload"
    JOB_CANCEL = "job_cancel"


class SyncStatus(TextChoices):
    PENDING = "pending"
    SYNCING = "syncing"
    SYNCED = "synced"
    GAVE_UP = "gave_up"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"


class PollStatus(TextChoices):
    IDLE = "idle"
    POLLING = "polling"


class SweepStatus(TextChoices):
    IDLE = "idle"
    SWEEPING = "sweeping"


class AttentionKind(TextChoices):
    """What an assignment may ask of a person."""

    UPLOAD_GAVE_UP = "uploadGaveUp"
    UPLOAD_UNCONFIRMED = "uploadUnconfirmed"
    EXTERNAL_ID_HELD = "externalIdHeld"
    OUTDATED = "assignmentOutdated"
    FILE_OUTDATED = "fileOutdated"
    LISTING_FAILS = "listingFails"
    LISTING_ENTRY_UNREADABLE = "listingEntryUnreadable"


job = Machine(
    object_type="job",
    moves=table({JobStatus.OPEN: [JobStatus.CLOSED], JobStatus.CLOSED: [JobStatus.OPEN]}),
    exits={JobStatus.OPEN: "person: close", JobStatus.CLOSED: "person: open"},
)

# Both numbers and names: an assignment's status keeps the job system's integers.
assignment = Machine(
    object_type="assignment",
    moves={
        "0": frozenset({"1", "2", "3"}),
        "1": frozenset({"0", "2", "3"}),
        "2": frozenset({"0", "1"}),
        "3": frozenset(),
    },
    exits={
        "0": "clock: its upload, its job's end; person: take the file along, complete, cancel",
        "1": "clock: its job's end; person: complete, cancel",
        "2": "person: reopen",
        "3": "final",
    },
)

S = SyncStatus
sync = Machine(
    object_type="assignment",
    key=attrgetter("assignment_id"),
    moves=table(
        {
            S.PENDING: [S.SYNCING, S.CANCELLED, S.UNCONFIRMED],
            S.SYNCING: [S.SYNCED, S.PENDING, S.GAVE_UP, S.UNCONFIRMED, S.CANCELLED],
            S.SYNCED: [S.PENDING, S.CANCELLED],
            S.GAVE_UP: [S.PENDING, S.CANCELLED, S.UNCONFIRMED],
            S.UNCONFIRMED: [S.SYNCED, S.PENDING, S.CANCELLED],
            S.CANCELLED: [S.PENDING],
        }
    ),
    exits={
        S.PENDING: "clock: sent when due; person: cancel",
        S.SYNCING: "clock: by its outcome, or when its lease runs out",
        S.SYNCED: "person: resend, cancel",
        S.GAVE_UP: "person: retry, cancel",
        S.UNCONFIRMED: "clock: a late success, or a log that names the job; person: confirm, resend, cancel",
        S.CANCELLED: "person: reopen, where its assignment is completed; else final",
    },
    attention={S.GAVE_UP: AttentionKind.UPLOAD_GAVE_UP, S.UNCONFIRMED: AttentionKind.UPLOAD_UNCONFIRMED},
)

poll = Machine(
    object_type="aircraft",
    key=attrgetter("aircraft_id"),
    moves=table({PollStatus.IDLE: [PollStatus.POLLING], PollStatus.POLLING: [PollStatus.IDLE]}),
    exits={
        PollStatus.IDLE: "clock: listed when due; person: poll now",
        PollStatus.POLLING: "clock: by its outcome, or when its lease runs out",
    },
    quiet=frozenset({(PollStatus.IDLE, PollStatus.POLLING), (PollStatus.POLLING, PollStatus.IDLE)}),
)

sweep = Machine(
    object_type="sweep",
    moves=table({SweepStatus.IDLE: [SweepStatus.SWEEPING], SweepStatus.SWEEPING: [SweepStatus.IDLE]}),
    exits={
        SweepStatus.IDLE: "clock: begun when due",
        SweepStatus.SWEEPING: "clock: by its end, or when its lease runs out",
    },
    quiet=frozenset({(SweepStatus.IDLE, SweepStatus.SWEEPING), (SweepStatus.SWEEPING, SweepStatus.IDLE)}),
)

ACTIONS: dict[str, tuple[str, ...]] = {
    AttentionKind.UPLOAD_GAVE_UP: ("retry", "cancel"),
    AttentionKind.UPLOAD_UNCONFIRMED: ("confirm", "resend", "cancel"),
    AttentionKind.EXTERNAL_ID_HELD: ("confirm",),
    AttentionKind.OUTDATED: ("resend", "complete"),
    AttentionKind.FILE_OUTDATED: ("complete",),
    AttentionKind.LISTING_FAILS: ("poll",),
    AttentionKind.LISTING_ENTRY_UNREADABLE: (),
}

"""States of logs, applications, coverages and exports, their moves, and how each is left."""

from django.db.models import TextChoices

from work.states import Machine, table


class LogStatus(TextChoices):
    DISCOVERED = "discovered"
    SKIPPED = "skipped"
    DOWNLOADING = "downloading"
    STORED = "stored"
    DUPLICATE = "duplicate"
    FAILED = "failed"


class ApplicationStatus(TextChoices):
    STORED = "stored"
    PARSING = "parsing"
    PARSED = "parsed"
    QUARANTINED = "quarantined"


class CoverageStatus(TextChoices):
    WAITING = "waiting"
    MEASURING = "measuring"
    MEASURED = "measured"
    SET_ASIDE = "set_aside"


class ExportStatus(TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


class ExportKind(TextChoices):
    JOBS = "jobs"
    FLIGHTS = "flights"
    COVERAGE = "coverage"


class DecidedBy(TextChoices):
    RULE = "rule"
    PERSON = "person"


class AttentionKind(TextChoices):
    """What flight data may ask of a person."""

    LOG_FAILED = "logFailed"
    QUARANTINED = "applicationQuarantined"
    UNMATCHED = "applicationUnmatched"
    COVERAGE_SET_ASIDE = "coverageSetAside"
    EXPORT_FAILED = "exportFailed"


L = LogStatus
log = Machine(
    object_type="log",
    moves=table(
        {
            L.DISCOVERED: [L.DOWNLOADING],
            L.SKIPPED: [L.DISCOVERED],
            L.DOWNLOADING: [L.STORED, L.DUPLICATE, L.DISCOVERED, L.FAILED],
            L.STORED: [L.DISCOVERED, L.DOWNLOADING],
            L.DUPLICATE: [L.DISCOVERED, L.DOWNLOADING, L.STORED],
            L.FAILED: [L.DISCOVERED],
        }
    ),
    exits={
        L.DISCOVERED: "clock: downloaded when due",
        L.SKIPPED: "clock: a listing that shows it changed; person: fetch",
        L.DOWNLOADING: "clock: by its outcome, or when its lease runs out",
        L.STORED: "clock: a changed listing, or a second fetch that is due; person: retry where its parse is quarantined",
        L.DUPLICATE: "clock: a changed listing, a second fetch that is due, or the log it repeats has other bytes now",
        L.FAILED: "clock: a listing that shows it changed; person: retry",
    },
    attention={L.FAILED: AttentionKind.LOG_FAILED},
)

A = ApplicationStatus
application = Machine(
    object_type="application",
    moves=table(
        {
            A.STORED: [A.PARSING],
            A.PARSING: [A.PARSED, A.QUARANTINED, A.STORED],
            A.PARSED: [A.STORED],
            A.QUARANTINED: [A.STORED],
        }
    ),
    exits={
        A.STORED: "clock: parsed when due",
        A.PARSING: "clock: by its outcome, or when its lease runs out",
        A.PARSED: "person: reparse",
        A.QUARANTINED: "clock: a parser that is new; person: reparse",
    },
    attention={A.QUARANTINED: AttentionKind.QUARANTINED},
)

C = CoverageStatus
coverage = Machine(
    object_type="coverage",
    moves=table(
        {
            C.WAITING: [C.MEASURING],
            C.MEASURING: [C.MEASURED, C.WAITING, C.SET_ASIDE],
            C.MEASURED: [C.WAITING],
            C.SET_ASIDE: [C.WAITING],
        }
    ),
    exits={
        C.WAITING: "clock: measured when due",
        C.MEASURING: "clock: by its outcome, or when its lease runs out",
        C.MEASURED: "clock: when anything it rests on changes",
        C.SET_ASIDE: "clock: when anything it rests on changes; person: measure again",
    },
    quiet=frozenset({(C.WAITING, C.MEASURING), (C.MEASURING, C.WAITING), (C.MEASURED, C.WAITING)}),
    attention={C.SET_ASIDE: AttentionKind.COVERAGE_SET_ASIDE},
)

E = ExportStatus
export = Machine(
    object_type="export",
    moves=table(
        {
            E.WAITING: [E.RUNNING],
            E.RUNNING: [E.DONE, E.FAILED, E.EXPIRED, E.WAITING],
            E.DONE: [E.RUNNING],
            E.FAILED: [E.WAITING, E.RUNNING],
            E.EXPIRED: [],
        }
    ),
    exits={
        E.WAITING: "clock: written when due, or its file removed where its time is over",
        E.RUNNING: "clock: by its outcome, or when its lease runs out",
        E.DONE: "clock: taken up at its end, so that its file is removed",
        E.FAILED: "clock: taken up at its end; person: retry, or ask for the same again",
        E.EXPIRED: "final",
    },
    quiet=frozenset({(E.WAITING, E.RUNNING), (E.DONE, E.RUNNING), (E.FAILED, E.RUNNING), (E.RUNNING, E.WAITING)}),
    attention={E.FAILED: AttentionKind.EXPORT_FAILED},
)

ACTIONS: dict[str, tuple[str, ...]] = {
    AttentionKind.LOG_FAILED: ("retry",),
    AttentionKind.QUARANTINED: ("reparse",),
    AttentionKind.UNMATCHED: ("match",),
    AttentionKind.COVERAGE_SET_ASIDE: ("measure",),
    AttentionKind.EXPORT_FAILED: ("retry",),
}

# The numbers that the guide gives an application's processing.
WIRE_STATUS: dict[str, int] = {A.STORED: 0, A.PARSING: 1, A.PARSED: 2, A.QUARANTINED: 3}

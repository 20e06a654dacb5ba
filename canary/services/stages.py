"""How far a run has come, told by the rows that its job has led to so far."""

from dataclasses import dataclass

from assignments.models import JobAssignment, PollTarget
from assignments.states import SyncStatus
from canary.states import Step
from flightdata import store
from flightdata.models import Application, Interpretation, JobFlight, PartnerLog
from flightdata.states import ApplicationStatus, LogStatus
from work.apart import OWNER

UNDER_WAY = (SyncStatus.PENDING, SyncStatus.SYNCING, SyncStatus.UNCONFIRMED)
"""An upload whose answer was lost is settled by the log that names the job."""


@dataclass(frozen=True)
class Waits:
    """It goes on by itself. `on`: what it waits for, with what went wrong so far."""

    step: Step
    on: str


@dataclass(frozen=True)
class Failed:
    """It will not come through any more."""

    step: Step
    reason: str


@dataclass(frozen=True)
class Passed:
    """Every record of the flight is here."""

    step: Step = Step.RECORDS


Stage = Waits | Failed | Passed


def stage() -> Stage:
    """Of the run under way, once its job is assigned."""
    assignment = JobAssignment.objects.filter(system_user=OWNER).prefetch_related("operations").first()
    upload = assignment.upload if assignment else None
    if assignment is None or upload is None:
        return Failed(Step.JOB, "the job or its assignment is gone")
    if upload.status in UNDER_WAY:
        return Waits(Step.UPLOAD, _said(f"the upload is {upload.status}", upload.error))
    if upload.status != SyncStatus.SYNCED:
        return Failed(Step.UPLOAD, _said(f"the upload is {upload.status}", upload.error))
    return _flight(assignment)


def _flight(assignment: JobAssignment) -> Stage:
    """Which log is the run's own is told by its text: the cloud may list those of runs before. Without an answer to the
    upload, the job's id there is not known, and any will do."""
    readings = Interpretation.objects.filter(application__customer=OWNER, current=True).select_related("application__file")
    own = [one for one in readings if assignment.external_job_id in ("", *one.stated_job_ids)]
    if own:
        return _records(own[0])
    logs = PartnerLog.objects.filter(system_user=OWNER).exclude(status=LogStatus.SKIPPED).select_related("application")
    log = logs.order_by("-listed_at", "-pk").first()
    if log is None or (log.application and log.application.status == ApplicationStatus.PARSED):
        return Waits(Step.LISTING, _said("no log that names its job is here yet", *_listing_error()))
    if log.application is None:
        return _download(log)
    return _parse(log.application)


def _listing_error() -> list[str]:
    return list(PollTarget.objects.filter(system_user=OWNER).values_list("error", flat=True))


def _download(log: PartnerLog) -> Stage:
    said = _said(f"its log is {log.status}", log.error)
    return Failed(Step.DOWNLOAD, said) if log.status == LogStatus.FAILED else Waits(Step.DOWNLOAD, said)


def _parse(application: Application) -> Stage:
    said = _said(f"its file is {application.status}", application.error)
    quarantined = application.status == ApplicationStatus.QUARANTINED
    return Failed(Step.PARSE, said) if quarantined else Waits(Step.PARSE, said)


def _records(reading: Interpretation) -> Stage:
    """Counted three times: as lines of the file by this function, as the parser's figure, and as rows of the track."""
    from flightdata.tracks.reader import count_records  # see flightdata.computing

    flown = _lines_of_data(reading.application.file.storage_key)
    kept = count_records(store.track_path(reading.track_key))
    if not flown or (flown, flown, 0) != (reading.records, kept, reading.rejects):
        counts = f"{reading.records} were read as records and {reading.rejects} refused, and the track holds {kept}"
        return Failed(Step.RECORDS, f"its file has {flown} lines of data; {counts}")
    if not JobFlight.objects.filter(application=reading.application_id, assignment__system_user=OWNER).exists():
        return Failed(Step.RECORDS, "its flight was not tied to its job")
    return Passed()


def _lines_of_data(storage_key: str) -> int:
    """The lines that are neither comment nor empty, less the header: counted without the parser that is being watched."""
    with store.open_raw(storage_key) as file:
        return max(sum(not line.startswith(b"#") for line in file if line.strip()) - 1, 0)


def _said(what: str, *errors: str) -> str:
    return ": ".join([what, *filter(None, errors)])

"""Measuring what was sprayed: of each flight, and of each job over all its flights, as a kind of work.

Each subject has one row. It is due again when anything it rests on changes; what was measured from a set that is no longer
current is not written.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from assignments.models import Job
from flightdata import coverage, states, store
from flightdata.figures import FIGURES
from flightdata.models import Application, Coverage, Interpretation, JobFlight
from flightdata.states import CoverageStatus
from work import history, nudging
from work.kinds import Ending, Kind
from work.leases import Lease, due
from work.models import Priority

QUEUE = "flight_data"
PATIENCE = timedelta(minutes=30)
NO_FIGURES: dict[str, Any] = {**dict.fromkeys(FIGURES), "areas": [], "layers_key": ""}


@dataclass(frozen=True)
class Basis:
    """What figures are taken from."""

    job: Job
    interpretations: list[Interpretation]

    def digest(self) -> str:
        """Equal while nothing that matters has changed. A track is in it, since reading again replaces it in its row."""
        tracks = sorted([str(one.pk), one.track_key] for one in self.interpretations)
        parts = [tracks, self.job.revision, self.job.swath_width_metres, coverage.NAME, coverage.VERSION]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Measurement(Kind[Coverage]):
    """One measurement of one flight or job."""

    name = "coverage"
    queue = QUEUE
    model = Coverage
    machine = states.coverage
    due = (CoverageStatus.WAITING,)
    running = CoverageStatus.MEASURING
    finished = (CoverageStatus.MEASURED,)
    stuck = (CoverageStatus.SET_ASIDE,)

    def load(self, rows: "QuerySet[Coverage]") -> "QuerySet[Coverage]":
        return rows.select_related("job", "flight")

    def names(self, item: Coverage) -> Mapping[str, Any]:
        return {"job": item.job_id}

    def patience(self, item: Coverage) -> timedelta:
        return PATIENCE

    def perform(self, lease: Lease[Coverage]) -> None:
        basis = basis_of(lease.item)
        found = _measure(lease, basis)
        # Listed while the row is surely ours: what the next worker writes there is not touched.
        files = store.tracks_in(_folder_of(lease.item))
        with transaction.atomic():
            settled = _settle(lease, basis, found)
        if settled:
            _clear_away(lease.item, files)

    def lost(self, item: Coverage) -> Ending:
        return Ending(CoverageStatus.WAITING, timedelta(0))

    def given_up(self, item: Coverage) -> Ending:
        reason = "three workers in a row vanished while they measured this; look at their logs, then read a flight of it again"
        return Ending(CoverageStatus.SET_ASIDE, None, reason, {**NO_FIGURES, "why_not": "workerLost"})


def basis_of(row: Coverage) -> Basis:
    """What a row is to be measured from now: current readings of flights that count."""
    flights = Q(application__flights=row.flight_id) if row.flight_id else Q(application__flights__job=row.job_id)
    readings = Interpretation.objects.filter(flights, current=True, application__superseded_at__isnull=True)
    return Basis(Job.objects.get(pk=row.job_id), list(readings.select_related("application").order_by("pk")))


def _measure(lease: Lease[Coverage], basis: Basis) -> dict[str, Any]:
    """The columns of a result; the shapes are left in a file named after this attempt."""
    swath = basis.job.swath_width_metres
    if not basis.interpretations:
        return {**NO_FIGURES, "why_not": "noFlights"}
    if swath is None:
        return {**NO_FIGURES, "why_not": "noSwath"}
    from flightdata.coverage.areas import areas_of  # see flightdata.computing
    from flightdata.coverage.layers import feature_collection
    from flightdata.coverage.measuring import NotMeasurable, measure
    from flightdata.coverage.records import read_records

    tracks = [partial(read_records, store.track_path(one.track_key)) for one in basis.interpretations]
    try:
        measured = measure(tracks, areas_of(basis.job.spray_areas), areas_of(basis.job.excluded_areas), swath)
    except NotMeasurable as why:
        return {**NO_FIGURES, "why_not": why.reason}
    key = f"{_folder_of(lease.item)}/{lease.token}.geojson"
    shapes = feature_collection(measured, [str(one.application_id) for one in basis.interpretations])
    store.write_track_file(key, json.dumps(shapes, separators=(",", ":")).encode())
    by_area = [{"name": name, **figures.as_dict()} for name, figures in measured.by_area]
    return {**measured.figures.as_dict(), "areas": by_area, "why_not": measured.reason, "layers_key": key}


def _settle(lease: Lease[Coverage], basis: Basis, found: dict[str, Any]) -> bool:
    """Write the result where its basis is still current; held, so that no change slips in between. False where it came late."""
    lease.hold()
    if basis_of(lease.item).digest() != basis.digest():
        return lease.settle(CoverageStatus.WAITING, after=timedelta(0), reason="what it rests on changed meanwhile")
    return lease.settle(
        CoverageStatus.MEASURED,
        basis=basis.digest(),
        interpretations=[str(one.pk) for one in basis.interpretations],
        job_revision=basis.job.revision,
        swath_width=basis.job.swath_width_metres,
        method=coverage.NAME,
        method_version=coverage.VERSION,
        measured_at=Now(),
        attempts=0,
        **found,
    )


def _clear_away(row: Coverage, files: set[Path]) -> None:
    keys = Coverage.objects.filter(pk=row.pk).exclude(layers_key="").values_list("layers_key", flat=True)
    store.remove_tracks(files, keys)


def _folder_of(row: Coverage) -> str:
    return f"{row.job.customer_id}/coverage/{row.pk}"


def due_for(job: Job) -> None:
    """Something that the coverage of a job or of its flights rests on changed: measure them anew. Runs inside its transaction."""
    flights = JobFlight.objects.filter(job=job, coverage__isnull=True, application__superseded_at__isnull=True)
    rows = [_row(job, flight) for flight in flights]
    if not Coverage.objects.filter(job=job, flight__isnull=True).exists():
        rows.append(_row(job, None))
    Coverage.objects.bulk_create(rows, ignore_conflicts=True)
    _measure_again(Coverage.objects.filter(job=job))
    nudging.nudge_on_commit(QUEUE)


def measure_again(row: Coverage, *, actor: str) -> None:
    """A person asks for the figures of a job, and of each of its flights, to be taken once more."""
    with transaction.atomic():
        history.record(states.coverage.object_type, row.pk, "measurement asked for", actor=actor)
        due_for(row.job)


def _row(job: Job, flight: JobFlight | None) -> Coverage:
    return Coverage(job=job, flight=flight, share_key=job.customer_id, status=CoverageStatus.WAITING)


def _measure_again(rows: "QuerySet[Coverage]") -> None:
    """All are touched first, in one statement: nobody takes one until this transaction ends, and who measures one waits for
    that with its outcome, and then sees that its basis is gone."""
    rows.update(updated_at=Now())
    rows.filter(status=CoverageStatus.WAITING).update(updated_at=Now(), **due(timedelta(0), Priority.NORMAL))
    for row in rows.filter(status__in=[CoverageStatus.MEASURED, CoverageStatus.SET_ASIDE]).select_related("job"):
        columns = {"attempts": 0, "losses": 0, **due(timedelta(0), Priority.NORMAL)}
        states.coverage.move(row, CoverageStatus.WAITING, actor="clock", reason="what it rests on changed", **columns)


@contextmanager
def measured_anew(application: Application) -> Iterator[None]:
    """The jobs that a flight belongs to before or after this block are measured anew."""
    before = _jobs_of(application)
    yield
    for job in Job.objects.filter(pk__in=before | _jobs_of(application)):
        due_for(job)


def _jobs_of(application: Application) -> set[int]:
    return set(JobFlight.objects.filter(application=application).values_list("job_id", flat=True))


def job_revised(job: Job, **_: object) -> None:
    """An edited job is measured again where anything was flown for it."""
    if JobFlight.objects.filter(job=job).exists():
        due_for(job)

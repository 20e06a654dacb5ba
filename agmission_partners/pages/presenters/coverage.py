"""Coverage as it is stored, and what was planned: the figures are those of the API, never computed a second time."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from assignments.models import Job
from flightdata import figures, store
from flightdata.coverage.areas import areas_of, flatten, positions
from flightdata.coverage.figures import SQUARE_METRES
from flightdata.coverage.projection import LocalMap
from flightdata.models import Coverage, JobFlight
from flightdata.states import CoverageStatus

DRAWN_LAYERS = frozenset({"covered", "missed", "double"})
ROWS = (
    ("sprayed", "Sprayed", "all passes together, ground covered twice counted twice"),
    ("union", "Ground covered", "counted once"),
    ("overlap", "Overlap", "sprayed more than once"),
    ("inside", "Inside the areas", "of the ground covered, what was planned"),
    ("outside", "Outside the areas", "of the ground covered, what was not planned"),
    ("missed", "Missed", "planned and not sprayed"),
)


@dataclass(frozen=True)
class Shown:
    """The API's shape of it, with what pages need besides. `under_way`: it is being measured anew."""

    shape: Mapping[str, Any]
    layers_key: str = ""
    under_way: bool = False

    @property
    def figures(self) -> Mapping[str, float | None] | None:
        """Hectares by the API's names; None where nothing could be measured."""
        return None if self.shape["sprayed"] is None else self.shape

    @property
    def reason(self) -> str:
        """The word for what is missing."""
        return self.shape["reason"] or ""

    @property
    def areas(self) -> Sequence[Mapping[str, Any]]:
        """The same figures for each area, with its name."""
        areas: Sequence[Mapping[str, Any]] = self.shape["areas"]
        return areas

    @property
    def method(self) -> Mapping[str, Any] | None:
        """How it was measured."""
        return self.shape["method"] if self.figures else None

    @property
    def why(self) -> str:
        """The sentence for what is missing; empty where nothing is."""
        return figures.SENTENCES.get(self.reason, f"It cannot be measured: {self.reason}.") if self.reason else ""

    @property
    def rows(self) -> list[tuple[str, str, str, float | None]]:
        """Name, title, meaning and hectares of each figure."""
        found = self.figures or {}
        return [(name, title, meaning, found.get(name)) for name, title, meaning in ROWS]

    @property
    def share_exact(self) -> float | None:
        """How much of what was planned was sprayed, in per cent; None where nothing was planned."""
        found = self.figures or {}
        inside, missed = found.get("inside"), found.get("missed")
        if inside is None or missed is None or inside + missed <= 0:
            return None
        return 100.0 * float(inside) / (float(inside) + float(missed))

    @property
    def share(self) -> int | None:
        """The same for people, cut: 100 % is said only where nothing was missed."""
        exact = self.share_exact
        return None if exact is None else math.floor(exact)


def planned_hectares(job: Job) -> float | None:
    """The areas together, less the exclusions, measured as coverage measures them; None without areas."""
    areas = areas_of(job.spray_areas or {})
    if not areas:
        return None
    corners = positions(areas)
    flat = LocalMap.around(corners[:, 0], corners[:, 1])
    net = shapely.union_all([area.net for area in flatten(areas, areas_of(job.excluded_areas or {}), flat)])
    return round(float(net.area) / SQUARE_METRES, 4)


def of_jobs(jobs: Sequence[Job]) -> dict[int, Shown]:
    """The coverage of each job over all its flights, by number, in one statement."""
    rows = {row.job_id: row for row in Coverage.objects.filter(job__in=[job.number for job in jobs], flight__isnull=True)}
    return {job.number: shown(rows.get(job.number), "noFlights") for job in jobs}


def of_flight(flight: JobFlight) -> Shown:
    """The coverage of one flight in one job; reads no row for flights of `visible_applications`."""
    return shown(figures.of_flight(flight))


def shown(row: Coverage | None, without: str = figures.NOT_MEASURED_YET) -> Shown:
    """A stored row as it is shown. Figures of before stay while they are measured anew; `without`: why there is no row."""
    if row is None:
        return Shown(figures.shape_of(None, without))
    under_way = row.status in (CoverageStatus.WAITING, CoverageStatus.MEASURING)
    return Shown(figures.shape_of(row), row.layers_key, under_way)


def shapes(found: Shown) -> list[dict[str, Any]]:
    """What was covered, missed and sprayed twice, as GeoJSON features with their `layer`; none where nothing was measured."""
    if not found.layers_key:
        return []
    path = store.track_path(found.layers_key)
    if not path.exists():
        return []  # measured anew this moment: the page asks again, and finds the new ones
    features: list[dict[str, Any]] = json.loads(path.read_bytes())["features"]
    return [feature for feature in features if feature["properties"]["layer"] in DRAWN_LAYERS]

"""What waits for a person, with its next step and where to look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from agmission_partners.pages.presenters.words import NEXT_STEPS
from assignments.models import JobAssignment
from flightdata.models import Application, Export, PartnerLog
from work.models import Attention

MOST_SHOWN = 10


@dataclass(frozen=True)
class Waiting:
    """One thing: which, why, since when, what to do; `link` leads to its page, empty where it has none."""

    title: str
    reason: str
    since: datetime
    next_step: str
    link: str


@dataclass(frozen=True)
class Place:
    title: str
    link: str


def oldest(rows: "QuerySet[Attention]") -> dict[str, Any]:
    """What `pages/parts/waiting.html` shows of `visible_attention`: the oldest, and how many there are in all."""
    first = list(rows.order_by("since", "pk")[: MOST_SHOWN + 1])
    in_all = rows.count() if len(first) > MOST_SHOWN else len(first)
    return {"waiting": _present(first[:MOST_SHOWN]), "waiting_in_all": in_all}


def _present(rows: Sequence[Attention]) -> list[Waiting]:
    """For people; one statement for each type of object among them."""
    places = _places(rows)
    return [
        Waiting(
            title=(place := places.get((row.object_type, row.object_id), Place("", ""))).title,
            reason=row.reason,
            since=row.since,
            next_step=NEXT_STEPS.get(row.kind, "Look at it."),
            link=place.link,
        )
        for row in rows
    ]


def _places(rows: Iterable[Attention]) -> dict[tuple[str, str], Place]:
    ids: dict[str, list[str]] = {}
    for row in rows:
        ids.setdefault(row.object_type, []).append(row.object_id)
    found: dict[tuple[str, str], Place] = {}
    if "assignment" in ids:
        for assignment in JobAssignment.objects.filter(pk__in=ids["assignment"]).select_related("job"):
            place = Place(f"Job {assignment.job}", reverse("pages:job", args=[assignment.job_id]))
            found["assignment", str(assignment.pk)] = place
    if "application" in ids:
        for application in Application.objects.filter(pk__in=ids["application"]):
            found["application", str(application.pk)] = Place(f"Flight {application}", _flight(application.pk))
    if "log" in ids:
        for log in PartnerLog.objects.filter(pk__in=ids["log"]):
            found["log", str(log.pk)] = Place(f"Log {log}", _flight(log.application_id))
    if "export" in ids:
        for export in Export.objects.filter(pk__in=ids["export"]):
            found["export", str(export.pk)] = Place(f"Export of {export}", "")
    return found


def _flight(key: object) -> str:
    return reverse("pages:flight", args=[key]) if key else ""

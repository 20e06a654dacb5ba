"""What flights and jobs sprayed, and what the figures rest on."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from accounts.admin_base import (
    Choice,
    Link,
    PersonAction,
    ReadOnlyAdmin,
    ago,
    badge,
    by_actor,
    in_state,
    is_older_than,
    linked,
    question,
    waits,
)
from flightdata.models import Coverage
from flightdata.services import coverages
from flightdata.states import CoverageStatus
from flightdata.today import flights_of_today

TONES = {CoverageStatus.WAITING: "busy", CoverageStatus.MEASURING: "busy", CoverageStatus.SET_ASIDE: "bad"}


@admin.register(Coverage)
class CoverageAdmin(ReadOnlyAdmin):
    """Shapes are drawn on the job's page, not shown as text."""

    object_type = "coverage"
    person_actions = (
        PersonAction(
            "measure",
            "Measure again",
            "The job and all its flights are measured anew, from the areas and the readings of today.",
            by_actor(coverages.measure_again),
        ),
    )
    list_display = (
        "of",
        "job_link",
        "state",
        "sprayed_ha",
        "union_ha",
        "inside_ha",
        "missed_ha",
        "outside_ha",
        "why_not",
        "measured",
    )
    list_filter = (
        in_state(CoverageStatus),
        waits(coverages.Measurement.due),
        question("of", "of", [
            Choice("job", "whole jobs", Q(flight__isnull=True)),
            Choice("flight", "single flights", Q(flight__isnull=False)),
        ]),
        question("figures", "figures", [Choice("none", "none, with a reason", ~Q(why_not=""))]),
        question("day", "day", [Choice("today", "flights taken in today", flights_of_today)]),
        is_older_than("measured", "measured_at"),
        ("job", AutocompleteSelectFilter),
    )  # fmt: skip
    list_filter_submit = True
    list_select_related = ("job", "flight__application")
    search_fields = ("=job__number", "flight__application__file_name")

    def links(self, row: Coverage) -> list[Link]:
        links = [Link(f"Job {row.job_id}", f"/admin/assignments/job/{row.job_id}/change/")]
        if row.flight is None:
            return links
        return [*links, Link("Application", f"/admin/flightdata/application/{row.flight.application_id}/change/")]

    @admin.display(description="coverage of", ordering="id")
    def of(self, row: Coverage) -> str:
        return str(row.flight.application) if row.flight else "the whole job"

    @admin.display(description="job", ordering="job")
    def job_link(self, row: Coverage) -> str:
        return linked(row.job)

    @admin.display(description="state", ordering="status")
    def state(self, row: Coverage) -> str:
        status = CoverageStatus(row.status)
        return badge(status, TONES.get(status, "good"))

    @admin.display(description="sprayed, ha", ordering="sprayed")
    def sprayed_ha(self, row: Coverage) -> str:
        return _hectares(row.sprayed)

    @admin.display(description="covered, ha", ordering="union")
    def union_ha(self, row: Coverage) -> str:
        return _hectares(row.union)

    @admin.display(description="inside, ha", ordering="inside")
    def inside_ha(self, row: Coverage) -> str:
        return _hectares(row.inside)

    @admin.display(description="missed, ha", ordering="missed")
    def missed_ha(self, row: Coverage) -> str:
        return _hectares(row.missed)

    @admin.display(description="outside, ha", ordering="outside")
    def outside_ha(self, row: Coverage) -> str:
        return _hectares(row.outside)

    @admin.display(description="measured", ordering="measured_at")
    def measured(self, row: Coverage) -> str:
        return ago(row.measured_at, row)


def _hectares(value: Any) -> str:
    return "—" if value is None else f"{value:,.2f}"

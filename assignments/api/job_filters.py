"""What a list of jobs may be narrowed by."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from accounts.rest.fields import LARGEST_INTEGER
from accounts.rest.filters import ReferenceFilter, TruthFilter, WireFilterSet
from accounts.selectors import visible_customers
from assignments import selectors
from assignments.models import Job
from assignments.selectors import standing_assignments, visible_assignees
from assignments.states import JobStatus
from partners.selectors import visible_system_users


def job_number_in(text: str) -> int | None:
    """The job number that somebody typed; None where it can be none."""
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= LARGEST_INTEGER else None


def with_assignment(filters: Any, rows: "QuerySet[Job]", path: str, value: Any) -> "QuerySet[Job]":
    """Jobs with an assignment, not cancelled and visible to the asking user, that has this value at `path`, told from the job."""
    standing = standing_assignments(filters.request.user).filter(**{path.removeprefix("assignments__"): value})
    return rows.filter(pk__in=standing.values("job"))


class GivenTo(ReferenceFilter):
    """Jobs with an assignment of the thing that is named."""

    def filter(self, queryset: "QuerySet[Job]", value: str) -> "QuerySet[Job]":
        return with_assignment(self.parent, queryset, self.field_name, self.look_up(value)) if value else queryset


class JobFilters(WireFilterSet):
    customer_id = ReferenceFilter(visible_customers, field_name="customer")
    status = django_filters.ChoiceFilter(choices=JobStatus.choices)
    user_id = GivenTo(visible_assignees, field_name="assignments__user")
    partner_type = django_filters.CharFilter(field_name="assignments__partner_type", max_length=40, method="by_assignment")
    partner_system_user_id = GivenTo(visible_system_users, field_name="assignments__system_user")
    aircraft_id = django_filters.CharFilter(
        field_name="assignments__aircraft__external_id", max_length=100, method="by_assignment"
    )
    outdated = TruthFilter(method="by_outdated")
    date_from = django_filters.DateFilter(method="ending_later")
    date_to = django_filters.DateFilter(method="starting_earlier")
    search = django_filters.CharFilter(method="containing")

    def by_assignment(self, rows: "QuerySet[Job]", name: str, value: str) -> "QuerySet[Job]":
        return with_assignment(self, rows, name, value)

    def by_outdated(self, rows: "QuerySet[Job]", name: str, value: bool) -> "QuerySet[Job]":
        """Jobs of which a partner or a pilot has an earlier revision, or the others."""
        behind = Q(pk__in=selectors.outdated(standing_assignments(self.request.user)).values("job"))
        return rows.filter(behind if value else ~behind)

    def ending_later(self, rows: "QuerySet[Job]", name: str, value: date) -> "QuerySet[Job]":
        """Jobs that do not end before that day."""
        return rows.filter(Q(end_date__gte=value) | Q(end_date__isnull=True))

    def starting_earlier(self, rows: "QuerySet[Job]", name: str, value: date) -> "QuerySet[Job]":
        """Jobs that do not start after that day."""
        return rows.filter(Q(start_date__lte=value) | Q(start_date__isnull=True))

    def containing(self, rows: "QuerySet[Job]", name: str, text: str) -> "QuerySet[Job]":
        """Jobs with this text in their name, or this number."""
        return rows.filter(Q(name__icontains=text) | Q(number=job_number_in(text)))

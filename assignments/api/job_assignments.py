"""`jobs/{number}/assignments/`: who has a job."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema

from accounts.rest.rules import READERS
from accounts.rest.viewsets import Listed, Rules
from assignments.api.assignments import AssignmentFilters
from assignments.api.described import JOB_NUMBER
from assignments.api.serializers import AssignmentSerializer
from assignments.models import JobAssignment
from assignments.selectors import read_uploads, visible_assignments, visible_jobs


@extend_schema(parameters=[JOB_NUMBER])
class JobAssignmentsViewSet(Listed):
    """The assignments of one job, as `assignments/` shows them: to a pilot its own alone."""

    lookup_field = "number"
    selector = staticmethod(visible_jobs)
    serializer_class = AssignmentSerializer
    filterset_class = AssignmentFilters
    rules: Rules = {"list": READERS}

    def get_queryset(self) -> "QuerySet[Any]":
        return visible_assignments(self.user).filter(job=self.subject) if self.subject else super().get_queryset()

    def complete(self, rows: Sequence[JobAssignment]) -> None:
        read_uploads(rows)

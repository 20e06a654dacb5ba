"""Addresses under `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from assignments.api.assignments import AssignmentViewSet
from assignments.api.job_assignments import JobAssignmentsViewSet
from assignments.api.job_file import JobFileViewSet
from assignments.api.jobs import JobViewSet

router = SimpleRouter()
router.register("jobs", JobViewSet, basename="job")
router.register("assignments", AssignmentViewSet, basename="assignment")

urlpatterns = [
    path("jobs/<str:number>/file", JobFileViewSet.as_view({"get": "retrieve"}), name="job-file"),
    path("jobs/<str:number>/assignments/", JobAssignmentsViewSet.as_view({"get": "list"}), name="job-assignments"),
    *router.urls,
]

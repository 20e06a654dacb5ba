"""Addresses under `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from flightdata.api.applications import ApplicationViewSet
from flightdata.api.coverage import JobCoverageViewSet
from flightdata.api.exports import ExportViewSet
from flightdata.api.logs import LogViewSet

router = SimpleRouter()
router.register("logs", LogViewSet, basename="log")
router.register("applications", ApplicationViewSet, basename="application")
router.register("exports", ExportViewSet, basename="export")

urlpatterns = [
    path("jobs/<str:number>/coverage/", JobCoverageViewSet.as_view({"get": "retrieve"}), name="job-coverage"),
    *router.urls,
]

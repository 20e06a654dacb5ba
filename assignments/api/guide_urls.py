"""Addresses of the implementation guide, under `/api/`."""

from django.urls import path

from assignments.api.assign import AssignView

urlpatterns = [path("jobs/<str:number>/assign", AssignView.as_view({"post": "assign"}), name="assign")]

"""Addresses under `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from agmission_partners.api.attention import AttentionViewSet
from agmission_partners.api.description import DescriptionView, PagesView
from agmission_partners.api.queues import QueuesView

router = SimpleRouter()
router.register("system/attention", AttentionViewSet, basename="attention")

urlpatterns = [
    *router.urls,
    path("system/queues/", QueuesView.as_view(), name="queues"),
    path("schema/", DescriptionView.as_view(), name="schema"),
    path("docs/", PagesView.as_view(), name="docs"),
]

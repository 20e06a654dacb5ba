"""Addresses of the implementation guide, under `/api/`."""

from django.urls import path

from partners.api.partners import PartnerViewSet
from partners.api.system_users import SystemUserViewSet

urlpatterns = [
    path("partner/createPartner", PartnerViewSet.as_view({"post": "create"}, basename="partner"), name="create-partner"),
    path(
        "partner/createSystemUser",
        SystemUserViewSet.as_view({"post": "create"}, basename="partner-system-user"),
        name="create-system-user",
    ),
]

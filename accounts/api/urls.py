"""Addresses under `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.api.audit import AuditViewSet
from accounts.api.customers import CustomerViewSet
from accounts.api.signing_in import LoginView, LogoutView
from accounts.api.tokens import ApiTokenViewSet

router = SimpleRouter()
router.register("customers", CustomerViewSet, basename="customer")
router.register("api-tokens", ApiTokenViewSet, basename="api-token")
router.register("audit", AuditViewSet, basename="audit-entry")

urlpatterns = [
    path("auth/login", LoginView.as_view(), name="login"),
    path("auth/logout/", LogoutView.as_view(), name="logout"),
    *router.urls,
]

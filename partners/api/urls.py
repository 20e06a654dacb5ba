"""Addresses under `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from partners.api.partners import PartnerViewSet
from partners.api.system_users import SystemUserViewSet
from partners.api.users import UserViewSet

router = SimpleRouter()
router.register("users", UserViewSet, basename="user")
router.register("partners", PartnerViewSet, basename="partner")
router.register("partner-system-users", SystemUserViewSet, basename="partner-system-user")

urlpatterns = router.urls

"""Which site Django's admin is here."""

from django.contrib.admin.apps import SimpleAdminConfig


class HubAdminConfig(SimpleAdminConfig):
    """Its pages are found by `agmission_partners.urls`: workers show none, and start in less time without them."""

    default_site = "agmission_partners.admin_site.HubAdminSite"

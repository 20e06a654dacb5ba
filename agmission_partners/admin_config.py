"""Which site Django's admin is here."""

from django.contrib.admin.apps import AdminConfig


class HubAdminConfig(AdminConfig):
    default_site = "agmission_partners.admin_site.HubAdminSite"

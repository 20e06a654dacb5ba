"""The addresses of the hub; `/healthz`, `/readyz` and a scraper's `/metrics` are answered before (`health.py`)."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from agmission_partners.api.metrics import MetricsView

admin.autodiscover()
urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("metrics", MetricsView.as_view()),
    path("", include("agmission_partners.pages.urls")),
]
if find_spec("agmission_partners.api_urls"):
    urlpatterns.append(path("", include("agmission_partners.api_urls")))

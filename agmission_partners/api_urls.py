"""All addresses of the REST API. Each app names its own in `<app>/api/urls.py`."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

APPS = ("agmission_partners", "accounts", "partners", "assignments", "flightdata")
GUIDE_APPS = ("partners", "assignments")
"""With addresses of the implementation guide, names kept, in `<app>/api/guide_urls.py`."""


def _of(apps: tuple[str, ...], prefix: str, module: str) -> list[URLPattern | URLResolver]:
    modules = [f"{app}.api.{module}" for app in apps if find_spec(f"{app}.api")]
    return [path(prefix, include(one)) for one in modules if find_spec(one)]


urlpatterns: list[URLPattern | URLResolver] = [*_of(APPS, "api/v1/", "urls"), *_of(GUIDE_APPS, "api/", "guide_urls")]

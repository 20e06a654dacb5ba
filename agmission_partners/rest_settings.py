"""Settings of the REST API: Django REST Framework and its OpenAPI generator."""

from typing import Any

from accounts.rest.described import COMPONENTS

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.rest.parsers.BoundedJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.rest.authentication.HubTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["accounts.rest.filters.AskedFilters"],
    "DEFAULT_SCHEMA_CLASS": "accounts.rest.schema.HubSchema",
    "DEFAULT_PAGINATION_CLASS": "accounts.rest.paging.NewestFirst",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "accounts.rest.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter of exports
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "agmission-partners",
    "VERSION": "0.1.0",
    "DESCRIPTION": "The hub between an operator's job system and the clouds and files of its aircraft partners.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "APPEND_COMPONENTS": COMPONENTS,
    "SCHEMA_PATH_PREFIX": r"/api/(v1/)?",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"HealthStatusEnum": "partners.states.HealthStatus"},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None, "persistAuthorization": False},
}

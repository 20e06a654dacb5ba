"""Examples in the OpenAPI document: a request of an operation, and what it is answered. They stand beside the serializers."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample

MADE_AT = "2026-05-01T12:00:00Z"
STAMPS = {"createdAt": MADE_AT, "updatedAt": MADE_AT}


def of(
    name: str,
    asked: dict[str, Any],
    answered: dict[str, Any],
    status: int = HTTPStatus.CREATED,
    *,
    sent_as: str = "application/json",
) -> list[OpenApiExample]:
    """Both, for `extend_schema`."""
    return [
        OpenApiExample(name, asked, request_only=True, media_type=sent_as),
        OpenApiExample(name, answered, response_only=True, status_codes=[str(int(status))]),
    ]

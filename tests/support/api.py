"""Asking the REST API as somebody."""

from typing import Any

from django.conf import settings
from rest_framework.test import APIClient

from accounts.models import User


def as_user(user: User) -> APIClient:
    """A client with the user's session, which begins where this object of the user asks for the first time."""
    client = APIClient()
    if session := vars(user).get("session_of_tests"):
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    else:
        client.force_login(user)
        vars(user)["session_of_tests"] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return client


def complaints(response: Any) -> dict[str, str]:
    """Code by field of a problem document."""
    assert response["Content-Type"] == "application/problem+json", response.content
    problem = response.json()
    assert set(problem) >= {"type", "title", "status", "detail", "errors"}
    assert problem["status"] == response.status_code
    return {error["field"]: error["code"] for error in problem["errors"]}

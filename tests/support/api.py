"""Asking the REST API as somebody."""

from typing import Any

from rest_framework.test import APIClient

from accounts.models import User


def as_user(user: User) -> APIClient:
    """A client with the user's session."""
    client = APIClient()
    client.force_login(user)
    return client


def complaints(response: Any) -> dict[str, str]:
    """Code by field of a problem document."""
    assert response["Content-Type"] == "application/problem+json", response.content
    problem = response.json()
    assert set(problem) >= {"type", "title", "status", "detail", "errors"}
    assert problem["status"] == response.status_code
    return {error["field"]: error["code"] for error in problem["errors"]}

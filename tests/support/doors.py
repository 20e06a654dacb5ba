"""The ways to sign in with a password."""

from typing import Any

from django.test import Client

PASSWORD = "crop-duster-9"
DOORS = ("/api/v1/auth/login", "/login/", "/admin/login/")


def knock(door: str, username: str = "root", guess: str = "wrong", address: str = "192.0.2.66", **headers: str) -> Any:
    """One try from one address."""
    body = {"username": username, "password": guess}
    options: dict[str, Any] = {"content_type": "application/json"} if door.startswith("/api") else {}
    return Client().post(door, body, REMOTE_ADDR=address, headers=headers, **options)

"""How people, commands and the clock are named in histories."""

from accounts.models import User
from work.history import CLOCK
from work.provenance import system_user

ANYBODY = "anybody"
"""Whoever tried to sign in and could not."""

__all__ = ["ANYBODY", "CLOCK", "name_of", "of_command"]


def name_of(user: User) -> str:
    """The actor's name for a person."""
    return f"user {user.username}"


def of_command() -> str:
    """The actor's name for whoever gives a command on this machine."""
    return f"command {system_user()}"

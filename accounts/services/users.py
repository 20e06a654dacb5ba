"""Making and changing the people who sign in."""

from contextlib import AbstractContextManager
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from accounts.models import User
from accounts.services.tokens import end_tokens
from accounts.services.writing import only_once, record_change, record_created, write
from accounts.states import Role

OBJECT_TYPE = "user"


def create_user(*, actor: str, password: str | None = None, **fields: Any) -> User:
    """A new person; without a password nobody can sign in as it until one is set. Refused where the name or old id is taken."""
    user = User(**fields)
    user.set_password(password)
    _follow_role(user)
    with _user_names(user):
        user.save(force_insert=True)
        record_created(OBJECT_TYPE, user, actor=actor)
    return user


def change_user(user: User, *, actor: str, password: str | None = None, **fields: Any) -> User:
    """Change a person. A new password, or deactivation, ends its tokens. Refused where the name or old id is taken."""
    wanted = dict(fields)
    if password is not None:
        wanted["password"] = make_password(password)
    if "role" in fields:
        wanted["is_staff"] = wanted["is_superuser"] = fields["role"] == Role.OPS
    with _user_names(User(pk=user.pk, username=fields.get("username", user.username), legacy_id=fields.get("legacy_id"))):
        record_change(OBJECT_TYPE, user, write(user, wanted), actor=actor)
        if password is not None or not user.is_active:
            end_tokens(user, actor=actor)
    return user


def _follow_role(user: User) -> None:
    """The Django admin is for ops."""
    user.is_staff = user.is_superuser = user.role == Role.OPS


def _user_names(user: User) -> AbstractContextManager[None]:
    same = Q(username=user.username) | (Q(legacy_id=user.legacy_id) if user.legacy_id else Q())
    others = User.objects.filter(same).exclude(pk=user.pk)
    named = f"the username {user.username}" + (f" or the legacyId {user.legacy_id}" if user.legacy_id else "")
    return only_once(others, f"A user with {named} exists already.", "userTaken")

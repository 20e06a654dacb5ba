"""Who may sign in at all."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser

from accounts.models import User


def may_sign_in(user: AbstractBaseUser | None) -> bool:
    """Active people, of an active customer where they belong to one."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.customer is None or user.customer.active


class AccountBackend(ModelBackend):
    """Passwords and sessions of those who may sign in."""

    def user_can_authenticate(self, user: Any) -> bool:
        return may_sign_in(user)

    def get_user(self, user_id: Any) -> User | None:
        """Of a session: with the customer, which `may_sign_in` asks for, in one statement."""
        user = User.objects.select_related("customer").filter(pk=user_id).first()
        return user if may_sign_in(user) else None

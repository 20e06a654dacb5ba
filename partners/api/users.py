"""`users/`: the people who sign in. It stands here, above `accounts`, as a user may be the login of a partner."""

from typing import Any

import django_filters
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from rest_framework import serializers

from accounts.api.users import UserSerializer
from accounts.models import User
from accounts.rest.fields import Reference, SecretField
from accounts.rest.filters import ReferenceFilter, TruthFilter, WireFilterSet
from accounts.rest.rules import OFFICE, OPS
from accounts.rest.viewsets import Created, Deleted, Listed, Read, Rules, Updated
from accounts.selectors import visible_customers, visible_users
from accounts.services import users
from accounts.states import Role
from partners.selectors import visible_partners
from partners.services import memberships
from work.errors import Refused


class WritableUserSerializer(UserSerializer):
    """A user as ops write it. Without a password nobody can sign in as it."""

    password = SecretField(required=False, max_length=1000)
    customer_id = Reference(visible_customers, source="customer", required=False, allow_null=True)
    partner_id = Reference(visible_partners, source="partner", required=False, allow_null=True)  # type: ignore[assignment]
    legacy_id = serializers.CharField(required=False, allow_null=True, max_length=40)

    class Meta(UserSerializer.Meta):
        fields = (*UserSerializer.Meta.fields, "password")

    @cached_property
    def _shown(self) -> UserSerializer:
        """One for all rows of a page: to make one costs more than to show ten users."""
        return UserSerializer(context=self.context)

    def to_representation(self, instance: User) -> dict[str, Any]:
        return self._shown.to_representation(instance)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Role, customer and partner must agree, and the password must not be an easy one."""
        _check_belonging(self.instance, attrs)
        if "password" in attrs:
            _check_password(attrs["password"], self.instance or User(username=attrs.get("username", "")))
        if _looks_like_an_id(attrs.get("legacy_id")):
            raise serializers.ValidationError({"legacyId": ["must not look like an id of this system"]})
        return attrs


def _check_belonging(user: User | None, attrs: dict[str, Any]) -> None:
    role = attrs.get("role", user.role if user else Role.CUSTOMER)
    customer = attrs.get("customer", user.customer if user else None)
    partner = attrs.get("partner", memberships.partner_of(user) if user else None)
    of_customer = role in (Role.CUSTOMER, Role.PILOT)
    if of_customer != (customer is not None):
        raise serializers.ValidationError({"customerId": [f"the role {role} {'needs one' if of_customer else 'has none'}"]})
    if (role == Role.PARTNER) != (partner is not None):
        raise serializers.ValidationError(
            {"partnerId": [f"the role {role} {'needs one' if role == Role.PARTNER else 'has none'}"]}
        )
    moved = user is not None and user.customer is not None and customer != user.customer
    if moved or (user is not None and (role == Role.PARTNER) != (user.role == Role.PARTNER)):
        raise serializers.ValidationError("a user stays with its customer or partner; deactivate it and make a new one", "fixed")


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ModelValidationError as error:
        raise serializers.ValidationError({"password": list(error.messages)}, "weakPassword") from None


def _looks_like_an_id(text: str | None) -> bool:
    return text is not None and len(text.replace("-", "")) == 32


class UserFilters(WireFilterSet):
    customer_id = ReferenceFilter(visible_customers, field_name="customer")
    partner_id = ReferenceFilter(visible_partners, field_name="partner_membership__partner")
    role = django_filters.ChoiceFilter(choices=Role.choices)
    active = TruthFilter(field_name="is_active")
    legacy_id = django_filters.CharFilter(max_length=40)
    search = django_filters.CharFilter(method="containing")

    def containing(self, rows: "QuerySet[User]", name: str, text: str) -> "QuerySet[User]":
        """Users with this text in their username, name or email."""
        return rows.filter(Q(username__icontains=text) | Q(name__icontains=text) | Q(email__icontains=text))


class UserViewSet(Listed, Read, Created, Updated, Deleted):
    """People and programs that sign in; deleting one deactivates it and ends its tokens."""

    serializer_class = WritableUserSerializer
    filterset_class = UserFilters
    selector = staticmethod(visible_users)
    machine_columns = ("last_login",)
    rules: Rules = {
        "list": OFFICE,
        "retrieve": OFFICE,
        "create": OPS,
        "update": OPS,
        "partial_update": OPS,
        "destroy": OPS,
    }

    def visible(self) -> "QuerySet[User]":
        return super().visible().select_related("partner_membership")

    def make(self, *, partner: Any = None, **fields: Any) -> User:
        if partner is None:
            return users.create_user(actor=self.actor, **fields)
        return memberships.create_login(partner=partner, actor=self.actor, **fields)

    def change(self, row: User, *, partner: Any = None, **fields: Any) -> User:
        if row.pk == self.user.pk and (fields.get("is_active") is False or fields.get("role", row.role) != row.role):
            raise Refused("You cannot take your own access away; let another ops user do it.", "ownAccess")
        return users.change_user(row, actor=self.actor, **fields)

    def remove(self, row: User) -> None:
        self.change(row, is_active=False)

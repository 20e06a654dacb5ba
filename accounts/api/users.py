"""How a user looks on the wire. The resource itself is `partners/api/users.py`, as a user may belong to a partner."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.models import User
from accounts.rest.fields import Reference
from accounts.rest.serializers import WireModelSerializer


class UserSerializer(WireModelSerializer):
    """A user as others see it, without anything secret."""

    customer_id = Reference(source="customer")
    partner_id = serializers.SerializerMethodField()
    active = serializers.BooleanField(source="is_active", required=False)

    class Meta:
        model = User
        fields: Any = (
            "id",
            "legacy_id",
            "username",
            "role",
            "customer_id",
            "partner_id",
            "name",
            "email",
            "active",
            "created_at",
            "updated_at",
        )

    def get_partner_id(self, user: User) -> UUID | None:
        """The partner organization whose login this is."""
        membership = getattr(user, "partner_membership", None)
        return membership.partner_id if membership else None

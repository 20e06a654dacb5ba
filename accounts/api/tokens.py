"""`api-tokens/`: the asking user's own tokens, those of its sign-ins too."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from accounts.rest.fields import UtcDateTimeField
from accounts.rest.idempotency import idempotent
from accounts.rest.rules import EVERYBODY
from accounts.rest.serializers import WireModelSerializer
from accounts.rest.viewsets import Deleted, Listed, Read, Rules, Updated
from accounts.selectors import visible_tokens
from accounts.services import tokens
from work.clock import now


class ApiTokenSerializer(WireModelSerializer):
    """A token, without the token itself; `lastUsedAt` is true to the hour."""

    expires_at = UtcDateTimeField(source="expiry", required=False)

    class Meta:
        model = ApiToken
        fixed = ("expiry",)
        read_only_fields = ("last_used_at",)
        extra_kwargs = {"name": {"required": True}}
        fields: Any = ("id", "name", "expires_at", "last_used_at", "created_at", "updated_at")


class MadeTokenSerializer(ApiTokenSerializer):
    """A new token. `token` is shown this once; `expiresAt`: 90 days from now where it is not given, 366 at most."""

    token = serializers.CharField(read_only=True)

    class Meta(ApiTokenSerializer.Meta):
        fields = (*ApiTokenSerializer.Meta.fields, "token")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """It ends after now, and within a year."""
        if "expiry" in attrs and not now() < attrs["expiry"] <= now() + tokens.LASTS_AT_MOST:
            complaint = ErrorDetail(f"must be a time within the next {tokens.LASTS_AT_MOST.days} days", "outOfBounds")
            raise serializers.ValidationError({"expiresAt": [complaint]})
        return attrs


class ApiTokenViewSet(Listed, Read, Updated, Deleted):
    """Tokens that programs sign in with; deleting one revokes it."""

    serializer_class = ApiTokenSerializer
    selector = staticmethod(visible_tokens)
    machine_columns = ("last_used_at",)
    rules: Rules = dict.fromkeys(("list", "retrieve", "create", "update", "partial_update", "destroy"), EVERYBODY)

    @extend_schema(request=MadeTokenSerializer, responses={HTTPStatus.CREATED: MadeTokenSerializer})
    @idempotent(unremembered=("token",))
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Makes one, and shows it: nobody can tell it again, not even to who repeats this with the same Idempotency-Key."""
        body = MadeTokenSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        fields = body.validated_data
        row, token = tokens.create_token(user=self.user, actor=self.actor, name=fields["name"], expires_at=fields.get("expiry"))
        answer = self.made(row)
        answer.data = {**answer.data, "token": token}
        answer["Cache-Control"] = "no-store"
        return answer

    def change(self, row: ApiToken, **fields: Any) -> ApiToken:
        return tokens.rename_token(row, actor=self.actor, name=fields.get("name", row.name))

    def remove(self, row: ApiToken) -> None:
        tokens.revoke_token(row, actor=self.actor)

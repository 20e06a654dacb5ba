"""`partner-system-users/`, and the guide's `createSystemUser`: customers' own accounts at partners."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Customer, is_time_zone
from accounts.rest.fields import Reference, SecretField, WholeNumberField
from accounts.rest.filters import ReferenceFilter, SearchFilter, TruthFilter, WireFilterSet
from accounts.rest.paging import QUERY_PARAMETERS
from accounts.rest.rules import OFFICE
from accounts.rest.serializers import NothingSerializer, WireModelSerializer
from accounts.rest.viewsets import Created, Deleted, Listed, Orderings, Read, Rules, Updated
from accounts.selectors import visible_customers
from accounts.states import Role
from partners.account_states import state_is
from partners.api.examples import NEW_ACCOUNT
from partners.models import WATCHED, Aircraft, PartnerSystemUser
from partners.selectors import held_until, state_of, visible_aircraft, visible_partners, visible_system_users
from partners.services import aircraft as aircraft_service
from partners.services import signing_in, system_users
from partners.states import AccountState

MOST_CALLS_A_MINUTE = 100_000
TOLD_IDS = {"partner_user_id": "signed_in_user_id", "company_id": "signed_in_company_id"}
"""Entered ids, and those that the partner's sign-in returned, which are shown in their place."""


class SystemUserSerializer(WireModelSerializer):
    """An account. Secrets are written, never shown; the ids that the partner's sign-in returned win over those entered."""

    partner_id = Reference(visible_partners, source="partner")
    customer_id = Reference(visible_customers, source="customer", required=False)
    api_key = SecretField(required=False, allow_blank=True, max_length=1000)
    api_secret = SecretField(required=False, allow_blank=True, max_length=1000)
    log_time_zone = serializers.CharField(required=False, max_length=60, validators=[is_time_zone])
    rate_limit = WholeNumberField(required=False, allow_null=True, min_value=1, max_value=MOST_CALLS_A_MINUTE)
    state = serializers.SerializerMethodField()

    class Meta:
        model = PartnerSystemUser
        fixed = ("partner", "customer")
        read_only_fields = ("paused_until", "last_success_at")
        fields = (
            "id",
            "partner_id",
            "customer_id",
            "name",
            "partner_user_id",
            "partner_username",
            "company_id",
            "api_key",
            "api_secret",
            "active",
            "logs_since",
            "log_time_zone",
            "log_altitude_unit",
            "log_speed_unit",
            "rate_limit",
            "state",
            "paused_until",
            "last_success_at",
            "created_at",
            "updated_at",
        )

    def to_representation(self, instance: PartnerSystemUser) -> dict[str, Any]:
        shown = super().to_representation(instance)
        shown["partnerUserId"] = instance.signed_in_user_id or instance.partner_user_id
        shown["companyId"] = instance.signed_in_company_id or instance.company_id
        until = held_until(instance)
        shown["pausedUntil"] = self.fields["pausedUntil"].to_representation(until) if until else None
        return shown

    def get_state(self, system_user: PartnerSystemUser) -> AccountState:
        """What the account is in now."""
        return state_of(system_user)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ops say whose account it is; a customer's people need not. Ids that the sign-in told, sent back, are no change."""
        if self.instance is None and "customer" not in attrs:
            attrs["customer"] = self._own_customer()
        for entered, told in TOLD_IDS.items():
            if attrs.get(entered) and attrs[entered] == getattr(self.instance, told, ""):
                del attrs[entered]
        return attrs

    def _own_customer(self) -> Customer:
        user = self.context["request"].user
        if user.role != Role.CUSTOMER or user.customer is None:
            raise serializers.ValidationError({"customerId": ["This field is required."]}, "required")
        return user.customer


class AircraftSerializer(WireModelSerializer):
    """An aircraft as the partner lists it; `externalId` is the partner's own id, which is `aircraftId` everywhere else."""

    partner_system_user_id = Reference(source="system_user")

    class Meta:
        model = Aircraft
        fields = (
            "id",
            "partner_system_user_id",
            "external_id",
            "name",
            "type",
            "status",
            "last_seen",
            "created_at",
            "updated_at",
        )


class VerifiedSerializer(SystemUserSerializer):
    """The account after its sign-in was tried, and what came of it, in words."""

    verified = serializers.BooleanField(read_only=True)
    verdict = serializers.CharField(read_only=True)
    error_code = serializers.CharField(read_only=True, allow_null=True)

    class Meta(SystemUserSerializer.Meta):
        fields = (*SystemUserSerializer.Meta.fields, "verified", "verdict", "error_code")  # type: ignore[assignment]  # longer


class SystemUserFilters(WireFilterSet):
    customer_id = ReferenceFilter(visible_customers, field_name="customer")
    partner_id = ReferenceFilter(visible_partners, field_name="partner")
    active = TruthFilter()
    state = django_filters.ChoiceFilter(choices=AccountState.choices, method="by_state")
    search = SearchFilter("name", "partner_username", "company_id")

    def by_state(self, rows: "QuerySet[PartnerSystemUser]", name: str, value: str) -> "QuerySet[PartnerSystemUser]":
        return rows.filter(state_is(AccountState(value)))


class AircraftFilters(WireFilterSet):
    external_id = django_filters.CharFilter(max_length=100)
    search = SearchFilter("external_id", "name")


@extend_schema_view(create=extend_schema(examples=NEW_ACCOUNT))
class SystemUserViewSet(Listed, Read, Created, Updated, Deleted):
    """Accounts; deleting one deactivates it: no call is made for it any more."""

    serializer_class = SystemUserSerializer
    filterset_class = SystemUserFilters
    selector = staticmethod(visible_system_users)
    orderings: Orderings = {"name": "name", "partnerUsername": "partner_username", "createdAt": "pk"}
    machine_columns = (
        *WATCHED,
        "next_call_at",
        "sign_in",
        "credentials_version",
        "signed_in_user_id",
        "signed_in_company_id",
        "verified_at",
        "last_success_at",
        "refused_at",
        "refusal_doubted",
        "paused_until",
    )
    rules: Rules = {
        "list": OFFICE,
        "retrieve": OFFICE,
        "create": OFFICE,
        "update": OFFICE,
        "partial_update": OFFICE,
        "destroy": OFFICE,
        "verify": OFFICE,
        "pause": OFFICE,
        "resume": OFFICE,
        "aircraft": OFFICE,
        "refresh_aircraft": OFFICE,
    }

    def make(self, **fields: Any) -> PartnerSystemUser:
        return system_users.create_system_user(actor=self.actor, **fields)

    def change(self, row: PartnerSystemUser, **fields: Any) -> PartnerSystemUser:
        return system_users.change_system_user(row, actor=self.actor, **fields)

    def remove(self, row: PartnerSystemUser) -> None:
        system_users.change_system_user(row, actor=self.actor, active=False)

    @extend_schema(request=NothingSerializer, responses=VerifiedSerializer)
    @action(detail=True, methods=["post"], serializer_class=VerifiedSerializer)
    def verify(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Signs in now with the saved credentials, and keeps no sign-in; `verdict` says what the partner said."""
        self.expect_no_fields()
        verdict = signing_in.verify(self.subject, actor=self.actor)
        row = self.look_up(self.visible(), pk=self.subject.pk)
        row.verified, row.verdict, row.error_code = verdict.ok, verdict.words, verdict.error_code or None
        return self.shown(row)

    @extend_schema(request=NothingSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """No call for this account until `resume/`."""
        self.expect_no_fields()
        return self.answer(system_users.pause(self.subject, actor=self.actor))

    @extend_schema(request=NothingSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Calls are made again; refused credentials are tried again at once."""
        self.expect_no_fields()
        return self.answer(system_users.resume(self.subject, actor=self.actor))

    @extend_schema(responses=AircraftSerializer(many=True))
    @action(
        detail=True,
        methods=["get"],
        serializer_class=AircraftSerializer,
        filterset_class=AircraftFilters,
        query_parameters=QUERY_PARAMETERS,
        orderings={"externalId": "external_id", "name": "name", "lastSeen": "last_seen", "createdAt": "pk"},
    )
    def aircraft(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The account's aircraft."""
        return self.page(self.filter_queryset(visible_aircraft(self.user).filter(system_user=self.subject)))

    @extend_schema(request=NothingSerializer, responses=AircraftSerializer(many=True), filters=False)
    @aircraft.mapping.post
    def refresh_aircraft(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Asks the partner for the account's aircraft, and answers with all that are known then."""
        self.expect_no_fields()
        aircraft_service.refresh(self.subject, actor=self.actor)
        return self.page(visible_aircraft(self.user).filter(system_user=self.subject))

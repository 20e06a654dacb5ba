"""`partners/`, and the guide's `createPartner`."""

from dataclasses import asdict
from typing import Any

import django_filters
from django.contrib.auth.validators import UnicodeUsernameValidator
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from accounts.rest import etags
from accounts.rest.filters import SearchFilter, TruthFilter, WireFilterSet
from accounts.rest.names import camel
from accounts.rest.rules import OFFICE_AND_PARTNER, OPS
from accounts.rest.serializers import WireModelSerializer
from accounts.rest.viewsets import Created, Deleted, Listed, Orderings, Read, Rules, Updated
from partners.adapters import registry
from partners.api.configuration import ConfigurationSerializer, checked
from partners.api.examples import NEW_PARTNER
from partners.api.health import HEALTH_RULES, MACHINE_COLUMNS, HealthActions, HealthSerializer, health_of
from partners.models import PARTNER_CODE, Partner, default_configuration
from partners.selectors import visible_partners
from partners.services import organizations

USERNAME = UnicodeUsernameValidator()


class PartnerSerializer(WireModelSerializer):
    """A partner organization. `name` and `username` are those of its own login."""

    partner_code = serializers.CharField(source="code", max_length=40, validators=[PARTNER_CODE])
    partner_name = serializers.CharField(source="name", max_length=200, required=False)
    name = serializers.CharField(source="login.name", max_length=200, required=False)
    username = serializers.CharField(source="login.username", max_length=150, required=False, validators=[USERNAME])
    adapter = serializers.CharField(max_length=40, required=False)
    configuration = ConfigurationSerializer(required=False)
    capabilities = serializers.SerializerMethodField()
    health = serializers.SerializerMethodField()

    class Meta:
        model = Partner
        fixed = ("code", "adapter")
        fields = (
            "id",
            "partner_code",
            "partner_name",
            "name",
            "username",
            "active",
            "configuration",
            "adapter",
            "capabilities",
            "health",
            "created_at",
            "updated_at",
        )

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_capabilities(self, partner: Partner) -> dict[str, Any]:
        """What the partner's adapter can do; empty where it is not installed here."""
        if not registry.is_supported(partner.adapter):
            return {}
        return {camel(name): value for name, value in asdict(registry.get(partner.adapter).capabilities).items()}

    @extend_schema_field(HealthSerializer)
    def get_health(self, partner: Partner) -> dict[str, Any]:
        """As the last look left it."""
        return health_of(partner)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Flat fields for the services: the partner's own, and `login` for its user."""
        login = attrs.setdefault("login", {})
        if self.instance is None:
            _fill_in(attrs, login)
        if "adapter" in attrs and not registry.is_supported(attrs["adapter"]):
            raise serializers.ValidationError({"adapter": [registry.refusal(attrs["adapter"])]}, "unknownAdapter")
        if "configuration" in attrs or self.instance is None:
            keeps = self.instance is not None and self.partial
            stored = self.instance.configuration if self.instance is not None and keeps else default_configuration()
            adapter = self.instance.adapter if self.instance is not None else attrs["adapter"]
            attrs["configuration"] = checked(stored, attrs.get("configuration", {}), adapter)
        return attrs


def _fill_in(attrs: dict[str, Any], login: dict[str, Any]) -> None:
    """What follows from the code and the name where it is not given."""
    attrs.setdefault("name", login.get("name", attrs["code"]))
    attrs.setdefault("adapter", attrs["code"].lower())
    login.setdefault("name", attrs["name"])
    login.setdefault("username", attrs["code"].lower())


class PartnerFilters(WireFilterSet):
    active = TruthFilter()
    adapter = django_filters.CharFilter(max_length=40)
    search = SearchFilter("code", "name")


@extend_schema_view(create=extend_schema(examples=NEW_PARTNER))
class PartnerViewSet(HealthActions, Listed, Read, Created, Updated, Deleted):
    """Organizations whose clouds aircraft talk to; deleting one deactivates it: nothing is called any more."""

    serializer_class = PartnerSerializer
    filterset_class = PartnerFilters
    selector = staticmethod(visible_partners)
    orderings: Orderings = {"partnerCode": "code", "partnerName": "name", "createdAt": "pk"}
    machine_columns = MACHINE_COLUMNS
    rules: Rules = {
        **HEALTH_RULES,
        "list": OFFICE_AND_PARTNER,
        "retrieve": OFFICE_AND_PARTNER,
        "create": OPS,
        "update": OPS,
        "partial_update": OPS,
        "destroy": OPS,
    }

    def edited(self, row: Partner) -> str:
        """Its login is edited with it."""
        login = row.login
        return etags.digest([super().edited(row), login and (login.name, login.username)])

    def make(self, **fields: Any) -> Partner:
        return organizations.create_partner(actor=self.actor, **fields)

    def change(self, row: Partner, **fields: Any) -> Partner:
        return organizations.change_partner(row, actor=self.actor, **fields)

    def remove(self, row: Partner) -> None:
        organizations.change_partner(row, actor=self.actor, login={}, active=False)

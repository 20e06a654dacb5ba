"""`customers/`: the tenants."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from accounts.models import Customer
from accounts.rest.filters import TruthFilter, WireFilterSet
from accounts.rest.rules import OFFICE, OPS
from accounts.rest.serializers import WireModelSerializer
from accounts.rest.viewsets import Created, Deleted, Listed, Read, Rules, Updated
from accounts.selectors import visible_customers
from accounts.services import customers as services


class CustomerSerializer(WireModelSerializer):
    class Meta:
        model = Customer
        fields = ("id", "code", "name", "units", "time_zone", "active", "created_at", "updated_at")


class CustomerFilters(WireFilterSet):
    active = TruthFilter()
    search = django_filters.CharFilter(method="containing")

    def containing(self, rows: "QuerySet[Customer]", name: str, text: str) -> "QuerySet[Customer]":
        """Customers with this text in their code or name."""
        return rows.filter(Q(code__icontains=text) | Q(name__icontains=text))


class CustomerViewSet(Listed, Read, Created, Updated, Deleted):
    """Operators of aircraft; deleting one deactivates it."""

    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters
    selector = staticmethod(visible_customers)
    rules: Rules = {
        "list": OFFICE,
        "retrieve": OFFICE,
        "create": OPS,
        "update": OPS,
        "partial_update": OPS,
        "destroy": OPS,
    }

    def make(self, **fields: Any) -> Customer:
        return services.create_customer(actor=self.actor, **fields)

    def change(self, row: Customer, **fields: Any) -> Customer:
        return services.change_customer(row, actor=self.actor, **fields)

    def remove(self, row: Customer) -> None:
        services.change_customer(row, actor=self.actor, active=False)

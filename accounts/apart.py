"""Where the canary's own rows are left out: of everything that is shown to somebody, or counted for somebody."""

from functools import cache
from typing import TypeVar

from django.db.models import ForeignKey, Model, QuerySet

from work.apart import OWNER

Row = TypeVar("Row", bound=Model)

OWNERS = frozenset({"accounts.customer", "partners.partner", "partners.partnersystemuser"})
"""Models of which the canary has one row, under the key OWNER; its other rows hang on them."""


def real(rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """The rows without those of the canary."""
    way = way_to_owner(rows.model)
    return rows.exclude(**{way: OWNER}) if way else rows


def canarys(rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """The canary's rows alone."""
    way = way_to_owner(rows.model)
    return rows.filter(**{way: OWNER}) if way else rows.none()


@cache
def way_to_owner(model: type[Model]) -> str:
    """The lookup from a row to the nearest owner, as in `job__customer`; empty for a model whose rows belong to nobody."""
    if model._meta.label_lower in OWNERS:
        return "pk"
    if any(field.name == "tenant_id" for field in model._meta.fields):
        return "tenant_id"
    seen, at_hand = {model}, [("", model)]
    while at_hand:
        steps = [(f"{way}{field.name}", field.remote_field.model) for way, one in at_hand for field in _relations(one)]
        found = [way for way, reached in steps if reached._meta.label_lower in OWNERS]
        if found:
            return found[0]
        at_hand = [(f"{way}__", reached) for way, reached in steps if reached not in seen]
        seen.update(reached for _, reached in at_hand)
    return ""


def _relations(model: type[Model]) -> "list[ForeignKey[Model, Model]]":
    """Those that every row has first: they are the surer way."""
    found = [field for field in model._meta.fields if isinstance(field, ForeignKey)]
    return sorted(found, key=lambda field: field.null)

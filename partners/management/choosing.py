"""Which accounts a command is about, by `--partner` and `--customer`."""

from typing import Any, TypeVar

from django.core.management.base import CommandError
from django.db.models import Model, QuerySet

from accounts.models import Customer
from partners.models import Partner, PartnerSystemUser

Row = TypeVar("Row", bound=Model)


def add_arguments(parser: Any) -> None:
    """The two options, to a parser or to a group of one."""
    parser.add_argument("--partner", metavar="CODE", help="of this partner alone")
    parser.add_argument("--customer", metavar="CODE", help="of this customer alone")


def accounts(*, partner: str | None, customer: str | None) -> "QuerySet[PartnerSystemUser]":
    """The accounts that are meant; all without either. Raises CommandError for a code that nothing has."""
    rows = PartnerSystemUser.objects.order_by("pk")
    if partner is not None:
        rows = rows.filter(partner=_by_code(Partner, partner))
    return rows if customer is None else rows.filter(customer=_by_code(Customer, customer))


def _by_code(model: type[Row], code: str) -> Row:
    found = model._default_manager.filter(code=code).first()
    if found is None:
        known = ", ".join(model._default_manager.order_by("code").values_list("code", flat=True)[:20]) or "none"
        raise CommandError(f"there is no {model._meta.verbose_name} with the code {code!r}; there are: {known}")
    return found

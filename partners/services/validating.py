"""What is wrong with partners and accounts as they are stored. No partner is called for it."""

import logging
from collections.abc import Callable, Iterator

from django.db.models import QuerySet

from partners.adapters import registry
from partners.adapters.base import PartnerAdapter
from partners.adapters.errors import CredentialsRejected
from partners.adapters.ledger import NullLedger
from partners.adapters.records import Account
from partners.models import Partner, PartnerSystemUser
from partners.services.calling import account_of, endpoint_of

logger = logging.getLogger(__name__)

AT_ONCE = 500


def partner_faults(partner: Partner) -> list[str]:
    """A sentence for each thing that keeps the partner from being called."""
    if not registry.is_supported(partner.adapter):
        reason = registry.unavailable().get(partner.adapter, f"There is no adapter {partner.adapter} here.")
        return [f"{reason} Available are: {', '.join(registry.names())}."]
    return _asked(partner, lambda: _adapter(partner, Account("", "")).validate_endpoint())


def account_faults(system_user: PartnerSystemUser) -> list[str]:
    """The same for an account of a partner that has no faults itself."""
    try:
        account = account_of(system_user)
    except CredentialsRejected as error:
        return [error.message]
    return _asked(system_user.partner, lambda: _adapter(system_user.partner, account).validate_account())


def _adapter(partner: Partner, account: Account) -> PartnerAdapter:
    return registry.get(partner.adapter)(endpoint_of(partner), account, NullLedger())


def _asked(partner: Partner, ask: Callable[[], list[str]]) -> list[str]:
    """What an adapter says; one that breaks over it keeps nobody from hearing of the others."""
    try:
        return ask()
    except Exception as error:
        logger.exception("the adapter %s broke down over the configuration of %s", partner.adapter, partner)
        return [f"Its adapter {partner.adapter} broke down over it: {type(error).__name__}."]


def accounts_of(partner: Partner) -> "QuerySet[PartnerSystemUser]":
    """Its accounts, by login."""
    rows = PartnerSystemUser.objects.filter(partner=partner).select_related("partner", "customer")
    return rows.order_by("partner_username", "pk")


def all_faults() -> Iterator[tuple[str, str]]:
    """Name and fault of every active partner, and of its active accounts where it has no faults itself."""
    for partner in Partner.objects.filter(active=True).order_by("code"):
        faults = partner_faults(partner)
        yield from ((partner.code, fault) for fault in faults)
        accounts = accounts_of(partner).filter(active=True, customer__active=True)
        for account in () if faults else accounts.iterator(AT_ONCE):
            yield from ((f"{partner.code}, {label(account)}", fault) for fault in account_faults(account))


def label(system_user: PartnerSystemUser) -> str:
    """An account by login and customer."""
    return f"{system_user.partner_username} ({system_user.customer.code})"

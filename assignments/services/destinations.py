"""Where an assignment goes: to a pilot, or through one account of the job's customer to an aircraft at a partner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from assignments.partner_config import PartnerConfig
from partners.adapters import registry
from partners.models import Aircraft, PartnerSystemUser

INTERNAL = "internal"


@dataclass(frozen=True)
class Asked:
    """One user to whom somebody wants a job assigned. `uid`: the user's id or legacy id; `partner_type` names the adapter."""

    uid: str
    partner_type: str = INTERNAL
    config: PartnerConfig = field(default_factory=PartnerConfig)


@dataclass(frozen=True)
class Destination:
    """Where one assignment goes. Internal ones have neither account nor aircraft."""

    partner_type: str = INTERNAL
    system_user_id: UUID | None = None
    aircraft_id: UUID | None = None


@dataclass(frozen=True)
class Refusal:
    """Why one user does not get the assignment. `code` is stable, `message` says what to do."""

    uid: str
    partner_type: str | None
    code: str
    message: str


def resolve(customer_id: UUID, asked: Sequence[Asked]) -> list[Destination | Refusal]:
    """Where each of `asked` goes, in their order. An aircraft that is named for the first time gets its row."""
    accounts = _accounts(customer_id)
    chosen = [_account_for(one, accounts) for one in asked]
    named = {
        (account.pk, one.config.aircraft_id)
        for one, account in zip(asked, chosen, strict=True)
        if isinstance(account, PartnerSystemUser) and one.config.aircraft_id
    }
    aircraft = _aircraft(named)
    return [_destination(one, account, aircraft) for one, account in zip(asked, chosen, strict=True)]


def _destination(
    asked: Asked, account: PartnerSystemUser | Refusal | None, aircraft: dict[tuple[UUID, str], UUID]
) -> Destination | Refusal:
    if account is None:
        return Destination()
    if isinstance(account, Refusal):
        return account
    return Destination(asked.partner_type, account.pk, aircraft.get((account.pk, asked.config.aircraft_id)))


def _accounts(customer_id: UUID) -> dict[str, list[PartnerSystemUser]]:
    """The customer's accounts that work may go through, by adapter."""
    rows = PartnerSystemUser.objects.filter(customer_id=customer_id, active=True, partner__active=True)
    found: dict[str, list[PartnerSystemUser]] = {}
    for account in rows.select_related("partner").order_by("pk"):
        found.setdefault(account.partner.adapter, []).append(account)
    return found


def _account_for(asked: Asked, accounts: dict[str, list[PartnerSystemUser]]) -> PartnerSystemUser | Refusal | None:
    """None: the assignment is internal."""
    if asked.partner_type == INTERNAL:
        return None
    try:
        adapter = registry.get(asked.partner_type)
    except registry.UnknownPartner as unknown:
        return _refuse(asked, "unsupportedPartnerType", str(unknown))
    if adapter.capabilities.aircraft_required and not asked.config.aircraft_id:
        message = f"{asked.partner_type} sends a job to one aircraft; name it in partnerConfig.aircraftId."
        return _refuse(asked, "aircraftRequired", message)
    return _only_account(asked, accounts.get(asked.partner_type, []))


def _only_account(asked: Asked, usable: list[PartnerSystemUser]) -> PartnerSystemUser | Refusal:
    wanted = asked.config.system_user_id
    if wanted:
        usable = [account for account in usable if str(account.pk) == wanted.lower()]
    if len(usable) == 1:
        return usable[0]
    if usable:
        message = f"The customer has {len(usable)} accounts at {asked.partner_type}; name one in partnerConfig.systemUserId."
        return _refuse(asked, "severalAccounts", message)
    which = f"no active account {wanted}" if wanted else "no active account"
    return _refuse(asked, "noAccount", f"The job's customer has {which} at {asked.partner_type}; make one first.")


def _refuse(asked: Asked, code: str, message: str) -> Refusal:
    return Refusal(asked.uid, asked.partner_type, code, message)


def _aircraft(named: Iterable[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
    """Keys of the named aircraft. In one order, so that two who name the same ones at once wait instead of deadlocking."""
    wanted = set(named)
    if not wanted:
        return {}
    rows = [Aircraft(system_user_id=account, external_id=external_id) for account, external_id in sorted(wanted)]
    Aircraft.objects.bulk_create(rows, ignore_conflicts=True)
    known = Aircraft.objects.filter(system_user_id__in={account for account, _ in wanted})
    return {
        (account, external_id): key
        for key, account, external_id in known.values_list("pk", "system_user_id", "external_id")
        if (account, external_id) in wanted
    }

"""The aircraft of an account, as its partner lists them."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from partners.adapters import errors, registry
from partners.adapters.records import AircraftListing, ListedAircraft
from partners.models import Aircraft, Partner, PartnerSystemUser
from partners.services.attempts import attempt
from partners.services.calling import HubLedger, adapter_for
from partners.services.pausing import OBJECT_TYPE
from work import history
from work.errors import Refused
from work.kinds import Postponed

PATIENCE = timedelta(seconds=10)
BATCH = 500
SAID = ("name", "type", "status", "last_seen", "updated_at")


@dataclass(frozen=True)
class Listed:
    """How many aircraft the partner listed, and what was wrong with each entry that was left out."""

    count: int
    left_out: list[str]


def refresh(system_user: PartnerSystemUser, *, actor: str) -> Listed:
    """Ask the partner for the account's aircraft now. Refused, with the reason in words, where that does not work."""
    if not are_listed(system_user.partner):
        raise Refused(f"{system_user.partner} offers no list of aircraft", "notOffered")
    ledger = HubLedger(system_user)
    try:
        with attempt(system_user):
            listing = adapter_for(system_user, ledger, timeout=PATIENCE).list_aircraft()
    except Postponed as wait:
        raise Refused(wait.reason, "notNow") from None
    except errors.PartnerError as error:
        raise Refused(error.message, "partnerFailed") from None
    finally:
        ledger.keep(worth_a_row=True)
    with transaction.atomic():
        take_in(system_user, listing)
        history.record(OBJECT_TYPE, system_user.pk, "aircraft listed", actor=actor, data={"aircraft": len(listing)})
    return Listed(len(listing), listing.bad_entries)


def are_listed(partner: Partner) -> bool:
    """Whether the partner's adapter can list aircraft."""
    return registry.is_supported(partner.adapter) and registry.get(partner.adapter).capabilities.list_aircraft


def take_in(system_user: PartnerSystemUser, listing: AircraftListing) -> bool:
    """One row for each id; whether the listing brought anything new.

    What the partner lists no longer stays: assignments and logs refer to it.
    """
    single = list({listed.external_id: listed for listed in listing}.values())
    news = [_take_in_batch(system_user, single[start : start + BATCH]) for start in range(0, len(single), BATCH)]
    return any(news)


def _take_in_batch(system_user: PartnerSystemUser, listed: list[ListedAircraft]) -> bool:
    rows = Aircraft.objects.filter(system_user=system_user, external_id__in=[one.external_id for one in listed])
    known = {row.external_id: row for row in rows}
    unseen = [one for one in listed if one.external_id not in known]
    if unseen:
        made = [Aircraft(system_user=system_user, external_id=one.external_id) for one in unseen]
        Aircraft.objects.bulk_create(made, ignore_conflicts=True)
        known = {row.external_id: row for row in rows.all()}
    changed = [row for one in listed if _note(row := known[one.external_id], one)]
    Aircraft.objects.bulk_update(changed, SAID)
    rows.update(listed_at=Now())
    return bool(unseen or changed)


def _note(row: Aircraft, listed: ListedAircraft) -> bool:
    """Give the row what the listing says; whether that differs from what it had."""
    said = (listed.name[:200], listed.type[:100], listed.status[:40], listed.last_seen or row.last_seen)
    if (row.name, row.type, row.status, row.last_seen) == said:
        return False
    row.name, row.type, row.status, row.last_seen = said
    row.updated_at = Now()
    return True

"""Listing the aircraft of every account again and again: the refresh as a kind of work, one due row for each account."""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from partners import states
from partners.adapters.errors import PartnerError
from partners.adapters.records import DEADLINE_FACTOR, AircraftListing
from partners.models import AircraftRefresh, PartnerSystemUser
from partners.services import aircraft, counting
from partners.services.attempts import attempt
from partners.services.calling import HubLedger, adapter_for
from partners.states import RefreshStatus
from work import nudging, slots
from work.apart import OWNER
from work.kinds import Ending, Kind
from work.leases import Lease, due
from work.models import Priority

QUEUE = "default"


class Refresh(Kind[AircraftRefresh]):
    """One account's aircraft, as its partner lists them now."""

    name = "aircraft"
    queue = QUEUE
    model = AircraftRefresh
    machine = states.refresh
    due = (RefreshStatus.IDLE,)
    running = RefreshStatus.LISTING

    def load(self, rows: "QuerySet[AircraftRefresh]") -> "QuerySet[AircraftRefresh]":
        return rows.select_related("system_user__partner", "system_user__customer")

    def names(self, item: AircraftRefresh) -> Mapping[str, Any]:
        return {"account": item.system_user_id}

    def patience(self, item: AircraftRefresh) -> timedelta:
        timeout: timedelta = settings.HUB.satloc.timeout
        return DEADLINE_FACTOR * timeout

    def perform(self, lease: Lease[AircraftRefresh]) -> None:
        system_user = lease.item.system_user
        if not aircraft.are_listed(system_user.partner):
            lease.settle(RefreshStatus.IDLE, after=pause())
            return
        ledger = HubLedger(system_user, lease.token)
        try:
            with attempt(system_user):
                slots.take(f"{system_user.partner_id}:listings", settings.HUB.max_concurrent_polls, lease)
                listing = adapter_for(system_user, ledger).list_aircraft()
        except PartnerError as error:
            ledger.keep(worth_a_row=True)
            lease.settle(RefreshStatus.IDLE, after=pause(), error_code=error.code, error=error.message)
        else:
            ledger.keep(worth_a_row=_take_in(lease, listing))

    def rest(self) -> None:
        counting.write_down()

    def lost(self, item: AircraftRefresh) -> Ending:
        return Ending(RefreshStatus.IDLE, timedelta(0))

    def given_up(self, item: AircraftRefresh) -> Ending:
        reason = "three workers in a row vanished or broke down over this list of aircraft; look at their logs"
        return Ending(RefreshStatus.IDLE, pause(), reason, {"error_code": "WORKER_LOST", "error": reason})


def _take_in(lease: Lease[AircraftRefresh], listing: AircraftListing) -> bool:
    """Keep what came, and say what was left out of it; whether it was anything new."""
    with transaction.atomic():
        brought = aircraft.take_in(lease.item.system_user, listing)
        lease.settle(RefreshStatus.IDLE, after=pause(), error_code="", error=" ".join(listing.bad_entries))
    return brought


def pause() -> timedelta:
    """Until the next listing: spread over the second half of the interval, so that accounts made together part."""
    interval: timedelta = settings.HUB.aircraft_interval
    return interval * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret


def schedule(system_user: PartnerSystemUser) -> None:
    """Have an account's aircraft listed from now on; the canary's are known."""
    if system_user.pk == OWNER:
        return
    row = AircraftRefresh(
        system_user=system_user,
        share_key=system_user.pk,
        status=RefreshStatus.IDLE,
        priority=Priority.LOW,
        **due(pause(), Priority.LOW),
    )
    AircraftRefresh.objects.bulk_create([row], ignore_conflicts=True)


def list_soon(system_user: PartnerSystemUser) -> None:
    """Have a worker list an account's aircraft now, where its partner lists any."""
    if not aircraft.are_listed(system_user.partner):
        return
    schedule(system_user)
    rows = AircraftRefresh.objects.filter(system_user=system_user, due_at__gt=Now())
    if rows.update(updated_at=Now(), **due(timedelta(0), Priority.LOW)):
        nudging.nudge_on_commit(QUEUE)

"""What waits for a person, oldest first, each with its next step."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from accounts.admin_base.columns import in_words, to_list
from accounts.admin_base.objects import address_of, address_of_action, page_admin
from accounts.models import Customer
from accounts.states import AttentionKind as Accounts
from agmission_partners.selectors import ACTIONS
from agmission_partners.start_page.figure import Figure
from assignments.states import AttentionKind as Assignments
from canary.states import AttentionKind as Canary
from flightdata.states import AttentionKind as FlightData
from partners.states import AttentionKind as Partners
from work.models import Attention

SHOWN = 25
IN_WORDS: dict[str, str] = {
    Accounts.MAIL_FAILS: "Mail to ops fails",
    Partners.CREDENTIALS_REJECTED: "Password refused",
    Partners.PARTNER_UNHEALTHY: "Partner out of order",
    Partners.CHECK_BREAKS_DOWN: "Health check breaks down",
    Assignments.UPLOAD_GAVE_UP: "Upload gave up",
    Assignments.UPLOAD_UNCONFIRMED: "Upload unconfirmed",
    Assignments.EXTERNAL_ID_HELD: "Job id held twice",
    Assignments.OUTDATED: "Job edited after it was sent",
    Assignments.FILE_OUTDATED: "Job edited after a pilot took it along",
    Assignments.LISTING_FAILS: "Listing fails",
    Assignments.LISTING_ENTRY_UNREADABLE: "Listing entry unreadable",
    FlightData.LOG_FAILED: "Log download failed",
    FlightData.QUARANTINED: "Log unreadable",
    FlightData.UNMATCHED: "Flight without a job",
    FlightData.COVERAGE_SET_ASIDE: "Coverage set aside",
    Canary.FAILS: "The canary fails",
    FlightData.EXPORT_FAILED: "Export failed",
}
WORDS = {kind: IN_WORDS.get(kind) or re.sub("(?=[A-Z])", " ", kind).capitalize() for kind in ACTIONS}
CORRECTED_IN_THE_FORM: dict[str, str] = {Partners.CREDENTIALS_REJECTED: "Correct the password"}


@dataclass(frozen=True)
class Step:
    """Something to be done, and the page where it is done."""

    words: str
    address: str


@dataclass(frozen=True)
class Waiting:
    """One thing, as the start page shows it."""

    words: str
    age: str
    since: datetime
    customer: str
    reason: str
    page: str
    steps: list[Step]


def LIST(**more: str) -> str:  # noqa: N802  # reads as the constant that it is
    """The list of all that is open."""
    return to_list(Attention, open="yes", **more)


def oldest(at: datetime) -> list[Waiting]:
    """The oldest of it; keys sort by when it was raised."""
    rows = list(Attention.objects.filter(settled_at__isnull=True).order_by("id")[:SHOWN])
    names = _customers(rows)
    return [_shown(row, names, at) for row in rows]


def _shown(row: Attention, names: dict[Any, str], at: datetime) -> Waiting:
    return Waiting(
        words=WORDS.get(row.kind, row.kind),
        age=in_words(at - row.since),
        since=row.since,
        customer=names.get(row.tenant_id, ""),
        reason=row.reason,
        page=address_of(row.object_type, row.object_id),
        steps=steps_for(row),
    )


def _customers(rows: Iterable[Attention]) -> dict[Any, str]:
    return dict(Customer.objects.filter(pk__in={row.tenant_id for row in rows}).values_list("pk", "name"))


def steps_for(row: Attention) -> list[Step]:
    """What can be done about it, the likeliest first; where nothing is offered, looking at the object."""
    page = address_of(row.object_type, row.object_id)
    steps = [_step(row, action) for action in ACTIONS.get(row.kind, ())]
    if row.kind in CORRECTED_IN_THE_FORM and page:
        steps.insert(0, Step(CORRECTED_IN_THE_FORM[row.kind], page))
    return [step for step in steps if step.address] or [Step("Look at it", page)]


def _step(row: Attention, action: str) -> Step:
    home = page_admin(row.object_type)
    known = home.actions_by_name().get(action) if home else None
    return Step(known.label if known else action, address_of_action(row.object_type, row.object_id, action))


def by_kind() -> list[Figure]:
    """How many of each kind."""
    rows = Attention.objects.filter(settled_at__isnull=True).values("kind").annotate(count=Count("pk")).order_by("kind")
    return [Figure(WORDS.get(row["kind"], row["kind"]), f"{row['count']:,}", LIST(what=row["kind"])) for row in rows]

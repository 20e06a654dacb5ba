"""How partners and accounts are."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts.admin_base.columns import in_words, page_of, to_list
from accounts.apart import real
from agmission_partners.start_page.figure import Figure
from partners.account_states import with_state
from partners.admin.accounts import STATE_TONES, STATE_WORDS
from partners.admin.health import TONES
from partners.models import Partner, PartnerSystemUser
from partners.states import AccountState, HealthStatus

TROUBLE_FIRST = (
    AccountState.CREDENTIALS_REJECTED, AccountState.UNREACHABLE, AccountState.PAUSED, AccountState.UNVERIFIED, AccountState.OK,
)  # fmt: skip


@dataclass(frozen=True)
class PartnerHealth:
    """A partner, how it is, since when, and why."""

    name: str
    address: str
    words: str
    tone: str
    checked: str
    error: str


def partners(at: datetime) -> list[PartnerHealth]:
    """The active partners, by name."""
    return [_shown(row, at) for row in real(Partner.objects.filter(active=True)).order_by("name")]


def _shown(row: Partner, at: datetime) -> PartnerHealth:
    since = f"for {in_words(at - row.health_since)}" if row.health_since else ""
    checked = f"checked {in_words(at - row.checked_at)} ago" if row.checked_at else "not checked yet"
    words = ", ".join(filter(None, (since, checked)))
    return PartnerHealth(row.name, page_of(row), row.health, TONES.get(HealthStatus(row.health), ""), words, row.health_error)


def accounts() -> list[Figure]:
    """How many active accounts are in each state, trouble first."""
    rows = with_state(real(PartnerSystemUser.objects.filter(active=True))).values("state").annotate(count=Count("pk")).order_by()
    counts = {row["state"]: row["count"] for row in rows}
    return [_figure(state, counts.get(state, 0)) for state in TROUBLE_FIRST]


def _figure(state: AccountState, count: int) -> Figure:
    address = to_list(PartnerSystemUser, state=state.value, active__exact=1)
    return Figure(STATE_WORDS[state], f"{count:,}", address, STATE_TONES[state] if count else "")

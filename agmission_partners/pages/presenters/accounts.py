"""A customer's accounts at partners, their state in words."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from agmission_partners.pages.presenters import words
from agmission_partners.pages.presenters.words import Word
from partners.models import PartnerSystemUser
from partners.selectors import state_of, visible_system_users


@dataclass(frozen=True)
class AccountRow:
    account: PartnerSystemUser
    state: Word
    last_success: datetime | None


def rows(user: User, limit: int) -> list[AccountRow]:
    """The accounts that the user may see, by name."""
    found = visible_system_users(user).select_related("partner").order_by("name", "pk")[:limit]
    return [AccountRow(account, _state(account), account.last_success_at) for account in found]


def _state(account: PartnerSystemUser) -> Word:
    switched_on = account.active and account.partner.active
    return words.ACCOUNT[state_of(account) if switched_on else "inactive"]

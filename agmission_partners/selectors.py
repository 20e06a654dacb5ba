"""What waits for a person, over all apps."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.selectors import of_customer
from accounts.states import ACTIONS as ACCOUNT_ACTIONS
from assignments.states import ACTIONS as ASSIGNMENT_ACTIONS
from canary.states import ACTIONS as CANARY_ACTIONS
from flightdata.states import ACTIONS as FLIGHT_DATA_ACTIONS
from partners.states import ACTIONS as PARTNER_ACTIONS
from work.models import Attention

ACTIONS: dict[str, tuple[str, ...]] = {
    **ACCOUNT_ACTIONS,
    **PARTNER_ACTIONS,
    **ASSIGNMENT_ACTIONS,
    **FLIGHT_DATA_ACTIONS,
    **CANARY_ACTIONS,
}
"""Kind of attention → what a person can do about it, by the names of the object's actions in the API."""


def visible_attention(user: User) -> "QuerySet[Attention]":
    """What is open: ops see all of it, a customer's people what concerns their customer, pilots and partners nothing."""
    return of_customer(user, Attention.objects.filter(settled_at__isnull=True), "tenant_id")

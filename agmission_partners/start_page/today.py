"""What today brought."""

from accounts.admin_base.columns import to_list
from agmission_partners.start_page.figure import Figure
from flightdata.models import Application, Coverage
from flightdata.states import ApplicationStatus
from flightdata.today import flights_today, hectares_today


def figures() -> list[Figure]:
    """Flights that were taken in today, and what they covered."""
    address = to_list(Application, day="today", status=ApplicationStatus.PARSED.value, counts="yes")
    covered = to_list(Coverage, day="today", of="flight")
    return [
        Figure("flights taken in", f"{flights_today():,}", address),
        Figure("hectares covered by them", f"{hectares_today():,.1f} ha", covered),
    ]

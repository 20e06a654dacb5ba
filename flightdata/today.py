"""What came in today, where the hub is (TIME_ZONE)."""

from datetime import datetime, time

from django.db.models import Max, Q, QuerySet
from django.utils.timezone import get_default_timezone, localtime, make_aware

from accounts.apart import real
from flightdata.models import Application, Coverage
from flightdata.states import ApplicationStatus
from work.clock import now
from work.ids import first_id_at


def midnight() -> datetime:
    """When today began, by the database's clock."""
    return make_aware(datetime.combine(localtime(now()).date(), time.min), get_default_timezone())


def taken_in_today() -> Q:
    """Applications that were taken in today; found by their keys, which begin with the time."""
    return Q(pk__gte=first_id_at(midnight()))


def flights_today() -> int:
    """Flights that were taken in today, read, and not replaced by a newer version of their log."""
    return _flights().count()


def flights_of_today() -> Q:
    """Their coverages: one for each job that a flight belongs to."""
    return Q(flight__application__in=_flights())


def hectares_today() -> float:
    """What they covered, each flight once: where it belongs to several jobs, by the widest swath."""
    rows = Coverage.objects.filter(flights_of_today()).values("flight__application").annotate(covered=Max("union")).order_by()
    return sum(row["covered"] or 0.0 for row in rows)


def _flights() -> "QuerySet[Application]":
    return real(Application.objects.all()).filter(taken_in_today(), status=ApplicationStatus.PARSED, superseded_at__isnull=True)

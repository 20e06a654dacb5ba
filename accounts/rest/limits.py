"""How often one user may ask for what is dear: counted in the database, over all web processes, and told in headers."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import Throttled

from accounts.models import RequestLimit, User
from work import limiter

HEADERS = {
    "X-RateLimit-Limit": "How many of these requests the user may send at once.",
    "X-RateLimit-Remaining": "How many of them are left now.",
    "X-RateLimit-Reset": "Seconds until all of them are there again.",
}


@dataclass(frozen=True)
class Limit:
    """What is limited, as its counters are named, and how often each user may do it."""

    name: str
    rate: limiter.Bursts


class TooManyRequests(Throttled):
    """429 with Retry-After and the headers of the limit."""

    def __init__(self, wait: timedelta, headers: dict[str, str]) -> None:
        super().__init__(wait.total_seconds())
        self.headers = headers


def use(user: User, limit: Limit) -> dict[str, str]:
    """Use one of the user's requests; the headers that say what is left. Raises TooManyRequests."""
    row = _counter(user, limit)
    wait = limiter.take(row, limit.rate)
    left = limiter.left(row, limit.rate)
    figures = (limit.rate.at_once, left.calls, -(-left.whole_after // timedelta(seconds=1)))
    headers = dict(zip(HEADERS, map(str, figures), strict=True))
    if wait is not None:
        raise TooManyRequests(wait, headers)
    return headers


def described(*statuses: int) -> list[OpenApiParameter]:
    """The headers, for the description of an operation whose answers with these statuses carry them."""
    return [
        OpenApiParameter(name, int, OpenApiParameter.HEADER, description=told, response=list(statuses))
        for name, told in HEADERS.items()
    ]


def _counter(user: User, limit: Limit) -> "QuerySet[RequestLimit]":
    rows = RequestLimit.objects.filter(user=user, name=limit.name)
    if not rows.exists():
        RequestLimit.objects.bulk_create([RequestLimit(user=user, name=limit.name)], ignore_conflicts=True)
    return rows

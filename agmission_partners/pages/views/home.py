"""`/`: what each role comes for."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.rest.fields import LARGEST_INTEGER
from accounts.states import Role
from agmission_partners.pages.paging import page_of
from agmission_partners.pages.presenters import accounts, assignments, attention, jobs, words
from agmission_partners.pages.views.answers import user_of
from agmission_partners.selectors import visible_attention
from assignments.models import Job
from assignments.selectors import visible_assignments, visible_jobs
from flightdata.selectors import visible_logs
from flightdata.states import LogStatus
from partners.selectors import visible_partners

JOBS_A_PAGE, ASSIGNMENTS_A_PAGE = 25, 25
MOST_ACCOUNTS = 50
LONGEST_SEARCH = 100


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The page of the asking user's role."""
    user = user_of(request)
    if user.role == Role.PILOT:
        return render(request, "pages/home_pilot.html", _for_pilot(request, user))
    if user.role == Role.PARTNER:
        return render(request, "pages/home_partner.html", _for_partner(user))
    return render(request, "pages/home.html", _for_office(request, user))


def _for_office(request: HttpRequest, user: User) -> dict[str, Any]:
    """Jobs of the own customer, or of all customers for ops."""
    search = request.GET.get("search", "").strip()[:LONGEST_SEARCH]
    page = page_of(_matching(visible_jobs(user).select_related("customer"), search), request, size=JOBS_A_PAGE)
    return {
        "search": search,
        "page": page,
        "jobs": jobs.rows(page.rows),
        **attention.oldest(visible_attention(user)),
        "accounts": accounts.rows(user, MOST_ACCOUNTS) if user.role == Role.CUSTOMER else [],
        "all_customers": user.role == Role.OPS,
    }


def _matching(rows: "QuerySet[Job]", search: str) -> "QuerySet[Job]":
    """Jobs with this number, or this text in their name or their customer's."""
    if not search:
        return rows
    is_number = search.isascii() and search.isdecimal() and int(search) <= LARGEST_INTEGER
    named = Q(name__icontains=search) | Q(customer__name__icontains=search) | Q(customer__code__iexact=search)
    return rows.filter(named | Q(number=int(search)) if is_number else named)


def _for_pilot(request: HttpRequest, user: User) -> dict[str, Any]:
    page = page_of(visible_assignments(user).select_related("job__customer"), request, size=ASSIGNMENTS_A_PAGE)
    return {"page": page, "assignments": assignments.rows(page.rows)}


def _for_partner(user: User) -> dict[str, Any]:
    """Its own organization, and how many logs of its aircraft stand where."""
    logs = visible_logs(user).prefetch_related(None).select_related(None)
    kept = logs.filter(status=LogStatus.STORED).values_list("application__status").annotate(Count("pk")).order_by()
    others = logs.exclude(status=LogStatus.STORED).values_list("status").annotate(Count("pk")).order_by()
    counts = {**dict(others.values_list("status", "pk__count")), **dict(kept.values_list("application__status", "pk__count"))}
    return {
        "partners": list(visible_partners(user)),
        "counts": [(word, counts[key]) for key, word in words.FLIGHT.items() if counts.get(key)],
    }

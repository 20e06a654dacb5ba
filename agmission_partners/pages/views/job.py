"""`/jobs/<number>/`: a job with its map, its figures, its flights and its history."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.rest.fields import LARGEST_INTEGER
from accounts.states import Role
from agmission_partners.pages.paging import Page, page_of
from agmission_partners.pages.presenters import assignments, attention, coverage, flights, jobs, map_data, timeline, words
from agmission_partners.pages.views.answers import answer, tag_of, user_of
from agmission_partners.selectors import visible_attention
from assignments.models import Job
from assignments.selectors import visible_assignments, visible_jobs
from flightdata.models import Application
from flightdata.selectors import visible_logs
from work.models import Event

EVENTS_A_PAGE = 25
LIVE_PARTS = ("state", "waiting", "figures", "assignments", "flights", "timeline")
"""The parts of the page that change by themselves; each is a template `pages/job/<part>.html`."""

OF_FLIGHTS = frozenset({"figures", "flights"})


@require_safe
@login_required
def job(request: HttpRequest, number: int) -> HttpResponse:
    """The page."""
    return render(request, "pages/job.html", _context(request, _job(request, number)))


@require_safe
@login_required
def live(request: HttpRequest, number: int) -> HttpResponse:
    """The parts of the page that change by themselves, as they are now, and the tag of its map."""
    context = _context(request, _job(request, number))
    hidden = frozenset() if context["sees_flights"] else OF_FLIGHTS
    parts = {part: render_to_string(f"pages/job/{part}.html", context, request) for part in LIVE_PARTS if part not in hidden}
    return answer(request, {"parts": parts, "map": context["map_tag"]})


@require_safe
@login_required
def job_map(request: HttpRequest, number: int) -> HttpResponse:
    """What its map shows, without the tracks, which come by zoom."""
    shown = _job(request, number)
    user = user_of(request)
    measured = coverage.of_jobs([shown])[number] if _sees_flights(user) else coverage.shown(None)
    return answer(request, map_data.of_job(shown, list(flights.of_job(user, shown)), measured))


@require_safe
@login_required
def history(request: HttpRequest, number: int) -> HttpResponse:
    """All that happened, page by page."""
    shown = _job(request, number)
    page, happenings = _timeline(request, shown, list(flights.of_job(user_of(request), shown)))
    context = {"title": f"job {shown}", "back": reverse("pages:job", args=[number]), "customer": shown.customer}
    return render(request, "pages/history.html", {**context, "page": page, "happenings": happenings})


def _job(request: HttpRequest, number: int) -> Job:
    if number > LARGEST_INTEGER:
        raise Http404
    return get_object_or_404(visible_jobs(user_of(request)).select_related("customer"), number=number)


def _context(request: HttpRequest, shown: Job) -> dict[str, Any]:
    user = user_of(request)
    applications = list(flights.of_job(user, shown).order_by("pk"))
    page, happenings = _timeline(request, shown, applications)
    row = jobs.rows([shown])[0]
    return {
        "job": shown,
        "customer": shown.customer,
        "row": row,
        **_waiting(user, shown, applications),
        "assignments": assignments.rows(visible_assignments(user).select_related("user").filter(job=shown).order_by("pk")),
        "flights": flights.rows(applications, shown),
        "sees_flights": _sees_flights(user),
        "on_their_way": flights.on_their_way(shown, visible_logs(user)),
        "happenings": happenings,
        "has_older": bool(page.older),
        "map_tag": tag_of(repr(map_data.state_of(shown, applications, row.coverage))),
    }


def _sees_flights(user: User) -> bool:
    """Pilots see what was given to them, not what came of it, as over REST."""
    return user.role != Role.PILOT


def _waiting(user: User, shown: Job, applications: list[Application]) -> dict[str, Any]:
    """What waits of this job: its assignments, its flights, and the accounts that it is sent by."""
    given = shown.assignments.values_list("pk", "system_user")
    subjects = [str(key) for pair in given for key in pair if key] + flights.keys(applications)
    return attention.oldest(visible_attention(user).filter(object_type__in=jobs.SUBJECTS, object_id__in=subjects))


def _timeline(request: HttpRequest, shown: Job, applications: list[Application]) -> tuple[Page[Event], list[timeline.Happening]]:
    """What the user may see of it: its own assignments for a pilot, no logs."""
    subjects = {("job", str(shown.number)): "the job"}
    for assignment in visible_assignments(user_of(request)).select_related("user").filter(job=shown):
        subjects["assignment", str(assignment.pk)] = words.short(str(assignment.aircraft or assignment.user))
    for application in applications:
        subjects["application", str(application.pk)] = str(application)
        if application.log_id:
            subjects["log", str(application.log_id)] = str(application)
    page = page_of(timeline.events_of(subjects), request, size=EVENTS_A_PAGE)
    return page, timeline.present(page.rows, subjects)

"""`/flights/<id>/`: one file that came in, with its map, its counts, the lines that could not be read, and its history."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from agmission_partners.pages.paging import Page, page_of
from agmission_partners.pages.presenters import attention, flights, map_data, timeline
from agmission_partners.pages.views.answers import answer, as_json, is_known, not_modified, tag_of, user_of
from agmission_partners.selectors import visible_attention
from flightdata import map_lines, store
from flightdata.models import Application
from flightdata.parsers.rejects import read_rejects
from flightdata.selectors import current_reading, visible_applications
from work.models import Event

EVENTS_A_PAGE = 25
REJECTS_A_PAGE = 100
LIVE_PARTS = ("state", "waiting", "figures", "counts", "timeline")


@require_safe
@login_required
def flight(request: HttpRequest, key: UUID) -> HttpResponse:
    """The page."""
    return render(request, "pages/flight.html", _context(request, _application(request, key)))


@require_safe
@login_required
def live(request: HttpRequest, key: UUID) -> HttpResponse:
    """The parts of the page that change by themselves, as they are now, and the tag of its map."""
    context = _context(request, _application(request, key))
    parts = {part: render_to_string(f"pages/flight/{part}.html", context, request) for part in LIVE_PARTS}
    return answer(request, {"parts": parts, "map": context["map_tag"]})


@require_safe
@login_required
def flight_map(request: HttpRequest, key: UUID) -> HttpResponse:
    """What its map shows, without the track, which comes by zoom."""
    return answer(request, map_data.of_flight(flights.rows([_application(request, key)])[0]))


@require_safe
@login_required
def track(request: HttpRequest, key: UUID) -> HttpResponse:
    """The lines of its track at `?tolerance=` metres, of those with `?box=west,south,east,north` what passes the box."""
    reading = current_reading(_application(request, key))
    if reading is None:
        raise Http404
    tolerance, box = _asked(request)
    tag = tag_of(f"{reading.track_key} {tolerance} {box}")
    if is_known(request, tag):
        return not_modified(tag)
    path = store.track_path(reading.track_key)
    if not path.exists():
        raise Http404
    return as_json({"tolerance": tolerance, "lines": map_lines.read(path).at(tolerance, box)}, tag)


@require_safe
@login_required
def rejects(request: HttpRequest, key: UUID) -> HttpResponse:
    """The lines of the file that could not be read, each with its reason."""
    application = _application(request, key)
    reading = current_reading(application)
    path = store.track_path(reading.rejects_key) if reading and reading.rejects_key else None
    if reading is None or path is None or not path.exists():
        raise Http404
    text = request.GET.get("from", "0")
    start = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
    context = {
        "application": application,
        "reading": reading,
        "rejects": read_rejects(path, start, REJECTS_A_PAGE),
        "first": start + 1,
        "next": start + REJECTS_A_PAGE if start + REJECTS_A_PAGE < reading.rejects else None,
    }
    return render(request, "pages/rejects.html", context)


@require_safe
@login_required
def history(request: HttpRequest, key: UUID) -> HttpResponse:
    """All that happened, page by page."""
    application = _application(request, key)
    page, happenings = _timeline(request, application)
    context = {"title": str(application), "back": reverse("pages:flight", args=[key]), "customer": application.customer}
    return render(request, "pages/history.html", {**context, "page": page, "happenings": happenings})


def _application(request: HttpRequest, key: UUID) -> Application:
    return get_object_or_404(visible_applications(user_of(request)).select_related("customer"), pk=key)


def _context(request: HttpRequest, application: Application) -> dict[str, Any]:
    page, happenings = _timeline(request, application)
    row = flights.rows([application])[0]
    waits = visible_attention(user_of(request)).filter(object_id__in=filter(None, [str(application.pk), str(application.log_id)]))
    return {
        "application": application,
        "customer": application.customer,
        "row": row,
        "reading": row.reading,
        **attention.oldest(waits),
        "happenings": happenings,
        "has_older": bool(page.older),
        "map_tag": tag_of(repr(map_data.state_of_flight(row))),
    }


def _timeline(request: HttpRequest, application: Application) -> tuple[Page[Event], list[timeline.Happening]]:
    subjects = {("application", str(application.pk)): "the file"}
    if application.log_id:
        subjects["log", str(application.log_id)] = "the log"
    page = page_of(timeline.events_of(subjects), request, size=EVENTS_A_PAGE)
    return page, timeline.present(page.rows, subjects)


def _asked(request: HttpRequest) -> tuple[float, map_lines.Box | None]:
    """Raises BadRequest for what is no number."""
    try:
        tolerance = float(request.GET.get("tolerance", map_lines.FINEST_METRES))
        text = request.GET.get("box")
        box = map_lines.Box(*map(float, text.split(","))) if text else None
    except (ValueError, TypeError):
        raise BadRequest("tolerance is a number of metres, box is west,south,east,north in degrees") from None
    if not 0 <= tolerance <= map_lines.COARSEST_METRES or (box and not all(-1000 < side < 1000 for side in box)):
        raise BadRequest("tolerance or box is out of range")
    return tolerance, box

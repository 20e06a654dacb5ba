"""Admin pages of the work machine, which itself knows neither people nor pages."""

from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.timezone import localtime

from accounts.actors import ANYBODY
from accounts.admin_base import Choice, Link, ReadOnlyAdmin, ago, badge, changes, cut, is_newer_than, is_older_than, question
from accounts.admin_base.objects import address_of, history_of
from accounts.models import AuditEntry
from agmission_partners.selectors import ACTIONS
from agmission_partners.start_page.waiting import WORDS, steps_for
from work.apart import OWNER
from work.history import happened_since
from work.models import ASKED_FOR, Attention, BeatTick, Event, Slot, WorkerHeartbeat

OBJECT_TYPES = (
    "assignment",
    "job",
    "aircraft",
    "log",
    "application",
    "coverage",
    "export",
    "partnerSystemUser",
    "partner",
    "customer",
    "user",
    "apiToken",
)
TOLD_APART = ("signed in", "sign-in failed", "signed out", "created", "changed", "moved", "revoked", "purged")
"""Names of entries that the audit trail is asked for."""


LONGEST_KEY, TOLD_APART_BY = 20, 12
"""Characters: of keys that are shown whole, and of the end of longer ones, whose beginning is their age."""


def object_link(row: Any) -> str:
    """The object that an event or an attention is about, as a link to its page."""
    address = address_of(row.object_type, row.object_id)
    short = f"…{row.object_id[-TOLD_APART_BY:]}" if len(row.object_id) > LONGEST_KEY else row.object_id
    words = format_html('<span class="hub-key" title="{}">{} {}</span>', row.object_id, row.object_type, short)
    return format_html('<a class="hub-link" href="{}">{}</a>', address, words) if address else words


@admin.register(Attention)
class AttentionAdmin(ReadOnlyAdmin):
    """Oldest first, as on the start page. `q` finds by the object's id."""

    list_display = ("what", "waits_since", "about", "reason_cut", "next_steps", "settled")
    list_filter = (
        question(
            "open",
            "open",
            [
                Choice("yes", "waits for a person", Q(settled_at__isnull=True)),
                Choice("no", "settled", Q(settled_at__isnull=False)),
            ],
        ),
        question("what", "what", [Choice(kind, WORDS[kind], Q(kind=kind)) for kind in ACTIONS]),
        is_older_than("waits since", "since"),
    )
    search_fields = ("=object_id",)
    ordering = ("id",)

    def links(self, row: Attention) -> list[Link]:
        page = Link(f"The {row.object_type}", address_of(row.object_type, row.object_id))
        if row.settled_at:
            return [page]
        return [page, *(Link(step.words, step.address) for step in steps_for(row))]

    @admin.display(description="what", ordering="kind")
    def what(self, row: Attention) -> str:
        return badge(WORDS[row.kind], "" if row.settled_at else "warn")

    @admin.display(description="waits since", ordering="id")
    def waits_since(self, row: Attention) -> str:
        return ago(row.since, row)

    @admin.display(description="object")
    def about(self, row: Attention) -> str:
        return object_link(row)

    @admin.display(description="reason")
    def reason_cut(self, row: Attention) -> str:
        return cut(row.reason)

    @admin.display(description="next steps")
    def next_steps(self, row: Attention) -> str:
        from django.utils.html import format_html_join

        if row.settled_at:
            return "—"
        steps = ((step.address, step.words) for step in steps_for(row))
        return format_html_join(" · ", '<a class="hub-link" href="{}">{}</a>', steps)

    @admin.display(description="settled", ordering="settled_at")
    def settled(self, row: Any) -> str:
        return ago(row.settled_at, row)


class OnRecord(ReadOnlyAdmin):
    """Entries of histories, newest first."""

    @admin.display(description="when", ordering="id")
    def when(self, row: Event) -> str:
        return ago(row.at, row)

    @admin.display(description="object")
    def about(self, row: Event) -> str:
        return object_link(row)

    @admin.display(description="state")
    def move(self, row: Event) -> str:
        return f"{row.from_state} → {row.to_state}" if row.to_state else "—"

    @admin.display(description="why")
    def reason_cut(self, row: Event) -> str:
        return cut(row.reason)

    def links(self, row: Event) -> list[Link]:
        page = address_of(row.object_type, row.object_id)
        return (
            [Link(f"The {row.object_type}", page), Link("Its history", history_of(row.object_type, row.object_id))]
            if page
            else []
        )


@admin.register(Event)
class EventAdmin(OnRecord):
    list_display = ("when", "object_type", "about", "name", "move", "actor", "reason_cut")
    list_filter = (
        question("object", "of", [Choice(word, word, Q(object_type=word)) for word in OBJECT_TYPES]),
        question("what", "what", [Choice("moved", "moves", Q(name="moved")), Choice("other", "all but moves", ~Q(name="moved"))]),
        question(
            "who",
            "who",
            [
                Choice("people", "people", Q(actor__startswith="user ")),
                Choice("clock", "the clock", Q(actor="clock")),
            ],
        ),
        is_older_than("happened", "at"),
    )
    search_fields = ("=object_id",)


@admin.register(AuditEntry)
class AuditAdmin(OnRecord):
    """Who did what. Searched by an object's id, by whom, or by an address; each has its index."""

    list_display = ("when", "actor", "what", "about", "what_changed", "via", "address")
    list_filter = (
        question("object", "of", [Choice(word, word, Q(object_type=word)) for word in OBJECT_TYPES]),
        question("what", "what", [Choice(name, name, Q(name=name)) for name in TOLD_APART]),
        question(
            "who",
            "who",
            [
                Choice("people", "people", Q(actor__startswith="user ")),
                Choice("programs", "their programs", Q(via__startswith="token ")),
                Choice("commands", "commands", Q(actor__startswith="command ")),
                Choice("anybody", "who could not sign in", Q(actor=ANYBODY)),
            ],
        ),
        is_newer_than("happened in", happened_since),
    )
    search_fields = ("object_id", "actor", "address")
    search_help_text = "An object's id, a user's name or id, or an address; each in full."
    fields = ("moment", "actor", "name", "about", "move", "reason", "all_changes", "more", "via", "address", "correlation_id")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return super().get_queryset(request).filter(ASKED_FOR)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple["QuerySet[Any]", bool]:
        term = search_term.strip()
        return (queryset.filter(_said_of(term)) if term else queryset), False

    @admin.display(description="at")
    def moment(self, row: AuditEntry) -> str:
        return localtime(row.at).isoformat(" ", "milliseconds")

    @admin.display(description="what", ordering="name")
    def what(self, row: AuditEntry) -> str:
        return badge(row.name, "warn") if row.name == "sign-in failed" else row.name

    @admin.display(description="changed")
    def what_changed(self, row: AuditEntry) -> str:
        if row.to_state:
            return self.move(row)
        told = "; ".join(f"{name}: {before} → {after}" for name, before, after in changes(row.before, row.after))
        return cut(told if row.before and row.after else row.reason, 60)

    @admin.display(description="changed")
    def all_changes(self, row: AuditEntry) -> str:
        return render_to_string("admin_hub/changes.html", {"changes": changes(row.before, row.after)})

    @admin.display(description="more")
    def more(self, row: AuditEntry) -> str:
        return ", ".join(f"{name}: {value}" for name, value in row.data.items() if name != "fields") or "—"


def _said_of(term: str) -> Q:
    found = Q(object_id=term) | Q(actor__in=[term, f"user {term}"])
    with suppress(ValueError):
        found |= Q(actor_id=UUID(term))
    with suppress(ValueError):
        found |= Q(address=str(ip_address(term)))
    return found


@admin.register(Slot)
class SlotAdmin(ReadOnlyAdmin):
    list_display = ("pool", "number", "taken", "until")
    list_filter = (
        question("taken", "taken", [Choice("yes", "yes", Q(token__isnull=False)), Choice("no", "no", Q(token__isnull=True))]),
    )
    search_fields = ("pool",)
    ordering = ("pool", "number")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Pools are named after partners, of which the canary's is shown nowhere."""
        return super().get_queryset(request).exclude(pool__startswith=str(OWNER))

    @admin.display(description="taken", boolean=True)
    def taken(self, row: Slot) -> bool:
        return row.token is not None

    @admin.display(description="until")
    def until(self, row: Slot) -> str:
        return ago(row.expires_at, row)


@admin.register(BeatTick)
class BeatTickAdmin(ReadOnlyAdmin):
    list_display = ("host", "pid", "last")
    list_filter = (is_older_than("last tick", "last_tick"),)
    ordering = ("-last_tick",)

    @admin.display(description="last tick", ordering="last_tick")
    def last(self, row: BeatTick) -> str:
        return ago(row.last_tick, row)


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "queue", "last")
    list_filter = (
        is_older_than("last message", "last_seen"),
        question(
            "queue", "queue", [Choice(name, name, Q(queue=name)) for name in ("job_sync", "data_poll", "flight_data", "default")]
        ),
    )
    search_fields = ("name",)
    ordering = ("-last_seen",)

    @admin.display(description="last message", ordering="last_seen")
    def last(self, row: WorkerHeartbeat) -> str:
        return ago(row.last_seen, row)

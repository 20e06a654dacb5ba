"""What every admin page of the hub holds to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import models
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from accounts.actors import name_of
from accounts.admin_base.asking import ActionsMixin
from accounts.admin_base.columns import ago, changes, to_list
from accounts.admin_base.forms import ServiceForm
from accounts.admin_base.paging import BoundedPaginator
from accounts.apart import real
from accounts.models import User
from work import history
from work.errors import Refused
from work.models import Event

EVENTS_SHOWN = 200


@dataclass(frozen=True)
class Link:
    """A list or page that belongs to an object."""

    label: str
    address: str


class HubAdmin(ActionsMixin, ModelAdmin):
    """A list and a page for each row.

    Related rows are entered by autocompletion or by raw id, found from the model, so that a new relation cannot bring a giant
    select back. `hidden`: columns that hold secrets or whole files of data, which no page shows. `object_type`: how histories
    call the row; `is_home` is false where the history is kept with another object (`history_key`).
    `read_at` on each row is the database's time at which it was read.
    """

    hidden: Sequence[str] = ()
    deferred: Sequence[str] = ()
    object_type = ""
    is_home = True
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count for every answer of every filter
    list_per_page = 50
    ordering: Sequence[str] = ("-pk",)
    paginator = BoundedPaginator
    list_before_template = "admin_hub/bounded.html"
    change_form_outer_before_template = "admin_hub/object_head.html"
    compressed_fields = True

    def __init__(self, model: type[models.Model], site: admin.AdminSite) -> None:
        relations = (models.ForeignKey, models.OneToOneField)
        own = tuple(field.name for field in model._meta.fields if isinstance(field, relations))
        self.raw_id_fields = tuple(name for name in own if name not in self.autocomplete_fields)
        self._relations = own
        super().__init__(model, site)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = real(super().get_queryset(request)).annotate(read_at=Now())
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("_changelist")
        return rows.defer(*self.deferred) if is_list and self.deferred else rows

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """A filter by NUL is answered as Django answers one that cannot be; PostgreSQL compares no text with it."""
        if any("\0" in value for value in request.GET.values()):
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        return super().changelist_view(request, extra_context)

    def get_list_select_related(self, request: HttpRequest) -> Any:
        return self.list_select_related or self._relations or False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return tuple(self.hidden)

    def links(self, row: Any) -> list[Link]:
        """What belongs to the row, besides its history."""
        return []

    def history_key(self, row: Any) -> Any:
        """The id that the row's history is kept under."""
        return row.pk

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row = context.get("original")
        if row is not None:
            context["hub_links"] = self.links(row)
            context["hub_actions"] = [action for action in self.person_actions if action.fits(row)]
            context["show_history"] = False
            context["hub_has_history"] = bool(self.object_type)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What happened to the object, newest first, as the machine and people's actions wrote it down."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404(f"there is no {self.opts.verbose_name} {object_id}")
        key = self.history_key(row)
        events = list(history.of(self.object_type, key).annotate(read_at=Now())[:EVENTS_SHOWN])
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"History of {row}",
            "original": row,
            "events": [(event, ago(event.at, event), changes(event.before, event.after)) for event in events],
            "all_events": to_list(Event, q=key) if len(events) == EVENTS_SHOWN else "",
        }
        return TemplateResponse(request, "admin_hub/history.html", context)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._for_ops(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._for_ops(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._for_ops(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._for_ops(request)

    def _for_ops(self, request: HttpRequest) -> bool:
        """The role alone decides; Django's permissions of users and groups are not used."""
        return self.admin_site.has_permission(request)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Services write the history, so that it is one whoever acted and wherever."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """As above."""


class ReadOnlyAdmin(HubAdmin):
    """What came from outside, or what the machine writes: to be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceAdmin(HubAdmin):
    """Rows that people make and change, each through the service that the REST API calls. Nothing is deleted."""

    form = ServiceForm

    def create(self, fields: dict[str, Any], actor: str) -> models.Model:
        """Make a row of what was entered."""
        raise NotImplementedError

    def change(self, row: Any, fields: dict[str, Any], actor: str) -> models.Model:
        """Change the stored row; `fields` are those that were entered differently."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor = name_of(cast("User", request.user))
        fields = form.entered()
        if not change:
            obj.__dict__.update(self.create(fields, actor).__dict__)
        elif fields:
            self.change(self.model._default_manager.get(pk=obj.pk), fields, actor)

    def changeform_view(self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None) -> Any:
        """Where somebody was faster, the service refuses; the page says so and shows what is stored now."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            messages.error(request, f"Nothing was saved: {refusal.message}")
            return HttpResponseRedirect(request.get_full_path())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

"""The page that asks before an action, from a list and from an object's own page."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from accounts.admin_base.actions import MOST_AT_ONCE, PersonAction, perform, tell
from accounts.admin_base.columns import page_of, to_list
from accounts.models import User

CONFIRMED = "confirmed"


class ActionsMixin:
    """Offers `person_actions` in the list and on the object's page, both through the same question."""

    person_actions: Sequence[PersonAction] = ()
    opts: Any
    admin_site: Any

    def actions_by_name(self) -> dict[str, PersonAction]:
        """The actions by the names they have in addresses."""
        return {action.name: action for action in self.person_actions}

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Those for many rows; Django's own deletion is not among them."""
        return {
            action.name: (self._for_list(action), action.name, action.label)
            for action in self.person_actions
            if not action.one_only
        }

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_do"
        view = self.admin_site.admin_view(self.do_view)
        return [path("<path:object_id>/do/<slug:name>/", view, name=name), *super().get_urls()]  # type: ignore[misc]

    def do_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Asks (GET) and does (POST) one action with one object."""
        action = self.actions_by_name().get(name)
        row = cast("Any", self).get_object(request, object_id)
        if action is None or row is None:
            raise Http404(f"there is no {name} for {object_id}")
        done = request.method == "POST"
        page = page_of(row) if not (done and action.removes) else to_list(type(row))
        return self._ask_or_do(request, action, [row], confirmed=done, back=page)

    def _for_list(self, action: PersonAction) -> Callable[..., HttpResponse | None]:
        def respond(page: Any, request: HttpRequest, rows: "QuerySet[Any]") -> HttpResponse | None:
            chosen = list(rows[: MOST_AT_ONCE + 1])
            if len(chosen) > MOST_AT_ONCE:
                messages.error(request, f"{action.label}: nothing done; choose at most {MOST_AT_ONCE} at once.")
                return None
            confirmed = CONFIRMED in request.POST
            return self._ask_or_do(request, action, chosen, confirmed=confirmed, back=request.get_full_path())

        return respond

    def _ask_or_do(
        self, request: HttpRequest, action: PersonAction, rows: list[Model], *, confirmed: bool, back: str
    ) -> HttpResponse:
        form = action.form(request.POST if confirmed else None) if action.form else None
        if not confirmed or (form is not None and not form.is_valid()):
            return self._question(request, action, rows, form, back)
        asked = form.cleaned_data if form else {}
        tell(request, action, perform(action, rows, cast("User", request.user), asked))
        return HttpResponseRedirect(back)

    def _question(
        self, request: HttpRequest, action: PersonAction, rows: list[Model], form: forms.Form | None, back: str
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": action.label,
            "action": action,
            "rows": [(row, action.fits(row)) for row in rows],
            "form": form,
            "back": back,
            "checkbox_name": ACTION_CHECKBOX_NAME,
            "confirmed_name": CONFIRMED,
        }
        return TemplateResponse(request, "admin_hub/ask.html", context)

"""The canary, for ops to look at."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q

from accounts.admin_base import Choice, Link, ReadOnlyAdmin, ago, badge, cut, in_state, is_older_than, question, to_list
from canary import states
from canary.models import Canary, Run
from canary.states import CanaryStatus


@admin.register(Canary)
class CanaryAdmin(ReadOnlyAdmin):
    """The only row, where the canary was ever on."""

    object_type = states.canary.object_type
    list_display = ("state", "step", "waits_for_cut", "last_success", "took", "failures", "failure_cut", "next_look")
    list_filter = (in_state(CanaryStatus),)

    def links(self, row: Canary) -> list[Link]:
        return [Link("Its last runs", to_list(Run))]

    @admin.display(description="state")
    def state(self, row: Canary) -> str:
        return badge(row.status, "bad" if row.failure else "busy" if row.started_at else "good" if row.last_success_at else "")

    @admin.display(description="waits for")
    def waits_for_cut(self, row: Canary) -> str:
        return cut(row.waits_for)

    @admin.display(description="came through")
    def last_success(self, row: Any) -> str:
        return ago(row.last_success_at, row)

    @admin.display(description="in")
    def took(self, row: Canary) -> str:
        return _seconds(row.last_duration)

    @admin.display(description="last failure")
    def failure_cut(self, row: Canary) -> str:
        return cut(row.failure)

    @admin.display(description="next look")
    def next_look(self, row: Any) -> str:
        return ago(row.due_at, row)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("ended", "came_through", "step", "took", "reason_cut")
    list_filter = (
        question("came through", "passed", [Choice("yes", "yes", Q(passed=True)), Choice("no", "no", Q(passed=False))]),
        is_older_than("ended", "created_at"),
    )

    @admin.display(description="ended", ordering="id")
    def ended(self, row: Any) -> str:
        return ago(row.created_at, row)

    @admin.display(description="came through")
    def came_through(self, row: Run) -> str:
        return badge("yes", "good") if row.passed else badge("no", "bad")

    @admin.display(description="in")
    def took(self, row: Run) -> str:
        return _seconds(row.duration)

    @admin.display(description="why not")
    def reason_cut(self, row: Run) -> str:
        return cut(row.reason)


def _seconds(span: timedelta | None) -> str:
    return f"{span.total_seconds():.0f} s" if span else "—"

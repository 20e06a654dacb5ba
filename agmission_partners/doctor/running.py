"""Whether work moves: processes, leases, what waits for too long, and what waits for a person."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Doubt
from django.db.models import Count

from accounts.apart import real
from agmission_partners import readiness
from agmission_partners.doctor import Question
from partners.account_states import state_is
from partners.models import Partner, PartnerSystemUser
from partners.states import AccountState, HealthStatus
from work import queues
from work.clock import from_now, now
from work.kinds import all_kinds
from work.models import Attention

REAPED_WITHIN = timedelta(minutes=2)
OVERDUE = timedelta(minutes=10)
LONG = timedelta(days=1)


def processes() -> Iterator[CheckMessage]:
    for sentence in readiness.silent_processes():
        hint = "start it, or look into its log; `system/queues/` names every worker and beat that was seen"
        yield Error(sentence, hint=hint, id="agmission.E020")


def doubts() -> Iterator[CheckMessage]:
    for sentence in readiness.warnings():
        yield Doubt(sentence, hint="docs/runbook.md says what to do about each", id="agmission.W021")


def leases() -> Iterator[CheckMessage]:
    for kind in all_kinds():
        stale = kind.model._default_manager.filter(lease_token__isnull=False, lease_expires_at__lt=from_now(-REAPED_WITHIN))
        if count := stale.count():
            found = f"{kind.name}: {count} leases ran out and nobody takes them back"
            yield Error(found, hint="a tick does; is beat running, and a worker of the queue tick?", id="agmission.E022")


def overdue() -> Iterator[CheckMessage]:
    at = now()
    for depth in queues.depths():
        if depth.oldest_due and at - depth.oldest_due > OVERDUE:
            found = f"{depth.kind.name}: {depth.waiting} wait, the first of them for {at - depth.oldest_due}"
            hint = f"are there enough workers of the queue {depth.kind.queue}? See WorkOverdue in docs/runbook.md"
            yield Doubt(found, hint=hint, id="agmission.W023")


def partners() -> Iterator[CheckMessage]:
    for partner in real(Partner.objects.filter(active=True, health=HealthStatus.UNHEALTHY)).order_by("code"):
        found = f"{partner.name} does not answer as it should: {partner.health_error}"
        hint = "what waits for it goes on by itself once it does; *check now* in the admin asks at once"
        yield Doubt(found, hint=hint, id="agmission.W024")
    refused = real(PartnerSystemUser.objects.filter(state_is(AccountState.CREDENTIALS_REJECTED), active=True)).count()
    if refused:
        hint = "ask their customers for the new passwords and enter them in the accounts' forms"
        yield Doubt(f"partners refuse the login of {refused} accounts", hint=hint, id="agmission.W025")


def people() -> Iterator[CheckMessage]:
    waiting = Attention.objects.filter(settled_at__isnull=True, since__lt=from_now(-LONG))
    for row in waiting.values("kind").annotate(count=Count("pk")).order_by("kind"):
        found = f"{row['kind']}: {row['count']} have waited for a person for more than a day"
        yield Doubt(found, hint="the admin's start page lists each with its next step", id="agmission.W026")


QUESTIONS = [
    Question("beat and workers", processes),
    Question("doubled or silent processes, canary", doubts),
    Question("leases", leases),
    Question("what is due", overdue),
    Question("partners and their accounts", partners),
    Question("what waits for a person", people),
]

"""Telling ops by mail: what there is to tell is a row first, and mail is work like any other.

A mail server that is away delays the mail and nothing else. What happens within one interval goes in one mail, so that a storm
of news is no storm of mails. Where a worker is killed between sending and noting it, the mail is sent once more.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPException
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts import states
from accounts.models import Mailing, Notice, User
from accounts.states import AttentionKind, MailingStatus, Role
from work import attention
from work.backoff import RetryPolicy
from work.clock import now
from work.ids import first_id_at
from work.kinds import Ending, Kind
from work.leases import Lease, due
from work.models import Priority

logger = logging.getLogger(__name__)

SUBJECT_PREFIX = "[agmission-partners] "
IN_ONE_MAIL = 5000
SHOWN = 100
FAILURES_BEFORE_ASKING = 3
LONGEST_PAUSE = timedelta(minutes=15)
KEPT_FOR = timedelta(days=30)


def addresses() -> list[str]:
    """Where ops are told: OPS_EMAIL, else the addresses of the ops people who may sign in."""
    if settings.HUB.mail.ops:
        return list(settings.HUB.mail.ops)
    people = User.objects.filter(role=Role.OPS, is_active=True).exclude(email="")
    return sorted(set(people.values_list("email", flat=True)))


def tell(subject: str, text: str) -> None:
    """Tell ops, with the transaction at hand. Neither holds a secret. Where nobody has an address, there is nobody to tell."""
    if not addresses():
        return
    Notice.objects.create(subject=_one_line(subject), text=text)
    row = Mailing(status=MailingStatus.IDLE, **due(timedelta(0), Priority.NORMAL))
    Mailing.objects.bulk_create([row], ignore_conflicts=True)


class NobodyToTell(Exception):
    """There are notices, and no address any more."""


class Mail(Kind[Mailing]):
    """A look at what ops have not been told yet."""

    name = "mail"
    queue = "default"
    model = Mailing
    machine = states.mailing
    due = (MailingStatus.IDLE,)
    running = MailingStatus.SENDING

    def perform(self, lease: Lease[Mailing]) -> None:
        waiting = list(Notice.objects.filter(mailed_at__isnull=True).order_by("id").values_list("pk", flat=True)[:IN_ONE_MAIL])
        if not waiting:
            _forget_old()
            lease.settle(MailingStatus.IDLE, after=settings.HUB.health_check_interval, attempts=0, error="")
            return
        try:
            send(waiting)
        except (SMTPException, OSError, NobodyToTell) as error:
            _failed(lease, f"{len(waiting)} notices wait: {type(error).__name__}: {error}")
            return
        Notice.objects.filter(pk__in=waiting).update(mailed_at=Now())
        if lease.settle(MailingStatus.IDLE, after=settings.HUB.health_check_interval, attempts=0, error=""):
            attention.settle(AttentionKind.MAIL_FAILS, states.mailing.object_type, lease.item.pk)

    def lost(self, item: Mailing) -> Ending:
        return Ending(MailingStatus.IDLE, timedelta(0))

    def given_up(self, item: Mailing) -> Ending:
        """It goes on, slowly: what ops were to be told is not forgotten."""
        reason = "three workers in a row vanished or broke down while sending mail; look at their logs"
        _ask(item, reason)
        return Ending(MailingStatus.IDLE, LONGEST_PAUSE, reason, {"error": reason})


def send(waiting: Sequence[UUID]) -> None:
    """One mail about all of these notices, with the words of the first hundred. Raises what the mail server does."""
    recipients = addresses()
    if not recipients:
        raise NobodyToTell("no ops person has an address, and OPS_EMAIL is not set")
    shown = list(Notice.objects.filter(pk__in=waiting[:SHOWN]).order_by("id"))
    subject = shown[0].subject if len(waiting) == 1 else f"{len(waiting)} changes, the first: {shown[0].subject}"
    more = len(waiting) - len(shown)
    texts = [*(notice.text for notice in shown), *([f"And {more} more, which the admin's list of notices has."] if more else [])]
    mail = EmailMessage(SUBJECT_PREFIX + subject, "\n\n".join(texts), to=recipients, headers={"Auto-Submitted": "auto-generated"})
    mail.send()


def _failed(lease: Lease[Mailing], reason: str) -> None:
    interval: timedelta = settings.HUB.health_check_interval
    policy = RetryPolicy(base=interval, maximum=max(interval, LONGEST_PAUSE))
    logger.warning("mail to ops could not be sent: %s", reason)
    lease.settle(MailingStatus.IDLE, after=policy.delay(lease.item.attempts - 1), error=reason)
    if lease.item.attempts >= FAILURES_BEFORE_ASKING:
        _ask(lease.item, f"Mail to ops cannot be sent; look at EMAIL_URL and OPS_EMAIL. {reason}")


def _ask(item: Mailing, reason: str) -> None:
    attention.raise_once(AttentionKind.MAIL_FAILS, states.mailing.object_type, item.pk, tenant_id=None, reason=reason)


def _forget_old() -> None:
    """Sent ones only; what was not sent is kept."""
    old: QuerySet[Any] = Notice.objects.filter(mailed_at__isnull=False, id__lt=first_id_at(now() - KEPT_FOR))
    old.delete()


def _one_line(text: str) -> str:
    """As a header holds it, which a name with a line break in it must not end."""
    return " ".join(text.split())[:180]

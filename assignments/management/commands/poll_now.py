"""Listing logs at once instead of when they are due."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, QuerySet

from accounts.rest.fields import LARGEST_INTEGER
from assignments.models import Job, JobAssignment
from assignments.services import listings
from partners.account_states import resting_because
from partners.management import choosing
from work.errors import Refused

ACTOR = "command poll_now"


class Command(BaseCommand):
    help = (
        "Has workers list the logs of aircraft now: those of one assignment, or of all open assignments of a job, a customer or "
        "a partner. What rests because its account is paused or deactivated is named, and goes on resting."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--assignment", metavar="ID", help="the aircraft of this assignment")
        which.add_argument("--job", metavar="N", help="the aircraft of this job's open assignments")
        choosing.add_arguments(which)
        which.add_argument("--all", action="store_true", help="all that have open assignments")

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many aircraft are listed, and which are not."""
        rows = _chosen(options)
        asked = listings.poll_all_now(rows, actor=ACTOR)
        if not asked:
            self.stdout.write("nothing to list: there is no open assignment with an aircraft at a partner")
            return
        self.stdout.write(f"{asked} aircraft are listed now; the workers are told")
        for because, count in _resting(rows):
            self.stdout.write(f"{count} of them rest: {because}")


def _chosen(options: dict[str, Any]) -> "QuerySet[JobAssignment]":
    rows = listings.listable(JobAssignment.objects.all())
    if options["assignment"] is not None:
        return rows.filter(pk=_assignment(options["assignment"]).pk)
    if options["job"] is not None:
        return rows.filter(job=_job(options["job"]))
    if options["all"]:
        return rows
    return rows.filter(system_user__in=choosing.accounts(partner=options["partner"], customer=options["customer"]))


def _assignment(text: str) -> JobAssignment:
    try:
        found = JobAssignment.objects.filter(pk=UUID(text)).first()
    except ValueError:
        raise CommandError(f"{text!r} is no id of an assignment; it looks like 0190f3c2-7b1e-7c4a-9d52-3f6f0d1a2b3c") from None
    if found is None:
        raise CommandError(f"there is no assignment {text}")
    try:
        listings.refuse_unlistable(found)
    except Refused as refusal:
        raise CommandError(refusal.message) from None
    return found


def _job(text: str) -> Job:
    is_number = text.isascii() and text.isdecimal() and int(text) <= LARGEST_INTEGER
    found = Job.objects.filter(pk=int(text)).first() if is_number else None
    if found is None:
        raise CommandError(f"there is no job {text}" if is_number else f"{text!r} is no job number")
    return found


def _resting(rows: "QuerySet[JobAssignment]") -> "QuerySet[Any, Any]":
    """Reasons, and how many aircraft each holds back."""
    told = rows.annotate(because=resting_because("system_user__")).exclude(because="").order_by("because")
    return told.values("because").annotate(count=Count("aircraft", distinct=True)).values_list("because", "count")

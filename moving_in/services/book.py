"""Who is who: what the old system's references mean here. What a dry run would make is known as if it were there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from accounts.models import Customer, User
from assignments.models import Job
from moving_in import kinds
from moving_in.services.batches import Options, object_ids
from moving_in.services.reading import job_number
from partners.models import Aircraft, Partner, PartnerSystemUser
from work.apart import OWNER


@dataclass(frozen=True)
class Person:
    """A user, as far as assignments ask."""

    key: UUID
    customer_id: UUID | None
    role: str


@dataclass(frozen=True)
class KnownJob:
    """A job, as far as assignments ask."""

    number: int
    customer_id: UUID
    revision: int = 1


@dataclass(frozen=True)
class Account:
    """A customer's account at a partner. `adapter` is what assignments call `partnerType`."""

    key: UUID
    adapter: str
    code: str
    username: str


class Book:
    """Answers from memory where it can: people and accounts are few. Jobs are asked for again with each batch."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.forget()

    def forget(self) -> None:
        """A batch was rolled back: nothing of it is remembered."""
        self._people: dict[str, Person] = {}
        self._customers: dict[str, UUID] = {}
        self._tenants: dict[UUID, Customer] = {}
        self._partners: dict[str, Partner] = {}
        self._accounts: dict[UUID, list[Account]] = {}
        self._account_of: dict[str, UUID] = {}
        self._aircraft: dict[tuple[UUID, str], UUID] = {}
        self._listed: dict[UUID, datetime | None] = {}
        self._planned: dict[str, KnownJob] = {}

    def people(self, legacy_ids: Iterable[str]) -> dict[str, Person]:
        """Users by their old ids."""
        wanted = set(legacy_ids)
        missing = wanted - self._people.keys()
        if missing:
            for user in User.objects.filter(legacy_id__in=missing).only("pk", "customer_id", "role", "legacy_id"):
                self.meet(user)
        return {key: self._people[key] for key in wanted if key in self._people}

    def meet(self, user: User) -> Person:
        """Remember a user."""
        person = Person(user.pk, user.customer_id, user.role)
        self._people[user.legacy_id or ""] = person
        return person

    def jobs(self, references: Iterable[str]) -> dict[str, KnownJob]:
        """Jobs by what refers to them: a number, or the old id of a document that has one."""
        wanted = set(references)
        numbers = {text: number for text in wanted if (number := job_number(text))}
        others = object_ids(kinds.JOB, wanted - numbers.keys())
        numbers |= {text: int(number) for text, number in others.items()}
        rows = Job.objects.filter(pk__in=set(numbers.values())).values_list("number", "customer_id", "revision")
        known = {number: KnownJob(number, customer, revision) for number, customer, revision in rows}
        found = {text: known[number] for text, number in numbers.items() if number in known}
        return {text: self._planned[text] for text in wanted if text in self._planned} | found

    def plan(self, job: KnownJob, legacy_id: str = "") -> None:
        """Remember a job that a dry run would make."""
        if self.options.dry_run:
            self._planned[str(job.number)] = job
            if legacy_id:
                self._planned[legacy_id] = job

    def customer(self, reference: str) -> UUID | None:
        """Whose a thing is: an old customer, the customer of an old user, or a customer's code. Empty: the one of the options."""
        if not reference:
            return self.options.customer.pk if self.options.customer else None
        if reference not in self._customers:
            found = self._find_customer(reference)
            if found is None:
                return None
            self._customers[reference] = found
        return self._customers[reference]

    def _find_customer(self, reference: str) -> UUID | None:
        moved = object_ids(kinds.CUSTOMER, [reference]).get(reference)
        if moved:
            return UUID(moved)
        person = self.people([reference]).get(reference)
        if person and person.customer_id:
            return person.customer_id
        return Customer.objects.filter(code=reference).exclude(pk=OWNER).values_list("pk", flat=True).first()

    def meet_customer(self, reference: str, key: UUID) -> None:
        """Remember whose an old id is."""
        self._customers[reference] = key

    def tenant(self, key: UUID) -> Customer:
        """A customer by its own key; one that only a dry run made is known by its key alone."""
        if key not in self._tenants:
            self._tenants[key] = Customer.objects.filter(pk=key).first() or Customer(pk=key, name="(not made)")
        return self._tenants[key]

    def partner(self, reference: str) -> Partner | None:
        """A partner by its old id, its code, or (the first one) its adapter."""
        if reference not in self._partners:
            moved = object_ids(kinds.PARTNER, [reference]).get(reference)
            same = Q(pk=moved) if moved else Q(code__iexact=reference) | Q(adapter=reference.lower())
            found = Partner.objects.filter(same).exclude(pk=OWNER).order_by("pk").first()
            if found is None:
                return None
            self._partners[reference] = found
        return self._partners[reference]

    def meet_partner(self, reference: str, partner: Partner) -> None:
        """Remember a partner, by all that it is called."""
        for name in (reference, partner.code, partner.code.lower()):
            self._partners[name] = partner
        self._partners.setdefault(partner.adapter, partner)

    def accounts(self, customer_id: UUID) -> list[Account]:
        """All accounts of a customer, whether they are active or not: what was sent was sent."""
        if customer_id not in self._accounts:
            rows = PartnerSystemUser.objects.filter(customer_id=customer_id).exclude(partner=OWNER).select_related("partner")
            self._accounts[customer_id] = [_account(row) for row in rows.order_by("pk")]
        return self._accounts[customer_id]

    def meet_account(self, reference: str, row: PartnerSystemUser) -> Account:
        """Remember an account."""
        known = self.accounts(row.customer_id)
        account = next((one for one in known if one.key == row.pk), None) or _account(row)
        if account not in known:
            known.append(account)
        self._account_of[reference] = account.key
        return account

    def account_key(self, reference: str) -> UUID | None:
        """An account by its old id, or its own."""
        if reference not in self._account_of:
            moved = object_ids(kinds.ACCOUNT, [reference]).get(reference, reference)
            try:
                self._account_of[reference] = UUID(moved)
            except ValueError:
                return None
        return self._account_of[reference]

    def aircraft(self, wanted: Iterable[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
        """Aircraft by account and the partner's id; what is named for the first time gets its row."""
        missing = sorted({pair for pair in wanted if pair not in self._aircraft})
        if missing:
            rows = [Aircraft(system_user_id=account, external_id=external_id) for account, external_id in missing]
            Aircraft.objects.bulk_create(rows, ignore_conflicts=True)
            known = Aircraft.objects.filter(
                system_user__in={account for account, _ in missing}, external_id__in={name for _, name in missing}
            )
            for key, account, external_id in known.values_list("pk", "system_user_id", "external_id"):
                self._aircraft[account, external_id] = key
        return self._aircraft

    def is_news(self, aircraft: UUID, checked: datetime | None) -> bool:
        """Whether nothing newer was said of the last listing of this aircraft; it is remembered."""
        known = self._listed.get(aircraft)
        news = aircraft not in self._listed or bool(checked and (known is None or checked > known))
        if news:
            self._listed[aircraft] = checked
        return news

    def account_with(self, accounts: Iterable[Account], aircraft_id: str) -> list[Account]:
        """Those of `accounts` that are known to have this aircraft."""
        keys: dict[Any, Account] = {account.key: account for account in accounts}
        found = Aircraft.objects.filter(system_user__in=keys, external_id=aircraft_id).values_list("system_user", flat=True)
        return [keys[key] for key in found]


def _account(row: PartnerSystemUser) -> Account:
    return Account(row.pk, row.partner.adapter, row.partner.code, row.partner_username)

"""Assignments of both generations, with what became of sending them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.states import Role
from assignments.models import JobAssignment
from assignments.partner_config import PartnerConfig, is_storable
from assignments.states import AssignmentStatus
from moving_in import kinds
from moving_in.documents import Document, Unreadable, as_moment
from moving_in.keys import key_of, made_at
from moving_in.services import jobs, people, reading, writing
from moving_in.services.batches import Batch, rest_of
from moving_in.services.book import Account, Book, KnownJob, Person
from moving_in.services.destinations import Sought, account_for
from moving_in.services.uploads import ENDED, Told, Upload, upload_of

ASSIGNABLE = (Role.PILOT, Role.CUSTOMER)


@dataclass
class Reading:
    """One document, read as far as it can be without asking the database."""

    document: Document
    core: reading.Core
    partner_type: str
    external_job_id: str
    config: PartnerConfig
    metadata: dict[str, Any]
    answer: dict[str, Any]
    metrics: dict[str, int]
    sync_state: dict[str, Any]
    account: str
    ended_at: datetime | None
    key: UUID = field(init=False)
    rest: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = key_of(kinds.ASSIGNMENT, self.document.legacy_id)

    @property
    def is_internal(self) -> bool:
        return self.partner_type == reading.INTERNAL


@dataclass
class Placed:
    """The same, with the rows that it is about."""

    reading: Reading
    job: KnownJob
    person: Person
    account: Account | None = None
    aircraft_id: UUID | None = None
    upload: Upload | None = None


def read(document: Document) -> Reading:
    """Unreadable where the document cannot be an assignment."""
    core = reading.core_of(document)
    metadata, answer = reading.metadata_of(document)
    config = _with_aircraft_id(reading.config_of(document), document, metadata)
    one = Reading(
        document=document,
        core=core,
        partner_type=reading.partner_type_of(document),
        external_job_id=document.text("externalJobId"),
        config=config,
        metadata=metadata,
        answer=answer,
        metrics=reading.metrics_of(document),
        sync_state=_sync_state(document),
        account=reading.reference(document, "partnerSystemUserId", "systemUserId", "partnerSystemUser") or config.system_user_id,
        ended_at=document.moment("endedAt", "completedAt"),
    )
    for name, value in (("partnerMetadata", metadata), ("partnerMetadata.upload", answer), ("syncState", _texts(one.sync_state))):
        if not is_storable(value):
            raise Unreadable(f"has a {name} with a character that no database keeps (NUL, or half of a surrogate pair)")
    one.rest = rest_of(document)
    return one


def _with_aircraft_id(config: PartnerConfig, document: Document, metadata: dict[str, Any]) -> PartnerConfig:
    """The configuration names the aircraft, or one of the places where it stood before there was one."""
    named = config.aircraft_id or document.peek("aircraftId") or metadata.get("aircraftId")
    return replace(config, aircraft_id=named) if isinstance(named, str) and len(named) <= 100 else config


def _texts(state: dict[str, Any]) -> list[str]:
    return [value for part in state.values() if isinstance(part, dict) for value in part.values() if isinstance(value, str)]


def _sync_state(document: Document) -> dict[str, Any]:
    given = document.peek("syncState")
    if given is not None and not isinstance(given, dict):
        document.notes.append("syncState is no object")
    return given if isinstance(given, dict) else {}


def load(batch: Batch, book: Book) -> None:
    """All of a batch, in few statements."""
    keys = [key_of(kinds.ASSIGNMENT, document.legacy_id) for document in batch.documents]
    there = set(JobAssignment.objects.filter(pk__in=keys).values_list("pk", flat=True))
    placed = list(_places(list(_new(batch, there)), batch, book))
    _with_aircraft(placed, book)
    writing.write(_standing_once(placed, batch), batch, book)


def _new(batch: Batch, there: set[UUID]) -> Iterator[Reading]:
    """Those that can be read. What is there already is not read again."""
    seen: set[UUID] = set()
    for document in batch.documents:
        key = key_of(kinds.ASSIGNMENT, document.legacy_id)
        if key in seen:
            batch.refuse(document, "is in the source more than once; the last one counts")
        elif key in there:
            seen.add(key)
            batch.there += 1
        else:
            try:
                yield read(document)
                seen.add(key)
            except Unreadable as refusal:
                batch.refuse(document, str(refusal))


def _places(readings: list[Reading], batch: Batch, book: Book) -> Iterator[Placed]:
    known_jobs = book.jobs(one.core.job for one in readings)
    known_people = book.people(one.core.user for one in readings)
    for one in readings:
        try:
            job, person = known_jobs.get(one.core.job), known_people.get(one.core.user)
            if job is None or person is None:
                job, person = _with_missing(one, job, person, book)
                known_jobs[one.core.job], known_people[one.core.user] = job, person
            _check(one, job, person)
            placed = Placed(one, job, person)
            if not one.is_internal:
                sought = Sought(one.partner_type, job.customer_id, one.account, one.config.aircraft_id)
                placed.account = account_for(sought, book)
            placed.upload = upload_from(one)
            yield placed
        except Unreadable as refusal:
            batch.refuse(one.document, str(refusal))


def _with_missing(one: Reading, job: KnownJob | None, person: Person | None, book: Book) -> tuple[KnownJob, Person]:
    """With `--create-missing`, what is missing is made: for the customer of what is known, else for the one of the options."""
    lacking = f"is about the job {one.core.job}, which is not known here" if job is None else ""
    if person is None:
        lacking = " and ".join(filter(None, [lacking, f"is for a user, of whom the legacyId {one.core.user} is not known here"]))
    if not book.options.create_missing:
        raise Unreadable(lacking)
    number = job.number if job else reading.job_number(one.core.job)
    if number is None:
        raise Unreadable(f"is about the job {one.core.job}, which is no number, and no document here has that _id")
    customer_id = (job.customer_id if job else None) or (person.customer_id if person else None)
    customer_id = customer_id or people.customer_for("", book)
    if customer_id is None:
        raise Unreadable(lacking)
    return job or jobs.missing_job(number, customer_id, book), person or people.missing_user(one.core.user, customer_id, book)


def _check(one: Reading, job: KnownJob, person: Person) -> None:
    if person.customer_id != job.customer_id:
        raise Unreadable(f"gives job {job.number} to the user {one.core.user} of another customer")
    if person.role not in ASSIGNABLE:
        raise Unreadable(f"gives job {job.number} to the user {one.core.user}, who is neither a pilot nor of the office")


def upload_from(one: Reading) -> Upload | None:
    """What its upload is here; None where nothing is sent anywhere."""
    if one.is_internal:
        return None
    state = one.sync_state.get("jobUpload")
    told = Told(one.core.status, one.external_job_id, one.config.retry_policy.max_attempts)
    return upload_of(state if isinstance(state, dict) else {}, told)


def _with_aircraft(placed: Iterable[Placed], book: Book) -> None:
    wanted = {one.reading.document.legacy_id: pair for one in placed if (pair := _pair(one))}
    known = book.aircraft(wanted.values())
    for one in placed:
        pair = wanted.get(one.reading.document.legacy_id)
        one.aircraft_id = known[pair] if pair else None


def _pair(one: Placed) -> tuple[UUID, str] | None:
    aircraft_id = one.reading.config.aircraft_id
    return (one.account.key, aircraft_id) if one.account and aircraft_id else None


def _standing_once(placed: list[Placed], batch: Batch) -> list[Placed]:
    """Those that do not stand in each other's way, nor in that of what the hub has: cancelled ones never do."""
    held = JobAssignment.objects.filter(job__in={one.job.number for one in placed}, user__in={one.person.key for one in placed})
    pairs = set(held.exclude(status=AssignmentStatus.CANCELLED).values_list("job", "user"))
    kept = []
    for one in placed:
        pair = (one.job.number, one.person.key)
        if one.reading.core.status != AssignmentStatus.CANCELLED:
            if pair in pairs:
                batch.refuse(one.reading.document, f"the hub has an assignment of job {pair[0]} and this user already")
                continue
            pairs.add(pair)
        kept.append(one)
    return kept


def ended_at(one: Reading, at: datetime) -> datetime | None:
    """When an assignment that has ended did so, as far as is known."""
    if one.core.status not in ENDED:
        return None
    return one.ended_at or as_moment(one.document.take("updatedAt")) or one.core.date or at


def date_of(one: Reading, at: datetime) -> datetime:
    """When the job was given."""
    return one.core.date or made_at(one.document.legacy_id) or at

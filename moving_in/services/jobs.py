"""Jobs, found by their number or made. Areas that are no valid GeoJSON stay in the rest, and the report says so."""

from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.services import values
from assignments import areas
from assignments.models import FEET_TO_METRES, Job
from assignments.states import DownloadOption, JobStatus
from moving_in.documents import Document, Unreadable, as_json, as_moment
from moving_in.services.batches import Batch, rest_of
from moving_in.services.book import Book, KnownJob
from moving_in.services.people import customer_for
from moving_in.services.reading import job_number, reference
from work import history

OBJECT_TYPE = "job"
OWNERS = ("customerId", "customer", "client", "applicator")
LARGEST_QUANTITY = 1e9


def load(batch: Batch, book: Book) -> None:
    """All of a batch."""
    new, made = [(one, number_of(one, batch)) for one in batch.unknown()], []
    known = book.jobs(str(number) for _, number in new if number)
    seen: set[int] = set()
    for document, number in new:
        if number is None:
            continue
        try:
            customer_id = customer_for(reference(document, *OWNERS), book)
            there = known.get(str(number))
            if there:
                _same(there, customer_id)
            elif number in seen:
                raise Unreadable(f"has the number {number}, which another document has too")
            else:
                made.append(_job(document, number, customer_id, book))
                book.plan(KnownJob(number, made[-1].customer_id), document.legacy_id)
            seen.add(number)
            batch.keep(document, number, rest_of(document), there=bool(there))
        except Unreadable as refusal:
            batch.refuse(document, str(refusal))
    write(made, book)


def number_of(document: Document, batch: Batch) -> int | None:
    """A job's number: its own field, or the `_id` where that is a number."""
    try:
        text = reference(document, "number", "jobNumber", "jobId") or document.legacy_id
        number = job_number(text)
        if number is None:
            raise Unreadable("has no number")
    except Unreadable as refusal:
        batch.refuse(document, str(refusal))
        return None
    return number


def _same(there: KnownJob, customer_id: UUID | None) -> None:
    if customer_id and there.customer_id != customer_id:
        raise Unreadable(f"has the number {there.number}, under which another customer has a job here")


def _job(document: Document, number: int, customer_id: UUID | None, book: Book) -> Job:
    if customer_id is None:
        raise Unreadable("belongs to a customer who is not known here; name one by --customer, or use --create-missing")
    us_units = document.take("measureUnit") is True
    width = _quantity(document, "swathWidth", smallest=1e-6)
    start, end = _dates(document, ZoneInfo(book.tenant(customer_id).time_zone))
    return Job(
        number=number,
        customer_id=customer_id,
        name=document.text("name", "jobName", "title"),
        spray_areas=_areas(document, "sprayAreas"),
        excluded_areas=_areas(document, "excludedAreas"),
        swath_width=width,
        swath_width_metres=width * FEET_TO_METRES if width is not None and us_units else width,
        measure_unit=us_units,
        app_rate=_quantity(document, "appRate", "applicationRate"),
        start_date=start,
        end_date=end,
        dl_op_type=_download_option(document),
        status=_status(document),
    )


def _quantity(document: Document, *names: str, smallest: float = 0.0) -> float | None:
    value = document.take(*names)
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and smallest <= value <= LARGEST_QUANTITY:
        return float(value)
    document.put_back(names, f"{names[0]} is no number that can be")
    return None


def _areas(document: Document, name: str) -> dict[str, Any]:
    """A FeatureCollection, or a bare list of features."""
    value = document.take(name)
    if value is None:
        return {}
    collection = as_json({"type": "FeatureCollection", "features": value} if isinstance(value, list) else value)
    faults = areas.faults(collection)
    if faults:
        document.put_back((name,), f"{name} is left out: {faults[0].path} {faults[0].message}"[:300])
        return {}
    return areas.cleaned(collection)


def _dates(document: Document, zone: ZoneInfo) -> tuple[date | None, date | None]:
    start, end = (_date(document, zone, name, *more) for name, *more in (("startDate", "plannedDate"), ("endDate",)))
    if start and end and end < start:
        document.put_back(("endDate",), "endDate is before startDate, and left out")
        end = None
    return start, end


def _date(document: Document, zone: ZoneInfo, *names: str) -> date | None:
    """The day where the customer is."""
    value = document.take(*names)
    if value is None:
        return None
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    moment = as_moment(value)
    if moment is None:
        document.put_back(names, f"{names[0]} is no date")
        return None
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # where the calendar ends
        return moment.date()


def _download_option(document: Document) -> int:
    value = document.take("dlOp")
    kind = value.get("type") if isinstance(value, dict) else value
    if value is None or (kind in DownloadOption.values and not isinstance(kind, bool)):
        return int(kind or 0)
    document.put_back(("dlOp",), "dlOp.type is none of 0 to 4")
    return DownloadOption.NONE


def _status(document: Document) -> str:
    """`closed` where it says so; the old system's other words and numbers stay in the rest."""
    value = document.take("status")
    if value in JobStatus.values:
        return str(value)
    if value is not None:
        document.put_back(("status",), "status is neither open nor closed; the job is open")
    return JobStatus.OPEN


def missing_job(number: int, customer_id: UUID, book: Book) -> KnownJob:
    """A job about which nothing is known but its number."""
    write([Job(number=number, customer_id=customer_id)], book)
    known = KnownJob(number, customer_id)
    book.plan(known)
    return known


def write(jobs: list[Job], book: Book) -> None:
    """With their history."""
    Job.objects.bulk_create(jobs)
    after: dict[history.Key, history.Values] = {job.number: values.all_of(job) for job in jobs}
    history.record_all(OBJECT_TYPE, after, "created", actor=book.options.actor, after=after)

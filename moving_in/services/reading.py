"""What an assignment of the old system says, in either of its generations: fields, their bounds, and why one is refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assignments.partner_config import InvalidConfig, PartnerConfig, is_storable
from assignments.states import AssignmentStatus
from moving_in.documents import Document, Unreadable, as_json

LARGEST_NUMBER = 2**63 - 1
INTERNAL = "internal"
STATUSES = frozenset(AssignmentStatus.values)
METRICS = {
    "upload_ms": "uploadTime",
    "sync_ms": "syncDuration",
    "conversion_ms": "conversionTime",
    "download_ms": "downloadTime",
    "data_size": "dataSize",
}


@dataclass(frozen=True)
class Core:
    """What every assignment has. `job` and `user` as they are referred to: a number or an old id."""

    job: str
    user: str
    status: int
    date: datetime | None


def core_of(document: Document) -> Core:
    """Unreadable where something is missing or is not what it must be."""
    job, user = reference(document, "job", "jobId"), reference(document, "user", "userId", "uid")
    for name, value in (("job", job), ("user", user)):
        if not value:
            raise Unreadable(f"has no {name}")
    return Core(job, user, _status(document), document.moment("date", "assignedAt"))


def reference(document: Document, *names: str) -> str:
    """What a field refers to, as a text: a number, an old id, or that of a document in its place. Empty: nothing is said."""
    value = document.take(*names)
    if isinstance(value, dict):
        value = value.get("_id", value.get("$id"))
    if value is None or value == "":
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or len(str(value)) > 100 or not is_storable(value):
        raise Unreadable(f"has a {names[0]} that is neither a number nor an id")
    return str(value).strip()


def job_number(text: str) -> int | None:
    """A job's number; None where it is none."""
    if not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return number if 0 < number <= LARGEST_NUMBER else None


def _status(document: Document) -> int:
    value = document.take("status")
    if value is None:
        return AssignmentStatus.NEW
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value not in STATUSES:
        raise Unreadable(f"has the status {str(value)[:40]!r}, which is none of 0 new, 1 sent, 2 completed, 3 cancelled")
    return int(value)


def partner_type_of(document: Document) -> str:
    """`internal` where nothing is said: the older generation knew nothing else."""
    said = len(document.notes)
    text = document.text("partnerType", "partner", longest=40).lower() or INTERNAL
    if len(document.notes) > said:
        raise Unreadable("has a partnerType that is no name")
    return text


def config_of(document: Document) -> PartnerConfig:
    """What the hub can keep to of the old configuration; the rest stays what it was, in the document's rest."""
    given = document.take("partnerConfig")
    if given is None:
        return PartnerConfig()
    if isinstance(given, dict):
        given = {name: value for name, value in as_json(given).items() if value is not None}
        try:
            return PartnerConfig.from_wire(given)
        except InvalidConfig as invalid:
            wrong = sorted({error.path.partition(".")[0] for error in invalid.errors})
    else:
        wrong, given = [], {}
    document.put_back(("partnerConfig",), f"partnerConfig: left as it was: {', '.join(wrong) or 'it is no object'}")
    try:
        return PartnerConfig.from_wire({name: value for name, value in given.items() if name not in wrong})
    except InvalidConfig:
        return PartnerConfig()


def metadata_of(document: Document) -> tuple[dict[str, Any], dict[str, Any]]:
    """The customer's own fields, and what the partner answered to the upload."""
    given = document.take("partnerMetadata")
    if given is None:
        return {}, {}
    if not isinstance(given, dict):
        document.put_back(("partnerMetadata",), "partnerMetadata is no object")
        return {}, {}
    own = as_json(given)
    upload = own.pop("upload", None) if isinstance(own.get("upload"), dict) else None
    return own, upload or {}


def metrics_of(document: Document) -> dict[str, int]:
    """By column."""
    given = document.take("metrics")
    if given is None:
        return {}
    if not isinstance(given, dict):
        document.put_back(("metrics",), "metrics is no object")
        return {}
    found = {column: given.get(name) for column, name in METRICS.items() if given.get(name) is not None}
    good = {column: int(value) for column, value in found.items() if isinstance(value, (int, float)) and _is_count(value)}
    if len(good) < len([value for value in given.values() if value is not None]):
        document.put_back(("metrics",), "metrics: some are no whole numbers, or unknown")
    return good


def _is_count(value: float) -> bool:
    return not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER

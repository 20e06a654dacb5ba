"""What goes into an adapter and comes out of it: plain values, without Django and without secrets in ``repr``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

Ring = Sequence[Sequence[float]]
"""A closed GeoJSON ring: ``[longitude, latitude]`` pairs, the first one repeated at the end."""

Polygon = Sequence[Ring]
"""GeoJSON polygon coordinates: the exterior ring first, then the interior ones."""

Dialect = Literal["", "bare", "envelope"]
"""Which of a partner's ways of answering was met; empty where none could be told."""

DEADLINE_FACTOR = 10


@dataclass(frozen=True)
class Endpoint:
    """Where a partner is reached, and how patiently.

    ``timeout`` bounds a wait without a byte, ``deadline`` a whole call with all its requests (``longest``, where that is
    given). ``quick_repeats`` counts repeats of a GET inside one attempt. ``upload_format`` and ``max_upload_size`` (bytes)
    concern the job file.
    """

    base_url: str
    private_hosts_allowed: bool
    timeout: timedelta
    quick_repeats: int
    user_agent: str
    upload_format: str = "json"
    max_upload_size: int | None = None
    longest: timedelta | None = None

    @property
    def deadline(self) -> timedelta:
        return self.longest or self.timeout * DEADLINE_FACTOR


@dataclass(frozen=True)
class Account:
    """One customer's account at a partner, as entered in the hub."""

    username: str
    secret: str = field(repr=False)
    user_id: str = ""
    company_id: str = ""
    api_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class SignIn:
    """What a partner answered to a sign-in; its ids win over the entered ones."""

    user_id: str
    company_id: str
    token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    dialect: Dialect = ""

    def to_json(self) -> str:
        """Everything, token included: the caller encrypts it before it is stored."""
        expires_at = self.expires_at.isoformat() if self.expires_at else None
        return json.dumps({**asdict(self), "expires_at": expires_at})

    @classmethod
    def from_json(cls, text: str) -> SignIn:
        """The reverse of `to_json`; raises ValueError or TypeError on anything else."""
        values = json.loads(text)
        expires_at = values.pop("expires_at")
        return cls(**values, expires_at=datetime.fromisoformat(expires_at) if expires_at else None)

    def differences(self, account: Account) -> list[str]:
        """One sentence for each id that was entered differently from what the partner says."""
        pairs = (
            ("user id", account.user_id, self.user_id),
            ("company id", account.company_id, self.company_id),
        )
        return [
            f"The {name} entered is {entered}; the partner says {stated}, which is used."
            for name, entered, stated in pairs
            if entered and entered.casefold() != stated.casefold()
        ]


@dataclass(frozen=True)
class ListedAircraft:
    """One aircraft as the partner lists it; ``external_id`` is the partner's own id."""

    external_id: str
    name: str
    type: str = ""
    status: str = ""
    last_seen: datetime | None = None


@dataclass(frozen=True)
class AircraftListing:
    """The aircraft of one account; ``bad_entries`` says why each unusable entry was refused."""

    aircraft: list[ListedAircraft]
    bad_entries: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[ListedAircraft]:
        return iter(self.aircraft)

    def __len__(self) -> int:
        return len(self.aircraft)


@dataclass(frozen=True)
class ListedLog:
    """One log as the partner lists it: ``size`` in bytes, ``listed_at`` aware UTC, ``name`` never a path."""

    external_id: str
    name: str
    size: int | None = None
    listed_at: datetime | None = None


@dataclass(frozen=True)
class LogListing:
    """The logs of one aircraft.

    ``bad_entries`` says why each unusable entry was refused, ``notes`` which values of the others were not understood.
    """

    logs: list[ListedLog]
    bad_entries: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[ListedLog]:
        return iter(self.logs)

    def __len__(self) -> int:
        return len(self.logs)


@dataclass
class LogStream:
    """A log file on its way. Iterate ``chunks`` once, inside the ``with`` block that gave it.

    Iterating raises RetryLater when the file breaks off and BadPayload when it exceeds the limit, so bytes received are
    a whole file only when the iteration ended by itself. ``content_length`` is the file's stated length, where known.
    """

    chunks: Iterator[bytes]
    content_length: int | None
    dialect: Dialect


@dataclass(frozen=True)
class JobArea:
    """One area to treat; ``application_rate`` overrides the job's."""

    name: str
    polygon: Polygon
    application_rate: float | None = None


@dataclass(frozen=True)
class JobDefinition:
    """A job as it is sent out. Quantities are as given: feet and gal/ac where ``us_units``, else metres and L/ha."""

    number: int
    name: str
    areas: Sequence[JobArea]
    aircraft_id: str
    exclusions: Sequence[Polygon] = ()
    swath_width: float | None = None
    us_units: bool = False
    application_rate: float | None = None
    start_date: date | None = None
    end_date: date | None = None
    priority: str = "normal"
    idempotency_key: str = ""
    custom_fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class UploadReceipt:
    """The partner took the job. ``metadata`` is what it said about it, JSON scalars only."""

    external_job_id: str | None
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class JobStatus:
    """What a partner with a status call says about a job, in its own word."""

    state: str
    reported_at: datetime | None = None


@dataclass(frozen=True)
class Capabilities:
    """What a partner can do; callers ask this before they call."""

    upload: bool = False
    find_job: bool = False
    cancel_job: bool = False
    list_aircraft: bool = False
    list_logs: bool = False
    download_log: bool = False
    job_status: bool = False
    aircraft_required: bool = False
    supports_realtime: bool = False
    log_formats: tuple[str, ...] = ()
    upload_formats: tuple[str, ...] = ()

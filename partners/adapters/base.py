"""What every partner's adapter is: public calls with everything that partners have in common, over small hooks.

A partner is a subclass that names itself, declares its `Capabilities`, lays its rows over the shared table of readings,
and implements the ``_hooks`` of what it declares. Deadline, address check, limiter, sign-in, quick repeats, classification
and the record of each request are the base's, and the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar, TypeVar

from partners.adapters.addresses import check_base_url
from partners.adapters.call import Call
from partners.adapters.errors import CredentialsRejected, Rejected, Unsupported
from partners.adapters.http import Answer, Part
from partners.adapters.ledger import CallLedger, CallRecord, NullLedger
from partners.adapters.readings import Reading, StatusKey
from partners.adapters.records import (
    Account,
    AircraftListing,
    Capabilities,
    Endpoint,
    JobArea,
    JobDefinition,
    JobStatus,
    ListedAircraft,
    ListedLog,
    LogListing,
    LogStream,
    SignIn,
    UploadReceipt,
)
from partners.adapters.redaction import Secrets

__all__ = [
    "Account",
    "AircraftListing",
    "CallLedger",
    "CallRecord",
    "Capabilities",
    "Endpoint",
    "JobArea",
    "JobDefinition",
    "JobStatus",
    "ListedAircraft",
    "ListedLog",
    "LogListing",
    "LogStream",
    "NullLedger",
    "PartnerAdapter",
    "SignIn",
    "UploadReceipt",
]

Result = TypeVar("Result")


class PartnerAdapter(ABC):
    """Calls to one partner with one customer's account.

    Every public call raises a `PartnerError`, or `Postponed` where the ledger refuses it; `Unsupported` where the partner
    has no such call. An instance keeps no connection and may be used by one thread at a time.
    """

    title: ClassVar[str]
    """The partner's name in sentences."""

    capabilities: ClassVar[Capabilities]

    rows: ClassVar[Mapping[StatusKey, Reading]] = {}
    """The partner's own rows over the shared ones of `readings`."""

    open_names: ClassVar[frozenset[str]] = frozenset()
    """Query parameters whose values may be stored; all others are hidden."""

    def __init__(self, endpoint: Endpoint, account: Account, ledger: CallLedger) -> None:
        self.endpoint = endpoint
        self.account = account
        self.ledger = ledger

    # What callers use.

    def ping(self) -> timedelta:
        """Ask, without signing in, whether the partner is there; returns how long the answer took. Never repeated."""
        with self._call(quick_repeats=0) as call:
            self._ping(call)
        return call.duration

    def sign_in(self) -> SignIn:
        """Sign in now, to try the credentials; the kept sign-in is neither read nor written."""
        with self._call() as call:
            return self._sign_in(call)

    def list_aircraft(self) -> AircraftListing:
        """The account's aircraft."""
        self._require("list_aircraft")
        with self._call() as call:
            return self._signed_in(call, lambda sign_in: self._list_aircraft(call, sign_in))

    def list_logs(self, aircraft_id: str) -> LogListing:
        """All logs of one aircraft that the partner has."""
        self._require("list_logs")
        with self._call() as call:
            return self._signed_in(call, lambda sign_in: self._list_logs(call, sign_in, aircraft_id))

    @contextmanager
    def download_log(self, external_log_id: str, max_size: int) -> Iterator[LogStream]:
        """A log's bytes, at most ``max_size`` of them; the deadline spans the whole ``with`` block."""
        self._require("download_log")
        with self._call() as call:
            yield self._signed_in(call, lambda sign_in: self._download_log(call, sign_in, external_log_id, max_size))

    def upload_job(self, job: JobDefinition, on_sending: Callable[[], None]) -> UploadReceipt:
        """Send a job. ``on_sending`` runs once connected, directly before the first byte of the job may leave.

        It runs again before a second sending, after a fresh sign-in; what it raises stops the upload and reaches the
        caller. OutcomeUnknown means that the partner may have taken the job; every other error that it has not.
        Rejected, before anything is sent, where the partner takes no such file.
        """
        self._require("upload")
        file = self._bounded(self._job_file(job), job)
        with self._call() as call:
            return self._signed_in(call, lambda sign_in: self._upload_job(call, sign_in, job, file, on_sending))

    def find_job(self, job: JobDefinition) -> UploadReceipt | None:
        """Whether the partner has this job, to settle an upload of unknown outcome; None where it has not."""
        self._require("find_job")
        with self._call() as call:
            return self._signed_in(call, lambda sign_in: self._find_job(call, sign_in, job))

    def cancel_job(self, external_job_id: str) -> None:
        """Withdraw a job at the partner; OutcomeUnknown as for an upload."""
        self._require("cancel_job")
        with self._call() as call:
            self._signed_in(call, lambda sign_in: self._cancel_job(call, sign_in, external_job_id))

    def job_status(self, external_job_id: str) -> JobStatus:
        """What the partner says about a job."""
        self._require("job_status")
        with self._call() as call:
            return self._signed_in(call, lambda sign_in: self._job_status(call, sign_in, external_job_id))

    def validate_configuration(self) -> list[str]:
        """What is wrong with endpoint and account, a sentence each; asks nobody but the name service."""
        return [*self.validate_endpoint(), *self.validate_account()]

    def validate_endpoint(self) -> list[str]:
        """The part of it that all accounts of a partner share."""
        return self._endpoint_faults()

    def validate_account(self) -> list[str]:
        """The account's own part, which asks nobody."""
        return self._account_faults()

    # What partners implement.

    @abstractmethod
    def _ping(self, call: Call) -> None:
        """Ask whether the partner is there."""

    @abstractmethod
    def _sign_in(self, call: Call) -> SignIn:
        """Sign in with the account's credentials."""

    def _list_aircraft(self, call: Call, sign_in: SignIn) -> AircraftListing:
        raise Unsupported("list_aircraft")

    def _list_logs(self, call: Call, sign_in: SignIn, aircraft_id: str) -> LogListing:
        raise Unsupported("list_logs")

    def _download_log(self, call: Call, sign_in: SignIn, external_log_id: str, max_size: int) -> LogStream:
        raise Unsupported("download_log")

    def _job_file(self, job: JobDefinition) -> Part:
        """The job in the endpoint's ``upload_format``, written before anything is sent; Rejected where it cannot be."""
        raise Unsupported("upload")

    def _upload_job(
        self, call: Call, sign_in: SignIn, job: JobDefinition, file: Part, on_sending: Callable[[], None]
    ) -> UploadReceipt:
        raise Unsupported("upload")

    def _find_job(self, call: Call, sign_in: SignIn, job: JobDefinition) -> UploadReceipt | None:
        raise Unsupported("find_job")

    def _cancel_job(self, call: Call, sign_in: SignIn, external_job_id: str) -> None:
        raise Unsupported("cancel_job")

    def _job_status(self, call: Call, sign_in: SignIn, external_job_id: str) -> JobStatus:
        raise Unsupported("job_status")

    def _account_faults(self) -> list[str]:
        return []

    def partner_words(self, answer: Answer) -> str:
        """The partner's own explanation in an answer that is an error; also the place to set its dialect."""
        return ""

    # What all have in common.

    def _call(self, quick_repeats: int | None = None) -> Call:
        repeats = self.endpoint.quick_repeats if quick_repeats is None else quick_repeats
        secrets = Secrets(self.account.secret, self.account.api_key)
        return Call(self, self.endpoint, self.ledger, secrets, repeats)

    def _signed_in(self, call: Call, use: Callable[[SignIn], Result]) -> Result:
        """Do something with the kept sign-in; if the partner refuses it, once more with a fresh one.

        A password changed in the partner's cloud leaves an old sign-in here, so a refusal is believed only when the
        sign-in was new.
        """
        kept = self.ledger.sign_in()
        if kept is not None:
            call.secrets.add(kept.token)
            try:
                return use(kept)
            except CredentialsRejected:
                self.ledger.drop_sign_in()
        fresh = self._sign_in(call)
        call.secrets.add(fresh.token)
        self.ledger.save_sign_in(fresh)
        try:
            return use(fresh)
        except CredentialsRejected:
            self.ledger.drop_sign_in()
            raise

    def _bounded(self, file: Part, job: JobDefinition) -> Part:
        """The file, which the partner's configuration bounds whatever its adapter writes."""
        size, most = len(file.content), self.endpoint.max_upload_size
        if most is not None and size > most:
            raise Rejected(
                f"The file of job {job.number} has {size} bytes; this partner takes at most {most}."
                " Simplify its areas, or raise maxFileSize in the partner's configuration, then retry."
            )
        return file

    def _require(self, capability: str) -> None:
        if not getattr(self.capabilities, capability):
            raise Unsupported(capability)

    def _endpoint_faults(self) -> list[str]:
        try:
            check_base_url(self.endpoint.base_url, private_hosts_allowed=self.endpoint.private_hosts_allowed)
        except ValueError as fault:
            return [str(fault)]
        if self.endpoint.base_url.startswith("http://") and not self.endpoint.private_hosts_allowed:
            return ["The base URL begins with http://, so passwords would travel unencrypted; use https://."]
        formats = self.capabilities.upload_formats
        if self.capabilities.upload and self.endpoint.upload_format not in formats:
            return [f"The upload format {self.endpoint.upload_format} is none of: {', '.join(formats)}."]
        return []

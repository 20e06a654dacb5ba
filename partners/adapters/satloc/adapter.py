"""SatLoc Cloud: six calls, as far as they are publicly known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from partners.adapters.base import PartnerAdapter
from partners.adapters.call import Call
from partners.adapters.errors import CredentialsRejected, Rejected
from partners.adapters.http import Answer, Part, Request
from partners.adapters.readings import EMPTY, Reading, StatusKey, final
from partners.adapters.records import (
    AircraftListing,
    Capabilities,
    JobDefinition,
    LogListing,
    LogStream,
    SignIn,
    UploadReceipt,
)
from partners.adapters.satloc.job_file import JobFileFormat, job_as_geojson, job_as_json, job_metadata, to_text
from partners.adapters.satloc.replies import CHECK_LOGIN, Replies

TAKEN = frozenset({200, 201, 202, 204})


class SatLocAdapter(PartnerAdapter):
    """Signs in with the account's username and secret; there is no job status and no way to look an upload up."""

    title = "SatLoc Cloud"
    replies = Replies()

    # A5: which format the real upload accepts is unknown; the endpoint's upload_format chooses, JSON by default.
    job_files: ClassVar[Mapping[str, JobFileFormat]] = {
        "json": JobFileFormat("json", "application/json", job_as_json),
        "geojson": JobFileFormat("geojson", "application/geo+json", job_as_geojson),
    }

    # A3: another document says 10 a second. The hub's setting SATLOC_RATE_LIMIT outranks this figure.
    calls_per_minute: ClassVar[int] = 60

    capabilities = Capabilities(
        upload=True,
        list_aircraft=True,
        list_logs=True,
        download_log=True,
        aircraft_required=True,
        log_formats=("satloc",),
        upload_formats=tuple(job_files),
    )

    # Measured: a wrong login or password is always 400 with an empty body, never 401 or 403; other 400s carry JSON.
    rows: ClassVar[Mapping[StatusKey, Reading]] = {
        (400, EMPTY): final(CredentialsRejected, "refused the login", CHECK_LOGIN),
    }

    open_names = frozenset({"userLogin", "userId", "companyId", "aircraftId", "logId"})

    def _ping(self, call: Call) -> None:
        call.fetch(Request("ping", "/IsAlive"), self.replies.alive)

    def _sign_in(self, call: Call) -> SignIn:
        faults = self._account_faults()
        if faults:  # an empty login makes the service fail with 500, so it is never sent
            raise CredentialsRejected(" ".join(faults))
        credentials = {"userLogin": self.account.username, "password": self.account.secret}
        return call.fetch(Request("sign_in", "/AuthenticateAPIUser", credentials), self.replies.signed_in)

    def _list_aircraft(self, call: Call, sign_in: SignIn) -> AircraftListing:
        query = {"userId": sign_in.user_id, "companyId": sign_in.company_id}
        request = Request("list_aircraft", "/GetAircraftList", query, headers=_authorization(sign_in))
        return call.fetch(request, self.replies.aircraft)

    def _list_logs(self, call: Call, sign_in: SignIn, aircraft_id: str) -> LogListing:
        # A4: no paging and no date filter are known, so every answer is the whole list.
        query = {"userId": sign_in.user_id, "aircraftId": aircraft_id}
        request = Request("list_logs", "/GetAircraftLogs", query, headers=_authorization(sign_in))
        return call.fetch(request, self.replies.logs)

    def _download_log(self, call: Call, sign_in: SignIn, external_log_id: str, max_size: int) -> LogStream:
        query = {"userId": sign_in.user_id, "logId": external_log_id}
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", **_authorization(sign_in)}
        request = Request("download_log", "/GetAircraftLogData", query, headers=headers)
        return call.stream(request, max_size, self.replies.log_head, sign_in.dialect)

    def _job_file(self, job: JobDefinition) -> Part:
        from partners.adapters.geometry import cut_out  # loaded, with its libraries, by the one process that uploads

        file_format = self.job_files.get(self.endpoint.upload_format)
        if file_format is None:
            raise Rejected(" ".join(self._endpoint_faults()))
        content = to_text(file_format.write(job, cut_out(job)), job).encode()
        return Part(content, f"agm_job_{job.number}.{file_format.extension}", file_format.content_type)

    def _upload_job(
        self, call: Call, sign_in: SignIn, job: JobDefinition, file: Part, on_sending: Callable[[], None]
    ) -> UploadReceipt:
        headers = _authorization(sign_in)
        if job.idempotency_key:
            headers["Idempotency-Key"] = job.idempotency_key
        parts = {
            "userId": Part(sign_in.user_id),
            "aircraftId": Part(job.aircraft_id),
            "jobData": file,
            "metadata": Part(to_text(job_metadata(job), job)),
        }
        request = Request("upload_job", "/UploadJobData", method="POST", headers=headers, parts=parts, good=TAKEN)
        return call.fetch(request, self.replies.receipt, on_sending)

    def _account_faults(self) -> list[str]:
        entered = (("login", self.account.username), ("password", self.account.secret))
        return [f"No {name} is entered for this SatLoc account; enter it." for name, value in entered if not value]

    def partner_words(self, answer: Answer) -> str:
        return self.replies.words(answer)


def _authorization(sign_in: SignIn) -> dict[str, str]:
    """Only the envelope dialect gives a token; the bare one knows the caller by the user id alone."""
    return {"Authorization": f"Bearer {sign_in.token}"} if sign_in.token else {}

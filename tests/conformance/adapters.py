"""What every partner's adapter must do, whichever partner it is.

A partner brings a `PartnerCloud` (its simulated cloud, seen from outside) and one class for each way its cloud speaks:

    class TestMyPartner(AdapterConformance):
        partner = "mypartner"

        @pytest.fixture
        def cloud(self) -> PartnerCloud: ...

The numbers are those of the scenarios in docs/partners.md. What a partner does not declare in its capabilities is
skipped, and must raise Unsupported.
"""

from datetime import timedelta
from typing import Any, ClassVar, Protocol

import pytest

from partners.adapters.base import PartnerAdapter
from partners.adapters.errors import (
    BadPayload,
    CredentialsRejected,
    OutcomeUnknown,
    PartnerError,
    Postponed,
    RateLimited,
    Rejected,
    RetryLater,
    Unsupported,
)
from tests.support.partners import RememberingLedger, error_of, job, nothing

LOG = b"# synthetic\n2026-05-01T12:00:00Z,40.83,-82.87,300,60,1\n" * 5000
PATIENCE = {"no answer": timedelta(milliseconds=500)}
"""The time-out for a failure that is waited for; all others get a time that no busy machine exceeds."""

ENOUGH = timedelta(seconds=10)

NOT_TAKEN = {"server error": RetryLater, "too many calls": RateLimited}
UNANSWERED = ("reset after taking", "no answer", "broken answer", "rubbish", "gateway time-out")

CALLS: dict[str, tuple[Any, ...]] = {
    "list_aircraft": (),
    "list_logs": ("aircraft",),
    "find_job": (job(),),
    "cancel_job": ("1",),
    "job_status": ("1",),
}


NEEDED = {
    "c": ("list_aircraft",),
    "s": ("list_aircraft",),
    "l": ("list_aircraft", "list_logs"),
    "d": ("list_logs", "download_log"),
    "u": ("list_aircraft", "upload"),
}
"""The capabilities that a scenario's calls take, by its letter."""


class PartnerCloud(Protocol):
    """A partner's simulated cloud with one account, one aircraft and no logs."""

    aircraft_id: str
    password: str

    def adapter(self, ledger: RememberingLedger, *, secret: str | None = None, **endpoint: Any) -> PartnerAdapter:
        """An adapter for the account; `endpoint` changes fields of its Endpoint."""

    def add_log(self, content: bytes) -> str:
        """A new log of the aircraft; its id."""

    def fail(self, failure: str, operation: str) -> None:
        """Let the next call of `operation` (sign_in, list_logs, download_log, upload_job …) fail as named above."""

    def change_password(self) -> None:
        """Another password in the cloud; sign-ins made before are dead."""

    def end_sign_ins(self) -> None:
        """The cloud forgets the sign-ins it gave."""

    def received(self) -> int:
        """How many jobs the cloud has taken."""

    def stop(self) -> None:
        """Nobody listens any more; the next test gets a new cloud."""


class Scenarios:
    """What all scenarios stand on: tests take a `cloud`, the ledger, and an adapter on both."""

    partner: ClassVar[str]

    @pytest.fixture(autouse=True)
    def _skip_what_is_not_declared(self, request: pytest.FixtureRequest, adapter: PartnerAdapter) -> None:
        letter = request.function.__name__.removeprefix("test_")[0]
        missing = [name for name in NEEDED.get(letter, ()) if not getattr(adapter.capabilities, name)]
        if missing:
            pytest.skip(f"{adapter.title} declares no {', '.join(missing)}")

    @pytest.fixture
    def ledger(self) -> RememberingLedger:
        return RememberingLedger()

    @pytest.fixture
    def adapter(self, cloud: PartnerCloud, ledger: RememberingLedger) -> PartnerAdapter:
        return cloud.adapter(ledger)


class EveryCall(Scenarios):
    """C: what holds for every call."""

    def test_c1_what_is_not_declared_is_refused_by_name(self, adapter):
        for name, arguments in CALLS.items():
            if not getattr(adapter.capabilities, name):
                assert type(error_of(getattr(adapter, name), *arguments)) is Unsupported

    def test_c2_every_request_is_allowed_and_recorded_once(self, adapter, ledger):
        adapter.ping()
        adapter.list_aircraft()
        allowed = [event for event in ledger.events if event not in ("save", "drop")]
        assert [record.operation for record in ledger.records] == allowed
        assert {record.outcome for record in ledger.records} == {"OK"}

    def test_c3_a_refusal_by_our_own_limiter_sends_nothing(self, cloud):
        ledger = RememberingLedger(allowed=0)
        error = error_of(cloud.adapter(ledger).list_aircraft)
        assert (type(error), error.delay) == (Postponed, timedelta(seconds=7))
        assert ledger.records == []

    def test_c4_no_secret_is_recorded_or_shown(self, cloud, ledger):
        adapter = cloud.adapter(ledger)
        adapter.list_aircraft()
        cloud.change_password()
        error = error_of(adapter.sign_in)
        shown = f"{ledger.records}{error!r}{error.message}{adapter!r}{adapter.account!r}{ledger.sign_in()!r}"
        assert cloud.password not in shown

    def test_c5_a_good_configuration_has_no_faults(self, adapter):
        assert adapter.validate_configuration() == []


class SigningIn(Scenarios):
    """S: sign-ins, kept and fresh."""

    def test_s1_a_good_sign_in_gives_ids_and_touches_nothing_kept(self, adapter, ledger):
        sign_in = adapter.sign_in()
        assert sign_in.user_id
        assert (ledger.sign_in(), len(ledger.records)) == (None, 1)

    def test_s2_a_wrong_password_is_refused_at_the_first_request(self, cloud, ledger):
        error = error_of(cloud.adapter(ledger, secret="wrong", quick_repeats=3).sign_in)
        assert (type(error), error.code, len(ledger.records)) == (CredentialsRejected, "AUTH_ERROR", 1)

    def test_s3_a_dead_sign_in_is_replaced_once(self, cloud, adapter, ledger):
        adapter.list_aircraft()
        cloud.end_sign_ins()
        adapter.list_aircraft()
        assert ledger.events.count("sign_in") <= 2
        assert ledger.sign_in() is not None

    def test_s4_a_changed_password_is_reported_and_the_sign_in_dropped(self, cloud, adapter, ledger):
        adapter.list_aircraft()
        cloud.change_password()
        assert type(error_of(adapter.list_aircraft)) is CredentialsRejected
        assert (ledger.events.count("sign_in"), ledger.sign_in()) == (2, None)

    def test_s5_a_failing_server_is_no_refusal(self, cloud, adapter):
        cloud.fail("server error", "sign_in")
        assert type(error_of(adapter.sign_in)) is RetryLater


class Listing(Scenarios):
    """L: aircraft and logs."""

    def test_l1_lists_the_aircraft(self, cloud, adapter):
        assert cloud.aircraft_id in [aircraft.external_id for aircraft in adapter.list_aircraft()]

    def test_l2_an_empty_list_of_logs_is_a_success(self, cloud, adapter):
        assert adapter.list_logs(cloud.aircraft_id).logs == []

    def test_l3_lists_a_log(self, cloud, adapter):
        log_id = cloud.add_log(LOG)
        (log,) = adapter.list_logs(cloud.aircraft_id)
        assert log.external_id == log_id
        assert log.size in (None, len(LOG))
        assert log.listed_at is None or log.listed_at.utcoffset() == timedelta(0)

    @pytest.mark.parametrize("failure", ["server error", "too many calls", *UNANSWERED])
    def test_l4_a_failed_listing_is_tried_later(self, cloud, ledger, failure):
        cloud.fail(failure, "list_logs")
        error = error_of(cloud.adapter(ledger, timeout=PATIENCE.get(failure, ENOUGH)).list_logs, cloud.aircraft_id)
        assert isinstance(error, RetryLater)
        assert ledger.records[-1].outcome == error.code

    def test_l5_a_bad_entry_costs_only_itself(self, cloud, adapter):
        log_id = cloud.add_log(LOG)
        cloud.fail("entry without id", "list_logs")
        listing = adapter.list_logs(cloud.aircraft_id)
        assert [log.external_id for log in listing] == [log_id]
        assert len(listing.bad_entries) == 1

    def test_l6_a_quick_repeat_hides_a_passing_failure(self, cloud, ledger):
        cloud.fail("server error", "list_logs")
        assert cloud.adapter(ledger, quick_repeats=1).list_logs(cloud.aircraft_id).logs == []


class Downloading(Scenarios):
    """D: the bytes of a log."""

    def download(self, adapter: PartnerAdapter, log_id: str, max_size: int = 10**8) -> bytes:
        with adapter.download_log(log_id, max_size) as stream:
            return b"".join(stream.chunks)

    def test_d1_a_log_arrives_byte_for_byte(self, cloud, adapter):
        content = bytes(range(256)) * 4000
        assert self.download(adapter, cloud.add_log(content)) == content

    def test_d2_a_log_that_breaks_off_is_tried_later(self, cloud, adapter):
        log_id = cloud.add_log(LOG)
        cloud.fail("broken answer", "download_log")
        assert type(error_of(self.download, adapter, log_id)) is RetryLater

    def test_d3_a_log_without_end_is_stopped_at_the_limit(self, cloud, adapter):
        log_id = cloud.add_log(LOG)
        cloud.fail("endless", "download_log")
        assert type(error_of(self.download, adapter, log_id, len(LOG) + 1)) is BadPayload

    def test_d4_an_unknown_log_is_refused(self, adapter):
        assert isinstance(error_of(self.download, adapter, "no-such-log"), Rejected)


class Uploading(Scenarios):
    """U: jobs, and whether they were taken."""

    def upload(self, cloud: PartnerCloud, adapter: PartnerAdapter, **changes: Any) -> Any:
        return adapter.upload_job(job(**{"aircraft_id": cloud.aircraft_id} | changes), nothing)

    def test_u1_a_job_is_taken_once(self, cloud, adapter):
        sent: list[str] = []
        receipt = adapter.upload_job(job(aircraft_id=cloud.aircraft_id), lambda: sent.append("sent"))
        assert (cloud.received(), sent) == (1, ["sent"])
        assert receipt.external_job_id != ""

    def test_u2_a_refused_job_is_not_taken(self, cloud, adapter):
        assert isinstance(error_of(lambda: self.upload(cloud, adapter, aircraft_id="none")), Rejected)
        assert cloud.received() == 0

    @pytest.mark.parametrize("failure", NOT_TAKEN)
    def test_u3_an_answer_that_says_not_now_took_nothing(self, cloud, adapter, failure):
        cloud.fail(failure, "upload_job")
        assert type(error_of(self.upload, cloud, adapter)) is NOT_TAKEN[failure]
        assert cloud.received() == 0

    @pytest.mark.parametrize("failure", UNANSWERED)
    def test_u4_without_a_whole_answer_the_outcome_is_unknown_and_nothing_is_repeated(self, cloud, ledger, failure):
        cloud.adapter(ledger).list_aircraft()
        adapter = cloud.adapter(ledger, quick_repeats=3, timeout=PATIENCE.get(failure, ENOUGH))
        cloud.fail(failure, "upload_job")
        assert type(error_of(self.upload, cloud, adapter)) is OutcomeUnknown
        assert [record.operation for record in ledger.records].count("upload_job") == 1

    def test_u5_a_cloud_that_is_away_got_nothing(self, cloud, adapter, ledger):
        adapter.list_aircraft()
        cloud.stop()
        sent: list[str] = []
        error = error_of(adapter.upload_job, job(aircraft_id=cloud.aircraft_id), lambda: sent.append("sent"))
        assert (type(error), error.code, sent) == (RetryLater, "NETWORK_ERROR", [])

    def test_u6_a_dead_sign_in_is_replaced_and_the_job_taken_once(self, cloud, adapter):
        adapter.list_aircraft()
        cloud.end_sign_ins()
        self.upload(cloud, adapter)
        assert cloud.received() == 1


class Answering(Scenarios):
    """P: being there."""

    def test_p1_a_ping_needs_no_sign_in(self, adapter, ledger):
        assert adapter.ping() > timedelta(0)
        assert ledger.events == ["ping"]

    def test_p2_a_cloud_that_is_away_does_not_answer_a_ping(self, cloud, adapter):
        cloud.stop()
        assert isinstance(error_of(adapter.ping), PartnerError)


class AdapterConformance(EveryCall, SigningIn, Listing, Downloading, Uploading, Answering):
    """All scenarios."""

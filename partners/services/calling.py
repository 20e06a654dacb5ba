"""Calling a partner for one account: the adapter with the account's own credentials, and what the hub keeps of each call."""

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from opentelemetry import trace

from partners.adapters import registry
from partners.adapters.addresses import same_server
from partners.adapters.base import PartnerAdapter
from partners.adapters.errors import CredentialsRejected, Postponed, Rejected
from partners.adapters.ledger import CallRecord
from partners.adapters.records import Account, Endpoint, SignIn
from partners.crypto import Unreadable
from partners.models import Partner, PartnerCall, PartnerSystemUser
from partners.services import counting
from work import apart, limiter
from work.clock import now
from work.errors import Refused

_tracer = trace.get_tracer("agmission_partners.partners")
USER_AGENT = "AgMission-Integration/1.0"
QUIET_OPERATIONS = frozenset({"list_logs", "list_aircraft"})
LOOK_LASTS = timedelta(seconds=10)
AT_ONCE = timedelta(0)


class HubLedger:
    """The hub's side of a partner's calls: the account's allowance, its kept sign-in (encrypted), and the record of each call.

    A listing's record is held back until `keep` says whether it brought anything: most do not and only move a counter.
    """

    def __init__(self, system_user: PartnerSystemUser, correlation_id: UUID | str = "") -> None:
        self.system_user = system_user
        self.correlation_id = str(correlation_id)
        self._held: list[PartnerCall] = []

    def before_call(self, operation: str) -> None:
        """Use one call of the account's limit, or raise Postponed: also where those credentials were changed meanwhile."""
        rate = limiter.Rate(self.system_user.rate_limit or settings.HUB.satloc.rate_limit)
        try:
            wait = limiter.take(self._same_credentials(), rate)
        except PartnerSystemUser.DoesNotExist:
            raise Postponed(AT_ONCE, f"the credentials of {self.system_user} were changed a moment ago") from None
        if wait is not None:
            raise Postponed(wait, f"{self.system_user} may make {rate.per_minute} calls a minute")

    def after_call(self, record: CallRecord) -> None:
        """Keep the record of one call."""
        _trace(record)
        if self.system_user.pk == apart.OWNER:
            return
        call = PartnerCall(
            system_user=None if self.system_user._state.adding else self.system_user,
            operation=record.operation,
            method=record.method,
            url=record.redacted_url,
            outcome=record.outcome,
            http_status=record.http_status,
            duration_ms=record.duration_ms,
            bytes_in=record.bytes_in,
            bytes_out=record.bytes_out,
            dialect=record.dialect,
            error=record.error_message,
            correlation_id=self.correlation_id,
        )
        if record.operation in QUIET_OPERATIONS and record.outcome == "OK":
            self._held.append(call)
        else:
            call.save(force_insert=True)

    def keep(self, *, worth_a_row: bool) -> None:
        """Write the held records: each as a row, or all of them as a count of the hour."""
        if worth_a_row:
            PartnerCall.objects.bulk_create(self._held)
        else:
            for operation, calls in Counter(call.operation for call in self._held).items():
                counting.count(operation, self.system_user.pk, calls)
        self._held = []

    def sign_in(self) -> SignIn | None:
        """The kept sign-in unless it has run out."""
        if not self.system_user.sign_in:
            return None
        kept = SignIn.from_json(self.system_user.sign_in)
        return None if kept.expires_at and kept.expires_at <= now() else kept

    def save_sign_in(self, sign_in: SignIn) -> None:
        """Keep a sign-in, unless the credentials were changed since this ledger read them."""
        self.system_user.sign_in = sign_in.to_json()
        self.note_sign_in(sign_in, sign_in=self.system_user.sign_in)

    def note_sign_in(self, said: SignIn, **more: str) -> None:
        """Write down what a good sign-in says about the account, unless its credentials were changed since."""
        ids = {"signed_in_user_id": said.user_id, "signed_in_company_id": said.company_id}
        self._same_credentials().update(verified_at=Now(), **ids, **more)

    def drop_sign_in(self) -> None:
        """Forget the kept sign-in, unless it is a newer one already."""
        self.system_user.sign_in = None
        self._same_credentials().update(sign_in=None)

    def _same_credentials(self) -> "QuerySet[PartnerSystemUser]":
        return PartnerSystemUser.objects.filter(pk=self.system_user.pk, credentials_version=self.system_user.credentials_version)


def adapter_for(system_user: PartnerSystemUser, ledger: HubLedger, *, timeout: timedelta | None = None) -> PartnerAdapter:
    """The account's adapter. `timeout` (without a byte) overrides the partner's own for this assignment's calls."""
    return _adapter(system_user, endpoint_of(system_user.partner, timeout), ledger)


def looking_adapter_for(system_user: PartnerSystemUser, ledger: HubLedger) -> PartnerAdapter:
    """The account's adapter for a look at whether it works: asked once, with an answer within seconds."""
    return _adapter(system_user, looking_endpoint_of(system_user.partner), ledger)


def _adapter(system_user: PartnerSystemUser, endpoint: Endpoint, ledger: HubLedger) -> PartnerAdapter:
    return registry.get(system_user.partner.adapter)(endpoint, account_of(system_user), ledger)


def looking_endpoint_of(partner: Partner) -> Endpoint:
    """The partner's endpoint for a look: no quick repeats, and given up as a whole after `LOOK_LASTS`."""
    usual = endpoint_of(partner)
    return replace(usual, timeout=min(usual.timeout, LOOK_LASTS), quick_repeats=0, longest=LOOK_LASTS)


def endpoint_of(partner: Partner, timeout: timedelta | None = None) -> Endpoint:
    """Where the partner is reached, and how patiently."""
    configuration = partner.configuration
    defaults = settings.HUB.satloc
    base_url, private_hosts_allowed = _address_of(partner)
    return Endpoint(
        base_url=base_url,
        private_hosts_allowed=private_hosts_allowed,
        timeout=timeout or defaults.timeout,
        quick_repeats=defaults.retry_attempts,
        user_agent=USER_AGENT,
        upload_format=configuration.get("uploadFormat", "json"),
        max_upload_size=configuration.get("maxFileSize"),
    )


def _address_of(partner: Partner) -> tuple[str, bool]:
    """The address users configured, checked against private networks, else the operator's own, which may be anywhere.

    The canary's partner has its simulated cloud and nothing else, and no other partner has that one: Rejected.
    """
    canary = settings.HUB.canary
    if partner.pk == apart.OWNER:
        if canary is None:
            raise Rejected("the canary is switched off (PARTNER_CANARY), so its simulated cloud is not called")
        return canary.base_url, True
    configured = partner.configuration.get("baseUrl")
    address = configured or settings.HUB.satloc.base_url
    if canary and same_server(address, canary.base_url):
        raise Rejected(f"{partner} has the address of the canary's simulated cloud, which is called for nobody else; correct it")
    return address, settings.HUB.allow_private_hosts or not configured


def require_partner(partner: Partner) -> None:
    """Refused where nothing may or can be called: an inactive partner, or one without an adapter here."""
    if not partner.active:
        raise Refused(f"{partner} is deactivated, so it is not called; activate the partner first", "partnerInactive")
    if not registry.is_supported(partner.adapter):
        raise Refused(f"there is no adapter {partner.adapter} here, so {partner} cannot be called", "unknownAdapter")


def require_account(system_user: PartnerSystemUser) -> None:
    """Refused where the account or its customer is deactivated."""
    if not (system_user.active and system_user.customer.active):
        raise Refused(f"{system_user} is deactivated; activate it first", "deactivated")


def account_of(system_user: PartnerSystemUser) -> Account:
    """The account's own credentials, and nobody else's. CredentialsRejected where the hub itself cannot read them."""
    for secret in (system_user.api_secret, system_user.api_key):
        if isinstance(secret, Unreadable):
            raise CredentialsRejected(f"{secret.reason}, or enter the credentials anew")
    return Account(
        username=system_user.partner_username,
        secret=system_user.api_secret,
        user_id=system_user.partner_user_id,
        company_id=system_user.company_id,
        api_key=system_user.api_key,
    )


def _trace(record: CallRecord) -> None:
    """One finished call as a span of what is in hand. The address has its values hidden, as where it is stored."""
    ended = time.time_ns()
    told: dict[str, str | int] = {
        "http.request.method": record.method,
        "url.path": record.redacted_url,
        "outcome": record.outcome,
    }
    if record.http_status is not None:
        told["http.response.status_code"] = record.http_status
    began = ended - record.duration_ms * 1_000_000
    span = _tracer.start_span(record.operation, kind=trace.SpanKind.CLIENT, start_time=began, attributes=told)
    if record.outcome != "OK":
        span.set_status(trace.StatusCode.ERROR, record.outcome)
    span.end(ended)

"""Signing in at a partner because a person wants to know: neither reads nor keeps a sign-in.

A trial changes nothing; after a verification the account's state follows the answer.
"""

from dataclasses import dataclass
from datetime import timedelta

from partners.adapters import errors
from partners.adapters.records import SignIn
from partners.models import PartnerSystemUser
from partners.services import partner_health, pausing, refreshing
from partners.services.calling import HubLedger, adapter_for, require_account, require_partner
from work import history

PATIENCE = timedelta(seconds=10)
"""A person waits for the answer, so a silent partner is given up sooner than in the background."""

NOT_NOW = "NOT_NOW"


@dataclass(frozen=True)
class Verdict:
    """What came of a sign-in: `words` for a person; `error_code` is empty where it succeeded."""

    words: str
    error_code: str = ""

    @property
    def ok(self) -> bool:
        """Whether the partner accepts the credentials."""
        return not self.error_code


class TrialLedger(HubLedger):
    """Counts and records the calls of a trial; reads and keeps no sign-in. An account without a row yet has no allowance."""

    def before_call(self, operation: str) -> None:
        if not self.system_user._state.adding:
            super().before_call(operation)

    def sign_in(self) -> SignIn | None:
        return None

    def save_sign_in(self, sign_in: SignIn) -> None:
        """Nothing is kept of a trial."""

    def drop_sign_in(self) -> None:
        """Nothing was kept."""


def try_out(system_user: PartnerSystemUser) -> Verdict:
    """Whether the partner accepts these credentials, as they are in hand, saved or not. Only the record of the call is stored."""
    return _sign_in(system_user, TrialLedger(system_user))[0]


def verify(system_user: PartnerSystemUser, *, actor: str) -> Verdict:
    """Sign in with the saved credentials now, also while the account is paused; the account's state follows the answer.

    A good answer lets go on what waited for the credentials, and has the account's aircraft listed by a worker.
    """
    require_account(system_user)
    ledger = TrialLedger(system_user)
    verdict, outcome = _sign_in(system_user, ledger)
    history.record(pausing.OBJECT_TYPE, system_user.pk, "verified", actor=actor, reason=verdict.words)
    match outcome:
        case SignIn():
            ledger.note_sign_in(outcome)
            pausing.note_success(system_user, by_person=True)
            partner_health.answered_a_person(system_user.partner, actor=actor)
            refreshing.list_soon(system_user)
        case errors.CredentialsRejected():
            pausing.note_refusal(system_user, outcome)
        case errors.PartnerError():
            pausing.note_failure(system_user, outcome)
    return verdict


Outcome = SignIn | errors.PartnerError | errors.Postponed


def _sign_in(system_user: PartnerSystemUser, ledger: HubLedger) -> tuple[Verdict, Outcome]:
    require_partner(system_user.partner)
    try:
        adapter = adapter_for(system_user, ledger, timeout=PATIENCE)
        signed_in = adapter.sign_in()
    except errors.PartnerError as error:
        return Verdict(error.message, error.code), error
    except errors.Postponed as wait:
        return Verdict(f"{wait.reason}; try again in {_seconds(wait.delay)}", NOT_NOW), wait
    differences = signed_in.differences(adapter.account)
    words = f"{system_user.partner} accepts the login {system_user.partner_username}."
    return Verdict(" ".join([words, *differences])), signed_in


def _seconds(delay: timedelta) -> str:
    return f"{max(1, round(delay.total_seconds()))} s"

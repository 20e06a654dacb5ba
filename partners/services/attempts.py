"""One attempt to call a partner for an account: may it be made, and what does its end say about the account."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from partners.adapters import errors
from partners.models import PartnerSystemUser
from partners.services import pausing
from work.kinds import Postponed

AT_ONCE = timedelta(0)


@contextmanager
def attempt(system_user: PartnerSystemUser, at: datetime | None = None) -> Iterator[None]:
    """Run a partner's calls in this block. What is no attempt leaves as Postponed: a pause, a limit, refused credentials.

    Other partner errors pass through, after the account has noted them. `at`: the database's time, where it is known.
    """
    pausing.check_may_call(system_user)
    with noted(system_user, at):
        yield


@contextmanager
def noted(
    system_user: PartnerSystemUser, at: datetime | None = None, *, look: bool = False, by_person: bool = False
) -> Iterator[None]:
    """The same whether or not the account may be called. `look`: the calls are made to see whether it works."""
    try:
        yield
    except errors.Postponed as wait:
        raise Postponed(wait.delay, wait.reason) from None
    except errors.CredentialsRejected as error:
        wait_for = pausing.note_refusal(system_user, error)
        if wait_for is None:
            raise Postponed(AT_ONCE, f"{system_user}: its credentials were changed while it was called") from None
        fields = {"error_code": error.code, "error": error.message}
        raise Postponed(wait_for, error.message, fields) from None
    except (errors.Rejected, errors.BadPayload):
        raise  # about what was asked for; the account works
    except errors.PartnerError as error:
        pausing.note_failure(system_user, error, look=look)
        raise
    pausing.note_success(system_user, at, by_person=by_person)

import copy
import pickle
from datetime import timedelta

import pytest

from partners.adapters.errors import (
    BadPayload,
    CredentialsRejected,
    ErrorCode,
    NotFound,
    OutcomeUnknown,
    PartnerError,
    Postponed,
    RateLimited,
    Rejected,
    RetryLater,
    Unsupported,
)

ERRORS = [
    RetryLater("later", ErrorCode.NETWORK_ERROR, timedelta(seconds=3)),
    RetryLater(message="later", code=ErrorCode.NETWORK_ERROR),
    RateLimited(timedelta(minutes=1)),
    RateLimited(message="slower"),
    CredentialsRejected("login"),
    Rejected("no"),
    NotFound("where"),
    OutcomeUnknown("who knows"),
    BadPayload("too long"),
    Postponed(timedelta(seconds=1), "paused"),
    Unsupported("find_job"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("again", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy], ids=["pickle", "copy"])  # noqa: S301 - of our own making
def test_comes_back_from_another_process_as_it_was(error, again):
    back = again(error)
    assert (type(back), back.__dict__, str(back), back.args) == (type(error), error.__dict__, str(error), error.args)


@pytest.mark.parametrize("error_class", [RetryLater, RateLimited, CredentialsRejected, Rejected, OutcomeUnknown])
def test_is_made_of_the_same_three_values(error_class):
    error = error_class.because("a sentence", None, timedelta(seconds=9))
    assert str(error) == error.message == "a sentence"
    assert getattr(error, "retry_after", timedelta(seconds=9)) == timedelta(seconds=9)


def test_codes_are_those_of_the_guide_and_three_more():
    codes = {error.code for error in ERRORS if isinstance(error, PartnerError)}
    assert codes == set(ErrorCode) - {ErrorCode.UNKNOWN_ERROR}
    assert RetryLater("a server error").code == "UNKNOWN_ERROR"


def test_a_postponed_or_unsupported_call_is_no_failure_of_the_partner():
    assert not issubclass(Postponed, PartnerError)
    assert not issubclass(Unsupported, PartnerError)

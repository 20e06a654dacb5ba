"""Signing in and out, and what keeps people from guessing passwords.

Failures are counted in the database, so all web processes count together: for a name from an address, for a name from
wherever, and from an address for whatever name. Of each some may come at once, then few a minute. The narrowest count is what
stops somebody who guesses one password; so that it locks out him, and not whose name he tries. A sign-in that succeeds does
not count. Of IPv6 a client has a whole network, which counts as one address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models import F
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.actors import ANYBODY, name_of
from accounts.addresses import address_of, holder_of
from accounts.models import ApiToken, SignInLimit, User
from accounts.services import tokens
from work import history, limiter
from work.clock import from_now

OBJECT_TYPE = "user"
FORGOTTEN_AFTER = timedelta(hours=1)


PER_NAME_AND_ADDRESS = limiter.Bursts(per_minute=1, at_once=10)
PER_NAME = limiter.Bursts(per_minute=5, at_once=50)
PER_ADDRESS = limiter.Bursts(per_minute=10, at_once=50)


class TooManyFailures(Exception):
    """Too many sign-ins failed for this name or from this address; `wait` until the next may be tried."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many sign-ins failed; try again in {wait.total_seconds():.0f} s")
        self.wait = wait


def sign_in(*, request: HttpRequest, username: str, password: str) -> tuple[User, ApiToken, str] | None:
    """The user, the token's row and the token itself, shown this once; None where name and password do not fit.

    Raises TooManyFailures.
    """
    with guarded(request, username) as attempt:
        user = authenticate(request, username=username, password=password)
        attempt.succeeded = isinstance(user, User)
    if not isinstance(user, User):
        return None
    with transaction.atomic():
        row, token = tokens.make(user)
        request.user, request.auth = user, row  # type: ignore[attr-defined]  # as views that take tokens leave it
        user_logged_in.send(sender=User, request=request, user=user)
    return user, row, token


def sign_out(*, request: HttpRequest, user: User, token: ApiToken) -> None:
    """The token is worth nothing from now on."""
    with transaction.atomic():
        token.delete()
        user_logged_out.send(sender=User, request=request, user=user)


@receiver(user_logged_in)
def _note_sign_in(user: User, **_: Any) -> None:
    """By whichever door: the API's, the admin's or the pages'."""
    history.record(OBJECT_TYPE, user.pk, "signed in", actor=name_of(user))


@receiver(user_logged_out)
def _note_sign_out(user: User | None, **_: Any) -> None:
    if user is not None:
        history.record(OBJECT_TYPE, user.pk, "signed out", actor=name_of(user))


@receiver(user_login_failed)
def _note_failure(credentials: dict[str, Any], **_: Any) -> None:
    """A name that nobody has is not kept: people type passwords where names belong."""
    user = User.objects.filter(username=str(credentials.get("username", ""))).first()
    data = {"username": user.username} if user else {}
    history.record(OBJECT_TYPE, user.pk if user else "", "sign-in failed", actor=ANYBODY, data=data)


@dataclass
class Attempt:
    """One try. It counts as a failure until it is known to have succeeded, so that many at once are counted too."""

    succeeded: bool = False


@contextmanager
def guarded(request: HttpRequest, username: str) -> Iterator[Attempt]:
    """A block in which a password is tried. Raises TooManyFailures before it begins."""
    place = holder_of(address_of(request))
    limits = [
        ("both", f"{place} {username}", PER_NAME_AND_ADDRESS),
        ("username", username, PER_NAME),
        ("address", place, PER_ADDRESS),
    ]
    taken: list[tuple[str, limiter.Bursts]] = []
    for kind, value, rate in limits:
        key = _key(kind, value)
        wait = _take(key, rate)
        if wait is not None:
            _give_back(taken)
            raise TooManyFailures(wait)
        taken.append((key, rate))
    attempt = Attempt()
    yield attempt
    if attempt.succeeded:
        _give_back(taken)


def _key(kind: str, value: str) -> str:
    """Names and addresses are kept as keyed hashes: people type passwords where names belong."""
    return salted_hmac("accounts.sign_in", f"{kind}:{value}", algorithm="sha256").hexdigest()


def _take(key: str, rate: limiter.Bursts) -> timedelta | None:
    """Count one failure more; how long to wait where that is one too many."""
    rows = SignInLimit.objects.filter(key=key)
    while True:
        if not rows.exists():
            SignInLimit.objects.filter(next_call_at__lt=from_now(-FORGOTTEN_AFTER)).delete()
            SignInLimit.objects.bulk_create([SignInLimit(key=key)], ignore_conflicts=True)
        try:
            return limiter.take(rows, rate)
        except SignInLimit.DoesNotExist:
            continue  # somebody forgot it just now, as it was old


def _give_back(taken: "list[tuple[str, limiter.Bursts]]") -> None:
    for key, rate in taken:
        SignInLimit.objects.filter(key=key).update(next_call_at=F("next_call_at") - rate.interval)

"""Tokens that programs sign in with: made, shown once, revoked. The database keeps their hash alone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from knox.models import get_digest_token

from accounts.models import ApiToken, User
from accounts.services.writing import record_change, record_created, record_removed, write
from work import history
from work.clock import from_now, now

OBJECT_TYPE = "apiToken"
SIGN_IN = "sign-in"
SIGN_IN_LASTS = timedelta(hours=12)
LASTS = timedelta(days=90)
LASTS_AT_MOST = timedelta(days=366)
SHOWN_AFTER_ITS_END = timedelta(days=7)
"""So that somebody whose program was shut out sees why."""

USE_NOTED_EVERY = timedelta(hours=1)


def make(user: User, *, name: str = SIGN_IN, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A token's row and the token itself, which nobody can tell again. Those that ended long ago go on this occasion."""
    ApiToken.objects.filter(user=user, expiry__lt=from_now(-SHOWN_AFTER_ITS_END)).delete()
    digest, token = get_digest_token()
    row = ApiToken(user=user, name=name, digest=digest, expiry=expires_at or now() + SIGN_IN_LASTS)
    row.save(force_insert=True)
    return row, token


def create_token(*, user: User, actor: str, name: str, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A named token for one's own programs; it lasts 90 days where nothing else is asked for."""
    with transaction.atomic():
        row, token = make(user, name=name, expires_at=expires_at or now() + LASTS)
        record_created(OBJECT_TYPE, row, actor=actor)
    return row, token


def rename_token(token: ApiToken, *, actor: str, name: str) -> ApiToken:
    """Call it something else."""
    with transaction.atomic():
        record_change(OBJECT_TYPE, token, write(token, {"name": name}), actor=actor)
    return token


def revoke_token(token: ApiToken, *, actor: str) -> None:
    """It is worth nothing from now on."""
    with transaction.atomic():
        key = token.pk
        token.delete()
        token.pk = key
        record_removed(OBJECT_TYPE, token, "revoked", actor=actor)


def end_tokens(user: User, *, actor: str) -> int:
    """All tokens of a person, of sign-ins too, are worth nothing from now on; how many that were."""
    with transaction.atomic():
        ended, _ = ApiToken.objects.filter(user=user).delete()
        if ended:
            history.record("user", user.pk, "tokens ended", actor=actor, data={"tokens": ended})
    return ended


def unnoted() -> Q:
    """Tokens whose use has not been noted for an hour."""
    return Q(last_used_at__isnull=True) | Q(last_used_at__lt=from_now(-USE_NOTED_EVERY))


def note_use(token: ApiToken) -> None:
    """Once an hour is enough, and costs a busy program no write; of many requests at once one does it."""
    ApiToken.objects.filter(unnoted(), pk=token.pk).update(last_used_at=Now())

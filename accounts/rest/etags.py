"""Entity tags (RFC 9110, 8.8.3): what a client read, so that it does not overwrite what it did not see.

A tag has two halves, `"<edited>-<shown>"`. The first changes with what people edit, and is all that If-Match looks at: what the
machine moves meanwhile is no reason to refuse a person's change. The second changes with anything that the answer shows, so that
the whole tag, which If-None-Match asks for, stands for the same bytes.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.crypto import salted_hmac
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.rest.problems import PreconditionFailed
from work.errors import Refused

HALF = 24
ANY = "*"


def digest(value: Any) -> str:
    """Half a tag. Keyed, as a value may be secret, which a plain hash would give away."""
    return salted_hmac("accounts.rest.etags", repr(value), algorithm="sha256").hexdigest()[:HALF]


def etag(edited: str, data: Any) -> str:
    """The tag of an answer: what people edit, by its half, and all that is shown."""
    return f'"{edited}-{digest(JSONRenderer().render(data))}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the client says by If-None-Match that it has this answer already. Weak tags count (RFC 9110, 13.1.2)."""
    known = _listed(request, "If-None-Match")
    return ANY in known or tag in [one.removeprefix("W/") for one in known]


def check(request: Request, edited: Callable[[], str]) -> None:
    """Raise PreconditionFailed where If-Match names another state. Weak tags never match (RFC 9110, 13.1.1)."""
    if "If-Match" not in request.headers:
        return
    wanted = _listed(request, "If-Match")
    if ANY not in wanted and not any(one.startswith(f'"{edited()}-') for one in wanted):
        raise PreconditionFailed


def hold_unchanged(request: Request, row: Model, edited: Callable[[Any], str]) -> None:
    """Inside a transaction: lock the row, and refuse where it is no longer as it was read; `edited` gives half its tag.

    PostgreSQL locks the row; on SQLite the transaction itself is the lock, as it begins by taking it (IMMEDIATE).
    """
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("a row is held by the transaction that changes it")
    rows = type(row)._default_manager.select_for_update().filter(pk=row.pk)
    current = rows.first()
    if current is not None and edited(current) == edited(row):
        return
    if "If-Match" in request.headers:
        raise PreconditionFailed
    raise Refused("Somebody changed it at the same moment; read it again and repeat your change.", "changedMeanwhile")


def _listed(request: Request, header: str) -> list[str]:
    return [one.strip() for one in request.headers.get(header, "").split(",")]

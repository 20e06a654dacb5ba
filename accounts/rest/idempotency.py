"""Idempotency-Key: a POST that creates, sent twice, creates once and gets the same answer for 24 hours."""

import functools
import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import RememberedRequest, User
from accounts.rest.described import LONGEST_KEY
from accounts.services import remembering

REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("ETag", "Location")

Handler = Callable[..., Response]


class KeyUsedForAnother(exceptions.APIException):
    """The same key came with another request."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key came with another request in the last 24 hours; use a new key."
    default_code = "idempotencyKeyReused"


class _AnsweredMeanwhile(Exception):
    """Another request with this key was carried out while this one waited for it."""


def idempotent(
    handler: Handler | None = None, *, prepare: Callable[[Any], Any] | None = None, unremembered: Collection[str] = ()
) -> Any:
    """Decorates the method of a view that creates.

    What it does and the memory of its answer are one transaction, which begins with the row of the key: a crash leaves both or
    neither, and of two requests at once the second waits for the first. What takes long, or asks somebody else, belongs before
    the transaction: into `prepare(view)`, whose result the handler gets after the request.
    Only answers that succeeded are remembered: a refused request may be corrected.
    `unremembered`: secrets of an answer, which are given once and not kept for another time.
    """
    if handler is None:
        return functools.partial(idempotent, prepare=prepare, unremembered=unremembered)

    @functools.wraps(handler)
    def respond(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        memory = Memory.of(request) if "Idempotency-Key" in request.headers else None
        answer = memory.answer() if memory else None
        if answer is not None:
            return answer
        prepared = (prepare(view),) if prepare else ()
        act = functools.partial(handler, view, request, *prepared, *args, **kwargs)
        return memory.once(act, unremembered) if memory else act()

    respond.is_idempotent = True  # type: ignore[attr-defined]  # the API's description tells of the header
    return respond


@dataclass(frozen=True)
class Memory:
    """What is remembered of one user's requests with one key."""

    user: User
    key: str
    fingerprint: str

    @classmethod
    def of(cls, request: Request) -> "Memory":
        """Raises ValidationError for a key that is none."""
        return cls(cast("User", request.user), _checked(request.headers["Idempotency-Key"]), fingerprint_of(request))

    def answer(self) -> Response | None:
        """The answer that the same request got before. Raises KeyUsedForAnother."""
        found = remembering.recall(self.user, self.key)
        if found is None:
            return None
        if found.fingerprint != self.fingerprint:
            raise KeyUsedForAnother
        kept: dict[str, Any] = found.body or {}
        return Response(kept["body"], status=found.status_code, headers={**kept["headers"], REPLAYED: "true"})

    def once(self, act: Callable[[], Response], unremembered: Collection[str]) -> Response:
        """Carry it out, or give the answer of the request that was carried out while this one waited."""
        remembering.forget_old(self.user, self.key)
        try:
            with transaction.atomic():
                row = self._reserve()
                response = act()
                remembering.remember(row, response.status_code, _kept(response, unremembered))
        except _AnsweredMeanwhile:
            answer = self.answer()
            if answer is None:
                raise RuntimeError("the row of an Idempotency-Key went while it was waited for") from None
            return answer
        return response

    def _reserve(self) -> RememberedRequest:
        """The row of this key. The database lets a second request wait here until the first is through."""
        try:
            with transaction.atomic():
                return RememberedRequest.objects.create(user=self.user, key=self.key, fingerprint=self.fingerprint)
        except IntegrityError:
            raise _AnsweredMeanwhile from None


def _kept(response: Response, unremembered: Collection[str]) -> dict[str, Any]:
    body: Any = json.loads(JSONRenderer().render(response.data)) if response.data is not None else None
    for name in unremembered:
        del body[name]
    return {"body": body, "headers": {name: response[name] for name in KEPT_HEADERS if name in response}}


def _checked(key: str) -> str:
    if key and len(key) <= LONGEST_KEY and key.isascii() and key.isprintable():
        return key
    detail = exceptions.ErrorDetail(f"must be 1 to {LONGEST_KEY} printable ASCII characters", "invalid")
    raise exceptions.ValidationError({"Idempotency-Key": [detail]})


def fingerprint_of(request: Request) -> str:
    """Tells requests apart; keyed, because a body may hold a password, which a plain hash would give away."""
    text = json.dumps([request.method, request.path.rstrip("/"), request.META["QUERY_STRING"], _body_of(request)], sort_keys=True)
    return salted_hmac("accounts.rest.idempotency", text, algorithm="sha256").hexdigest()


def _body_of(request: Request) -> Any:
    data = request.data
    if not isinstance(data, QueryDict):
        return data
    return {name: [identity_of(value) for value in data.getlist(name)] for name in data}


def identity_of(value: Any) -> Any:
    """A field of a form; of a file, which may be large, its name and SHA-256, read in pieces."""
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]

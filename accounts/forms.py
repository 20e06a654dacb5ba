"""Signing in by a form."""

import math
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase

from accounts.services import signing_in


class GuardedSignIn(AuthenticationForm):
    """Username and password, with the same patience for wrong ones as the API's login. `wait`: until they are looked at again."""

    wait: timedelta | None = None

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")  # as it is looked up, however it was typed
        if username is None or not self.cleaned_data.get("password"):
            return self.cleaned_data
        if self.request is None:
            raise TypeError("a sign-in comes with its request, which says from where")
        try:
            with signing_in.guarded(self.request, username) as attempt:
                cleaned: dict[str, Any] = super().clean()
                attempt.succeeded = self.user_cache is not None
        except signing_in.TooManyFailures as error:
            self.wait = error.wait
            raise ValidationError(str(error).capitalize() + ".", code="tooManyFailures") from None
        return cleaned


def told_to_wait(response: HttpResponseBase) -> HttpResponseBase:
    """The page of such a form, with the status and the header by which programs see that they were too many."""
    wait = getattr((getattr(response, "context_data", None) or {}).get("form"), "wait", None)
    if wait is not None:
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response["Retry-After"] = str(math.ceil(wait.total_seconds()))
        response.says_why = True  # type: ignore[attr-defined]  # read by `problems_everywhere`
    return response

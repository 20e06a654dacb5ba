"""Who asks: a token (knox keeps its hash), or the session cookie with its CSRF token."""

from functools import cache
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.db.models.functions import Now
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from rest_framework.exceptions import AuthenticationFailed

from accounts.backends import may_sign_in
from accounts.models import ApiToken, User
from accounts.services import tokens


class HubTokenAuthentication(TokenAuthentication):
    """`Authorization: Token …`, found by its hash in one statement; its end is told by the database's clock."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        """The token's owner. Raises AuthenticationFailed."""
        found = next(iter(_valid_tokens().filter(digest=hash_token(token.decode("utf-8", "replace")))), None)
        if found is None or not may_sign_in(found.user):
            raise AuthenticationFailed("This token is unknown, revoked or has ended; sign in again.", code="badToken")
        if found.unnoted:
            tokens.note_use(found)
        return found.user, found


@cache  # without rows: it is built for every request otherwise, which takes as long as its statement
def _valid_tokens() -> QuerySet[ApiToken]:
    unnoted = ExpressionWrapper(tokens.unnoted(), output_field=BooleanField())
    return ApiToken.objects.select_related("user__customer").filter(expiry__gt=Now()).annotate(unnoted=unnoted)


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document names it."""

    target_class = HubTokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token …`, from `auth/login`"}

"""`auth/login` and `auth/logout`."""

from http import HTTPStatus
from typing import Any, cast

from django.contrib.auth import logout
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.examples import SIGN_IN
from accounts.api.users import UserSerializer
from accounts.models import ApiToken
from accounts.rest.fields import SecretField, UtcDateTimeField
from accounts.rest.queries import QueryChecked
from accounts.rest.rules import EVERYBODY
from accounts.rest.serializers import NothingSerializer, WireSerializer
from accounts.rest.viewsets import HubView
from accounts.services import signing_in


class CredentialsSerializer(WireSerializer):
    username = serializers.CharField(max_length=150)
    password = SecretField(max_length=1000)


class SignedInSerializer(WireSerializer):
    token = serializers.CharField()
    expiry = UtcDateTimeField()
    user = UserSerializer()


class LoginView(QueryChecked):
    """Username and password for a token, which is shown this once."""

    permission_classes = (AllowAny,)
    authentication_classes = ()

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"

    @extend_schema(
        request=CredentialsSerializer,
        responses={200: SignedInSerializer, 401: None, 429: None},
        auth=[],
        operation_id="auth_login",
        examples=SIGN_IN,
    )
    def post(self, request: Request) -> Response:
        """Sign in."""
        self.check_query()
        body = CredentialsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            signed_in = signing_in.sign_in(request=request._request, **body.validated_data)
        except signing_in.TooManyFailures as error:
            raise Throttled(error.wait.total_seconds(), detail=str(error).capitalize() + ".") from None
        if signed_in is None:
            raise AuthenticationFailed("Username and password do not fit, or the account is not active.", "badCredentials")
        user, row, token = signed_in
        answer = SignedInSerializer({"token": token, "expiry": row.expiry, "user": user})
        return Response(answer.data, headers={"Cache-Control": "no-store"})


class LogoutView(HubView):
    """The end of the token, or of the session, that the request came with."""

    rules = {"post": EVERYBODY}

    @extend_schema(request=NothingSerializer, responses={HTTPStatus.NO_CONTENT: None}, operation_id="auth_logout")
    def post(self, request: Request, *args: Any) -> Response:
        """Sign out."""
        self.expect_no_fields()
        if request.auth is None:
            logout(request._request)
        else:
            signing_in.sign_out(request=request._request, user=self.user, token=cast("ApiToken", request.auth))
        return Response(status=HTTPStatus.NO_CONTENT)

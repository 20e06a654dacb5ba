"""Signing in and out with a session."""

from typing import Any

from django.contrib.auth import views
from django.http import HttpRequest, HttpResponseBase

from accounts.forms import GuardedSignIn, told_to_wait

NO_FIT = "Username and password do not fit, or the account is not active."


class SignInForm(GuardedSignIn):
    """Says no more about a name than the API's login does."""

    error_messages = {"invalid_login": NO_FIT, "inactive": NO_FIT}


class SignIn(views.LoginView):
    """`/login/`; who is signed in already goes on to where they wanted."""

    template_name = "pages/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return told_to_wait(super().dispatch(request, *args, **kwargs))


class SignOut(views.LogoutView):
    """`/logout/`, by POST."""

    next_page = "pages:sign_in"

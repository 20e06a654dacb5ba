"""The admin's login."""

from unfold.forms import AuthenticationForm

from accounts.forms import GuardedSignIn


class GuardedLoginForm(GuardedSignIn, AuthenticationForm):
    """Unfold's form with the same patience for wrong passwords as the API's login."""

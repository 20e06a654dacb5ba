"""The admin's site: for ops alone, with the start page that says what waits for a person."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite

from accounts.admin_base.login import GuardedLoginForm
from accounts.backends import may_sign_in
from accounts.forms import told_to_wait
from accounts.models import User
from accounts.states import Role


class HubAdminSite(UnfoldAdminSite):
    """Asks for the role itself, not only for Django's `is_staff`."""

    site_title = "agmission-partners"
    site_header = "agmission-partners"
    index_title = "What waits for a person"
    final_catch_all_view = False  # so that a path without its final slash is found with it, as everywhere

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.login_form = GuardedLoginForm

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and may_sign_in(user) and user.role == Role.OPS

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Made where it is shown: each page is given one, and only those of all models, and of an app's, show it."""
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return told_to_wait(super().login(request, extra_context))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from agmission_partners.start_page import start_page

        return super().index(request, {**start_page(), **(extra_context or {})})

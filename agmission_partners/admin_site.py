"""The admin's site: for ops alone, with the start page that says what waits for a person."""

from typing import Any

from django.http import HttpRequest
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

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return told_to_wait(super().login(request, extra_context))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from agmission_partners.start_page import start_page

        return super().index(request, {**start_page(), **(extra_context or {})})

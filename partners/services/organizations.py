"""Making and changing partner organizations, each with its own login."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.services.users import change_user, create_user
from accounts.services.writing import only_once, record_change, record_created, write
from accounts.states import Role
from partners.models import Partner, PartnerMembership, PartnerSystemUser, default_configuration
from partners.services import check_rows, pausing

OBJECT_TYPE = "partner"


def create_partner(*, actor: str, login: Mapping[str, Any], configuration: Mapping[str, Any], **fields: Any) -> Partner:
    """A partner and its login, which nobody can use until ops set a password. Refused where code or username is taken.

    `login` holds `username` and `name`; what `configuration` leaves out is as the implementation guide has it.
    """
    with transaction.atomic():
        with _code(fields["code"]):
            partner = Partner.objects.create(configuration={**default_configuration(), **configuration}, **fields)
        user = create_user(actor=actor, role=Role.PARTNER, **login)
        PartnerMembership.objects.create(user=user, partner=partner)
        record_created(OBJECT_TYPE, partner, actor=actor)
    return partner


def change_partner(partner: Partner, *, actor: str, login: Mapping[str, Any], **fields: Any) -> Partner:
    """Change a partner and its login. Refused where code or username is taken."""
    with transaction.atomic():
        with _code(fields.get("code", partner.code), own=partner):
            changed = write(partner, fields)
        record_change(OBJECT_TYPE, partner, changed, actor=actor)
        if login and partner.login:
            change_user(partner.login, actor=actor, **login)
        if "active" in changed:
            check_rows.schedule(partner)
            pausing.switched(PartnerSystemUser.objects.filter(partner=partner), on=partner.active)
    return partner


def _code(code: str, own: Partner | None = None) -> AbstractContextManager[None]:
    others = Partner.objects.filter(Q(code=code) & (~Q(pk=own.pk) if own else Q()))
    return only_once(others, f"A partner with the code {code} exists already.", "partnerCodeTaken")

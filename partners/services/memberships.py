"""Whose login a partner's user is."""

from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services.users import create_user
from partners.models import Partner, PartnerMembership
from work import history


def create_login(*, partner: Partner, actor: str, **fields: Any) -> User:
    """One more login of a partner."""
    with transaction.atomic():
        user = create_user(actor=actor, **fields)
        PartnerMembership.objects.create(user=user, partner=partner)
        history.record("partner", partner.pk, "login added", actor=actor, data={"userId": str(user.pk)})
    return user


def partner_of(user: User) -> Partner | None:
    """The partner whose login a user is."""
    membership = PartnerMembership.objects.filter(user=user).select_related("partner").first()
    return membership.partner if membership else None

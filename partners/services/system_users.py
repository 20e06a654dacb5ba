"""Making and changing customers' accounts at partners, and holding them back by hand."""

from typing import Any

from django.db import transaction

from accounts.services.writing import only_once, record_change, record_created, write
from partners.models import Partner, PartnerSystemUser
from partners.services import pausing, refreshing
from partners.states import AttentionKind
from work import attention, engine, history

CREDENTIALS = frozenset({"partner_username", "partner_user_id", "company_id", "api_key", "api_secret"})


def create_system_user(*, actor: str, **fields: Any) -> PartnerSystemUser:
    """A customer's account at a partner. Refused where that customer has this account there already."""
    same = PartnerSystemUser.objects.filter(**{name: fields[name] for name in ("partner", "customer", "partner_username")})
    with only_once(same, _taken(fields["partner"], fields["partner_username"]), "systemUserExists"):
        system_user = PartnerSystemUser.objects.create(**fields)
        record_created(pausing.OBJECT_TYPE, system_user, actor=actor)
        refreshing.schedule(system_user)
    return system_user


def change_system_user(system_user: PartnerSystemUser, *, actor: str, **fields: Any) -> PartnerSystemUser:
    """Change an account. New credentials take effect at once; what waited for them, or for the account, goes on."""
    login = fields.get("partner_username", system_user.partner_username)
    others = PartnerSystemUser.objects.filter(
        partner=system_user.partner_id, customer=system_user.customer_id, partner_username=login
    ).exclude(pk=system_user.pk)
    with only_once(others, _taken(system_user.partner, login), "systemUserExists"):
        changed = write(system_user, fields)
        record_change(pausing.OBJECT_TYPE, system_user, changed, actor=actor)
        if CREDENTIALS.intersection(changed):
            write(system_user, {"signed_in_user_id": "", "signed_in_company_id": ""})
            pausing.credentials_changed(system_user, actor=actor)
        elif "active" in changed and system_user.active:
            pausing.let_go_on(system_user, "It was activated, and no call was made since.", actor=actor)
        if "active" in changed:
            pausing.switched(PartnerSystemUser.objects.filter(pk=system_user.pk), on=system_user.active)
    return system_user


def pause(system_user: PartnerSystemUser, *, actor: str) -> PartnerSystemUser:
    """No call for this account until a person says `resume`."""
    with transaction.atomic():
        changed = write(system_user, {"paused_by_person": True})
        record_change(pausing.OBJECT_TYPE, system_user, changed, actor=actor, name="paused")
        if changed:
            engine.rest([system_user.pk])
    return system_user


def resume(system_user: PartnerSystemUser, *, actor: str) -> PartnerSystemUser:
    """Calls are made again, whoever or whatever held them back; refused credentials are tried again at once."""
    with transaction.atomic():
        write(system_user, {"paused_by_person": False, **pausing.NOTHING_HELD_AGAINST})
        attention.settle(AttentionKind.CREDENTIALS_REJECTED, pausing.OBJECT_TYPE, system_user.pk)
        history.record(pausing.OBJECT_TYPE, system_user.pk, "resumed", actor=actor)
        pausing.let_go_on(system_user, "A person resumed it, and no call was made since.", actor=actor)
    return system_user


def _taken(partner: Partner, login: str) -> str:
    return f"The customer has the account {login} at {partner} already."

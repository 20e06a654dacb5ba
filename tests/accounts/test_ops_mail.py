"""What ops are told by mail waits for a mail server that is away, goes out once, and many things in one mail."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.db.models import F

from accounts.models import Mailing, Notice
from accounts.services import ops_mail
from accounts.states import Role
from tests.support.scene import a_customer, a_user
from work import claims, engine
from work.models import Attention

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "tests.accounts.test_ops_mail"


class AwayBackend(EmailBackend):
    """A mail server that nobody reaches."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError("nobody listens")


class WatchingBackend(EmailBackend):
    """Sends only outside of transactions."""

    def send_messages(self, messages: Any) -> int:
        assert not transaction.get_connection().in_atomic_block
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _told_ops(settings: Any) -> None:
    settings.HUB = replace(settings.HUB, mail=replace(settings.HUB.mail, ops=("ann@example.com", "bob@example.com")))
    settings.EMAIL_BACKEND = f"{HERE}.WatchingBackend"


def send(**later: float) -> None:
    """Let time pass, and look what there is to mail."""
    passed = timedelta(**(later or {"hours": 1}))
    Mailing.objects.filter(due_at__isnull=False).update(due_at=F("due_at") - passed, rank_at=F("rank_at") - passed)
    engine.drain("default", 5, "postman")


def waiting() -> int:
    return Notice.objects.filter(mailed_at__isnull=True).count()


def test_one_thing_is_one_mail_to_all_ops() -> None:
    ops_mail.tell("SatLoc is unhealthy", "It does not answer.")
    send()
    (message,) = mail.outbox
    assert message.subject == "[agmission-partners] SatLoc is unhealthy"
    assert (message.body, message.to) == ("It does not answer.", ["ann@example.com", "bob@example.com"])
    assert waiting() == 0
    send()
    assert len(mail.outbox) == 1


def test_many_things_are_one_mail_and_one_mail_an_interval() -> None:
    for number in range(130):
        ops_mail.tell(f"change {number}", f"change {number} happened")
    send()
    (message,) = mail.outbox
    assert message.subject == "[agmission-partners] 130 changes, the first: change 0"
    assert "change 99 happened" in message.body
    assert "And 30 more" in message.body
    ops_mail.tell("another", "another")
    send(seconds=30)
    assert len(mail.outbox) == 1
    send(seconds=31)
    assert len(mail.outbox) == 2


def test_a_mail_server_that_is_away_loses_nothing_and_asks_a_person(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{HERE}.AwayBackend"
    ops_mail.tell("SatLoc is unhealthy", "It does not answer.")
    for _ in range(3):
        assert not Attention.objects.exists()
        send()
    assert (waiting(), Attention.objects.get().kind) == (1, "mailFails")
    assert "nobody listens" in Mailing.objects.get().error
    settings.EMAIL_BACKEND = f"{HERE}.WatchingBackend"
    send()
    assert (waiting(), len(mail.outbox), Mailing.objects.get().error) == (0, 1, "")
    assert not Attention.objects.filter(settled_at__isnull=True).exists()


def test_pauses_grow_while_it_is_away(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{HERE}.AwayBackend"
    ops_mail.tell("a", "b")
    for _ in range(8):
        send()
    row = Mailing.objects.get()
    assert row.due_at
    assert timedelta(minutes=7) < row.due_at - row.updated_at <= timedelta(minutes=15)


def test_a_worker_killed_before_it_sent_leaves_it_to_the_next() -> None:
    ops_mail.tell("a", "b")
    kind = ops_mail.Mail()
    assert claims.claim(kind, Mailing.objects.get(), "the victim")
    ops_mail.tell("c", "d")
    Mailing.objects.update(lease_expires_at=F("created_at"))
    engine.reap(kind)
    send()
    assert (len(mail.outbox), waiting()) == (1, 0)


def test_nothing_is_told_of_what_was_rolled_back() -> None:
    with transaction.atomic():
        ops_mail.tell("a", "b")
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_without_addresses_of_its_own_ops_people_are_told(settings: Any) -> None:
    settings.HUB = replace(settings.HUB, mail=replace(settings.HUB.mail, ops=()))
    a_user(None, email="olive@example.com")
    a_user(None, email="gone@example.com", is_active=False)
    a_user(None)
    a_user(a_customer(), Role.CUSTOMER, email="office@example.com")
    assert ops_mail.addresses() == ["olive@example.com"]


def test_where_nobody_has_an_address_nothing_is_kept(settings: Any) -> None:
    settings.HUB = replace(settings.HUB, mail=replace(settings.HUB.mail, ops=()))
    ops_mail.tell("a", "b")
    assert not Notice.objects.exists()


def test_what_waits_when_the_last_address_goes_is_not_lost(settings: Any) -> None:
    ops_mail.tell("a", "b")
    settings.HUB = replace(settings.HUB, mail=replace(settings.HUB.mail, ops=()))
    send()
    assert (waiting(), "OPS_EMAIL" in Mailing.objects.get().error) == (1, True)


@pytest.mark.parametrize("name", ["Sat\nLoc", "Sat\r\nBcc: all@example.com", "x" * 5000])
def test_a_name_ends_no_header(name: str) -> None:
    ops_mail.tell(f"{name} is unhealthy", "b")
    send()
    (message,) = mail.outbox
    assert "\n" not in message.subject
    assert "Bcc" not in message.message().keys()  # noqa: SIM118


def test_old_mail_is_forgotten_and_unsent_mail_is_not() -> None:
    ops_mail.tell("a", "b")
    send()
    sent = Notice.objects.get()
    old = UUID(int=sent.pk.int - (40 * 86_400_000 << 80))
    Notice.objects.filter(pk=sent.pk).update(id=old)
    send()
    assert not Notice.objects.exists()

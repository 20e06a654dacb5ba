"""Every credential gets the newest key, beside a system that goes on changing them."""

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from moving_in.models import Origin
from partners import crypto
from partners.api.system_users import SystemUserViewSet
from partners.models import Partner, PartnerSystemUser
from partners.services import rotating
from tests.support.scene import a_customer, a_partner, an_account
from tests.support.together import together

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))


def use(settings: Any, *keys: str) -> None:
    settings.HUB = replace(settings.HUB, credentials_keys=keys)


def rotate(**options: Any) -> str:
    out = StringIO()
    call_command("rotate_credentials", stdout=out, **options)
    return out.getvalue()


def key_ids() -> set[str]:
    """Of everything that is stored, as it is stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key, api_secret, sign_in FROM partners_partnersystemuser")
        return {value.split(":")[0] for row in cursor.fetchall() for value in row if value is not None}


@pytest.fixture
def accounts(db: None, settings: Any) -> list[PartnerSystemUser]:
    """Made under the old key; then a new one comes first."""
    use(settings, OLD)
    customer, partner = a_customer(), a_partner()
    made = [an_account(customer, partner, f"u{number}", api_key="", sign_in="{}" if number else None) for number in range(5)]
    use(settings, NEW, OLD)
    return made


def edited(row: PartnerSystemUser) -> str:
    """What a client's If-Match is compared with."""
    return SystemUserViewSet().edited(row)


def test_all_is_read_as_before_and_by_the_newest_key_alone(accounts: list[Any], settings: Any) -> None:
    before = list(PartnerSystemUser.objects.order_by("pk"))
    said = rotate()
    assert key_ids() == {crypto.key_id(NEW)}
    assert "14 values are encrypted anew" in said
    assert f"the key {crypto.key_id(OLD)} is used no more" in said
    use(settings, NEW)
    after = list(PartnerSystemUser.objects.order_by("pk"))
    assert [edited(row) for row in after] == [edited(row) for row in before]
    assert {row.api_secret for row in after} == {"sky-high-5"}


def test_a_second_run_finds_nothing_to_do(accounts: list[Any]) -> None:
    rotate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_secret FROM partners_partnersystemuser ORDER BY id")
        before = cursor.fetchall()
    assert "0 values are encrypted anew" in rotate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_secret FROM partners_partnersystemuser ORDER BY id")
        assert cursor.fetchall() == before


def test_a_dry_run_says_so_and_does_nothing(accounts: list[Any]) -> None:
    said = rotate(dry_run=True)
    assert "14 values would be encrypted anew" in said
    assert "used no more" not in said
    assert key_ids() == {crypto.key_id(OLD)}


def test_it_goes_on_where_it_was_broken_off(accounts: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating, "BATCH", 2)
    next(rotating.rotate())
    assert key_ids() == {crypto.key_id(OLD), crypto.key_id(NEW)}
    said = rotate()
    assert [line for line in said.splitlines() if "looked at" in line] == [f"{n} rows looked at" for n in (2, 4, 5)]
    assert key_ids() == {crypto.key_id(NEW)}


def test_what_no_key_opens_is_named_kept_and_ends_in_failure(accounts: list[Any], settings: Any) -> None:
    use(settings, LOST)
    PartnerSystemUser.objects.filter(pk=accounts[0].pk).update(api_secret="of-a-lost-key")
    use(settings, NEW, OLD)
    with pytest.raises(CommandError) as failure:
        rotate()
    assert f"api_secret of partner system user {accounts[0].pk}" in str(failure.value)
    assert crypto.key_id(LOST) in str(failure.value)
    assert "of-a-lost-key" not in str(failure.value)
    assert key_ids() == {crypto.key_id(NEW), crypto.key_id(LOST)}
    use(settings, LOST)
    assert PartnerSystemUser.objects.get(pk=accounts[0].pk).api_secret == "of-a-lost-key"


def test_what_was_never_encrypted_is_named_and_not_shown(accounts: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE partners_partnersystemuser SET api_key = 'hunter2'")
    with pytest.raises(CommandError, match="no form that this program writes") as failure:
        rotate()
    assert "hunter2" not in str(failure.value)


def test_a_value_that_was_tampered_with_is_named(accounts: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE partners_partnersystemuser SET api_key = %s", [f"{crypto.key_id(OLD)}:nonsense"])
    with pytest.raises(CommandError, match="does not open with it"):
        rotate()


def test_a_secret_that_is_changed_between_look_and_write_is_not_overwritten(accounts: list[Any], settings: Any) -> None:
    account = accounts[0]
    progress = rotating.Progress()
    stale = str(rotating._as_stored(PartnerSystemUser, ["api_secret"]).get(pk=account.pk).stored_api_secret)
    use(settings, OLD)
    PartnerSystemUser.objects.filter(pk=account.pk).update(api_secret="new-one")  # by a process that knows the old key first
    use(settings, NEW, OLD)
    rotating._look_at(progress, PartnerSystemUser, account.pk, "api_secret", stale, dry_run=False)
    assert (progress.rotated, progress.not_yet) == (1, [])
    assert PartnerSystemUser.objects.get(pk=account.pk).api_secret == "new-one"
    assert not rotating._replaced(PartnerSystemUser, account.pk, "api_secret", stale, "sky-high-5")


def test_secrets_that_vanish_meanwhile_stay_away(accounts: list[Any]) -> None:
    stale = str(rotating._as_stored(PartnerSystemUser, ["sign_in"]).get(pk=accounts[1].pk).stored_sign_in)
    PartnerSystemUser.objects.update(sign_in=None)
    rotating._look_at(rotating.Progress(), PartnerSystemUser, accounts[1].pk, "sign_in", stale, dry_run=False)
    assert not PartnerSystemUser.objects.filter(sign_in__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_while_people_change_secrets_none_is_lost(settings: Any) -> None:
    use(settings, OLD)
    customer, partner = a_customer(), a_partner()
    keys = [an_account(customer, partner, f"u{number}").pk for number in range(20)]
    use(settings, NEW, OLD)

    def people() -> None:
        for number, key in enumerate(keys):
            PartnerSystemUser.objects.filter(pk=key).update(api_secret=f"secret {number}")

    together(people, lambda: list(rotating.rotate()), lambda: list(rotating.rotate()))  # type: ignore[misc]
    assert [one.api_secret for one in PartnerSystemUser.objects.order_by("pk")] == [f"secret {n}" for n in range(20)]
    assert key_ids() == {crypto.key_id(NEW)}


def test_without_encryption_there_is_nothing_to_rotate(db: None, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, encrypt_credentials=False)
    with pytest.raises(CommandError, match="PARTNER_ENCRYPT_CREDENTIALS is false"):
        rotate()


def test_what_was_stored_without_encryption_is_encrypted(accounts: list[Any], settings: Any) -> None:
    settings.HUB = replace(settings.HUB, encrypt_credentials=False)
    PartnerSystemUser.objects.update(api_key="in the clear")
    settings.HUB = replace(settings.HUB, encrypt_credentials=True)
    rotate()
    assert key_ids() == {crypto.key_id(NEW)}
    assert {one.api_key for one in PartnerSystemUser.objects.all()} == {"in the clear"}


def test_every_encrypted_column_is_known() -> None:
    known = {PartnerSystemUser: ["api_key", "api_secret", "sign_in"], Origin: ["sealed"]}
    assert rotating.encrypted_columns() == known
    assert Partner not in rotating.encrypted_columns()

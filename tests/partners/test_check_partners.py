"""The command `check_partners`, and what a start says of stored configurations."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from partners.models import Partner, PartnerSystemUser
from partners.services import pausing, validating
from tests.support.hub import LOGIN, PASSWORD, Hub
from tests.support.scene import a_partner, an_account
from work import history
from work.clock import now


def check(*arguments: str) -> tuple[str, str]:
    """What it printed, and why it was not content."""
    printed = StringIO()
    try:
        call_command("check_partners", *arguments, "--no-color", stdout=printed)
    except CommandError as error:
        return printed.getvalue(), str(error)
    return printed.getvalue(), ""


def test_all_in_order(hub: Hub) -> None:
    printed, complaint = check()
    assert complaint == ""
    assert "SATLOC: Satloc, adapter satloc\n  configuration: valid\n  health: healthy, answered in " in printed
    assert f"  {LOGIN} (prairie)\n    configuration: valid\n    health: it works\nall in order\n" in printed
    assert [event.actor for event in history.of("partner", hub.partner.pk).filter(name="checked")] == ["check_partners"]


def test_what_is_wrong_is_named_and_counted(hub: Hub) -> None:
    an_account(hub.customer, hub.partner, "without@example.com")
    PartnerSystemUser.objects.filter(partner_username="without@example.com").update(api_secret="")
    hub.cloud.set_password(LOGIN, "changed")
    printed, complaint = check()
    assert complaint == "not in order: 2"
    assert "configuration: No password is entered for this SatLoc account; enter it." in printed
    assert "health: SatLoc Cloud refused the login" in printed
    assert PASSWORD not in printed


def test_offline_calls_nobody(hub: Hub) -> None:
    assert check("--offline")[1] == ""
    assert hub.cloud.calls() == {}


def test_accounts_of_a_partner_that_does_not_answer_are_not_called(hub: Hub) -> None:
    hub.cloud.fault("status", status=503)
    printed, complaint = check()
    assert complaint == "not in order: 1"
    assert "not looked at, as its partner does not answer" in printed
    assert set(hub.cloud.calls()) == {"IsAlive"}


@pytest.mark.parametrize(
    ("columns", "words", "wrong"),
    [
        ({"active": False}, "deactivated, not looked at", False),
        ({"paused_by_person": True}, "paused by a person, not looked at", False),
        ({"refused_at": now}, "health: its login is refused", True),
    ],
)
def test_accounts_that_may_not_be_called_are_not(hub: Hub, columns: dict[str, Any], words: str, wrong: bool) -> None:
    PartnerSystemUser.objects.update(**{name: value() if callable(value) else value for name, value in columns.items()})
    printed, complaint = check()
    assert (words in printed, bool(complaint), set(hub.cloud.calls())) == (True, wrong, {"IsAlive"})


def test_one_partner_may_be_chosen_and_wrong_arguments_are_answered(hub: Hub) -> None:
    a_partner("OTHER", adapter="gone")
    assert "OTHER" not in check("--partner", "SATLOC")[0]
    printed, complaint = check("--partner", "OTHER")
    assert "There is no adapter gone here. Available are: satloc." in printed
    assert complaint == "not in order: 1"
    assert check("--partner", "NOPE")[1] == "there is no partner NOPE; known are: OTHER, SATLOC"
    with pytest.raises(CommandError, match="unrecognized arguments: --prtner"):
        call_command("check_partners", "--prtner=SATLOC")


def test_without_partners_it_says_so(db: None) -> None:
    assert check() == ("there is no partner yet\n", "")


def warnings(command: str = "prepare", **options: bool) -> str:
    """What a start prints, by the command that it begins with."""
    said = StringIO()
    call_command(command, stdout=said, stderr=said, no_color=True, **options)
    return said.getvalue()


@pytest.mark.parametrize(("command", "options"), [("prepare", {}), ("migrate", {"skip_checks": False})])
def test_a_start_names_what_is_wrong_and_goes_on(hub: Hub, command: str, options: dict[str, bool]) -> None:
    a_partner("OTHER", adapter="dji")
    PartnerSystemUser.objects.update(api_secret="")
    said = warnings(command, **options)
    assert f"SATLOC, {LOGIN} (prairie): (partners.W001) No password is entered" in said
    assert "OTHER: (partners.W001) The implementation guide names it" in said
    assert "HINT: Correct it in the admin; `manage.py check_partners` looks again." in said
    assert hub.cloud.calls() == {}


def test_a_start_says_nothing_where_all_is_well_or_switched_off(hub: Hub) -> None:
    assert "partners.W" not in warnings()
    PartnerSystemUser.objects.update(api_secret="", active=False)
    assert "partners.W" not in warnings()


def test_a_start_names_no_more_than_one_reads(hub: Hub) -> None:
    for number in range(25):
        an_account(hub.customer, hub.partner, f"{number}")
    PartnerSystemUser.objects.update(api_secret="")
    said = warnings()
    assert (said.count("partners.W001"), "6 more faults of accounts" in said) == (20, True)


def test_an_adapter_that_breaks_over_one_partner_keeps_nobody_from_hearing_of_others(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    Partner.objects.update(configuration={"baseUrl": 7})
    an_account(hub.customer, a_partner("SECOND"), "second", name="x")
    PartnerSystemUser.objects.filter(partner_username="second").update(api_secret="")
    names = [name for name, _ in validating.all_faults()]
    assert names == ["SATLOC", "SECOND, second (prairie)"]


def test_credentials_that_no_key_opens_are_a_fault(hub: Hub) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE partners_partnersystemuser SET api_secret = 'deadbeef:xyz'")
    account = PartnerSystemUser.objects.select_related("partner", "customer").get()
    (fault,) = validating.account_faults(account)
    assert "needs the key deadbeef" in fault
    pausing.check_may_call(account)

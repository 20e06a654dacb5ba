"""`satloc_probe`: what an operator is told about a cloud, without a secret, and without a trace there or here."""

import io
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from partners.models import PartnerCall, PartnerSystemUser
from tests.support.hub import LOGIN, PASSWORD, TAIL, Hub
from tests.support.scene import a_partner
from work.apart import OWNER


def probe(hub: Hub, **options: Any) -> str:
    out = io.StringIO()
    call_command("satloc_probe", stdout=out, stderr=out, **options)
    return out.getvalue()


def by_environment(hub: Hub, settings: Any, password: str = PASSWORD) -> None:
    """As SATLOC_PROBE_LOGIN and SATLOC_PROBE_PASSWORD say."""
    settings.HUB = replace(settings.HUB, satloc=replace(settings.HUB.satloc, probe_login=LOGIN, probe_password=password))


def test_it_says_what_a_cloud_answers(hub: Hub, dialect: str) -> None:
    hub.cloud.settings(dialect=dialect)
    log = hub.cloud.add_log(LOGIN, TAIL, 3, name="JOB1 N502AG.log")
    told = probe(hub, account=hub.account.pk)
    assert f"dialect: {dialect}" in told
    assert "ping: OK (200" in told
    assert f"- {hub.aircraft_id} {TAIL}\n" in told
    assert f"1 logs of {hub.aircraft_id}" in told
    assert f"- {log} JOB1 N502AG.log, " in told
    assert ("Token" in told) == (dialect == "envelope")
    assert "fields of list_logs: " in told


def test_nothing_is_changed_there_or_here(hub: Hub) -> None:
    before = PartnerSystemUser.objects.values().get()
    told = probe(hub, account=hub.account.pk)
    unlike = {name for name, value in PartnerSystemUser.objects.values().get().items() if value != before[name]}
    assert unlike <= {"next_call_at"}
    assert set(PartnerCall.objects.values_list("operation", "method")) == {
        (operation, "GET") for operation in ("ping", "sign_in", "list_aircraft", "list_logs")
    }
    assert hub.cloud.uploads() == []
    assert PASSWORD not in told


def test_credentials_of_the_environment_leave_no_row(hub: Hub, settings: Any) -> None:
    by_environment(hub, settings)
    told = probe(hub)
    assert f"as {LOGIN}" in told
    assert PASSWORD not in told
    assert PartnerCall.objects.count() == 0


def test_the_logs_of_any_aircraft_can_be_asked_for(hub: Hub, settings: Any) -> None:
    other = hub.cloud.add_aircraft(LOGIN, "N7777")
    by_environment(hub, settings)
    assert f"0 logs of {other}" in probe(hub, aircraft=other)


def test_a_wrong_password_is_a_fault_in_words(hub: Hub, settings: Any) -> None:
    by_environment(hub, settings, "not the password")
    with pytest.raises(CommandError, match="refused the login") as caught:
        probe(hub)
    assert "not the password" not in str(caught.value)


def test_a_cloud_that_repeats_the_password_is_not_repeated(hub: Hub, settings: Any) -> None:
    hub.cloud.add_aircraft(LOGIN, f"my {PASSWORD} plane")
    by_environment(hub, settings)
    told = probe(hub)
    assert "[hidden]" in told
    assert PASSWORD not in told


def test_a_cloud_that_is_away_is_a_fault_in_words(hub: Hub) -> None:
    hub.cloud.kill()
    with pytest.raises(CommandError, match="did not accept a connection"):
        probe(hub, account=hub.account.pk)


def test_without_credentials_it_says_how_to_give_them(hub: Hub) -> None:
    with pytest.raises(CommandError, match="give --account ID, or set SATLOC_PROBE_LOGIN and SATLOC_PROBE_PASSWORD"):
        probe(hub)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"account": OWNER}, "There is no partner system user"),
        ({"base_url": "ftp://example.com"}, "must begin with https://"),
        ({"base_url": "https://me:secret@example.com"}, "must not contain a login"),
    ],
)
def test_what_cannot_be_asked_is_refused(hub: Hub, options: dict[str, Any], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        probe(hub, **options)


def test_a_stored_password_goes_to_its_own_partner_alone(hub: Hub) -> None:
    with pytest.raises(CommandError, match="its password is sent to its own partner alone"):
        probe(hub, account=hub.account.pk, base_url="https://elsewhere.example")
    other = a_partner("OTHER", adapter="other")
    PartnerSystemUser.objects.update(partner=other)
    with pytest.raises(CommandError, match="whose adapter is other, not satloc"):
        probe(hub, account=hub.account.pk)
    assert hub.cloud.calls() == {}


@pytest.mark.parametrize("option", ["--password", "--login", "--api-secret"])
def test_no_argument_holds_a_password(hub: Hub, option: str) -> None:
    with pytest.raises(CommandError, match="unrecognized arguments"):
        call_command("satloc_probe", option, "secret")

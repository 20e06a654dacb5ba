"""`DATA_DIR/env`: made once, kept, and given way to whatever a person says."""

import socket
import stat
from pathlib import Path

import pytest

from agmission_partners.environment import load
from agmission_partners.supervisor import made
from agmission_partners.variables import Variables, WrongVariable, parse_made, read_made_text

GIVEN = (
    "SECRET_KEY",
    "CREDENTIALS_KEYS",
    "REDIS_URL",
    "BROKER_URL",
    "SATLOC_BASE_URL",
    "SATLOC_API_ENDPOINT",
    "DEMO",
    "PARTNER_CANARY",
)


@pytest.fixture(autouse=True)
def _silent_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)


def what_is_made(directory: Path) -> dict[str, str | None]:
    made.prepare(directory)
    return parse_made(read_made_text(directory))


def test_what_is_made_is_enough_to_start_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    hub = load(Variables(what_is_made(tmp_path)))
    assert hub.broker_url.startswith("redis://:")
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_a_second_start_makes_nothing_anew(tmp_path: Path) -> None:
    assert what_is_made(tmp_path) == what_is_made(tmp_path)


def test_a_broker_port_that_somebody_took_is_replaced(tmp_path: Path) -> None:
    first = load(Variables(what_is_made(tmp_path))).redis_url
    with socket.create_server(("127.0.0.1", int(first.split(":")[-1].split("/")[0]))):
        second = load(Variables(what_is_made(tmp_path))).redis_url
    assert first != second
    assert first.split("@")[0] == second.split("@")[0]


@pytest.mark.parametrize("name", ["REDIS_URL", "BROKER_URL", "REDIS_URL_FILE"])
def test_a_given_broker_takes_the_place_of_the_embedded_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    what_is_made(tmp_path)
    (tmp_path / "address").write_text("redis://elsewhere:6379/0")
    monkeypatch.setenv(name, str(tmp_path / "address") if name.endswith("_FILE") else "redis://elsewhere:6379/0")
    assert "REDIS_URL" not in what_is_made(tmp_path)


def test_only_a_demo_has_a_simulated_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", "true")
    assert str(what_is_made(tmp_path)["SATLOC_BASE_URL"]).startswith("http://127.0.0.1:")
    monkeypatch.setenv("DEMO", "false")
    assert "SATLOC_BASE_URL" not in what_is_made(tmp_path)


def test_a_canary_has_a_simulated_cloud_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "PARTNER_CANARY_URL" not in what_is_made(tmp_path)
    monkeypatch.setenv("DEMO", "true")
    monkeypatch.setenv("PARTNER_CANARY", "true")
    hub = load(Variables({"PARTNER_CANARY": "true", **what_is_made(tmp_path)}))
    assert hub.canary
    assert hub.canary.base_url.startswith("http://127.0.0.1:")
    assert hub.canary.base_url != hub.satloc.base_url


def test_a_demo_may_fly_with_another_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", "true")
    monkeypatch.setenv("SATLOC_API_ENDPOINT", "https://cloud.example")
    assert "SATLOC_BASE_URL" not in what_is_made(tmp_path)


def test_what_a_person_wrote_into_the_file_stays_and_wins(tmp_path: Path) -> None:
    what_is_made(tmp_path)
    with (tmp_path / "env").open("a") as file:
        file.write("# mine\nSECRET_KEY='my own'\nSATLOC_RATE_LIMIT=7\n")
    hub = load(Variables(what_is_made(tmp_path)))
    assert (hub.secret_key, hub.satloc.rate_limit) == ("my own", 7)
    assert "# mine\n" in read_made_text(tmp_path)


def test_a_file_that_is_no_text_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "env").write_bytes(b"\xff\xfe")
    with pytest.raises(WrongVariable, match=r"DATA_DIR holds .*env, which cannot be read"):
        made.prepare(tmp_path)

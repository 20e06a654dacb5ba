"""Every variable typed and checked; what is wrong is one line that names it."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from agmission_partners.environment import Hub, load
from agmission_partners.variables import PROJECT_DIR, Variables, WrongVariable
from tests.support.processes import clean_environment

KEY = "bm90IGEgc2VjcmV0LCBvbmx5IDMyIGJ5dGVzIGxvbmc="
ENOUGH = {"SECRET_KEY": "long and random", "CREDENTIALS_KEYS": KEY, "BROKER_URL": "redis://localhost:6379/0"}


def hub(**variables: str) -> Hub:
    return load(Variables({**ENOUGH, **variables}))


def refusal(**variables: str) -> str:
    with pytest.raises(WrongVariable) as caught:
        hub(**variables)
    return str(caught.value)


def test_three_variables_are_enough() -> None:
    assert hub().tick_interval == timedelta(seconds=1)


def test_milliseconds_outside_are_durations_inside() -> None:
    assert hub(PARTNER_LEASE_DURATION="1500").lease_duration == timedelta(milliseconds=1500)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_BIND", "8000"),
        ("HTTP_BIND", "localhost:http"),
        ("HTTP_BIND", "localhost:70000"),
        ("HTTP_BIND", "localhost:0"),
        ("DEMO", "perhaps"),
        ("DEBUG", "2"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "django-insecure-abc"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,10.0.0.1/8"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../etc/passwd"),
        ("DATABASE_URL", "mysql://localhost/hub"),
        ("DATABASE_URL", "hub.sqlite3"),
        ("DATABASE_URL", "postgres://localhost"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "localhost:6379"),
        ("BROKER_URL", "memory://"),
        ("BROKER_URL", "amqp"),
        ("CREDENTIALS_KEYS", ""),
        ("CREDENTIALS_KEYS", "short"),
        ("CREDENTIALS_KEYS", f"{KEY},short"),
        ("PARTNER_SYNC_INTERVAL", "5 minutes"),
        ("PARTNER_SYNC_INTERVAL", "0"),
        ("PARTNER_SYNC_INTERVAL", "-1"),
        ("PARTNER_SYNC_INTERVAL", "1e400"),
        ("PARTNER_SYNC_INTERVAL", "9" * 30),
        ("PARTNER_TICK_INTERVAL", "1.5"),
        ("PARTNER_TICK_INTERVAL", "0"),
        ("PARTNER_HEALTH_CHECK_INTERVAL", "soon"),
        ("PARTNER_FAILURE_THRESHOLD", "0"),
        ("PARTNER_FIRST_POLL_DELAY", "-1"),
        ("PARTNER_MIN_POLL_INTERVAL", "0"),
        ("PARTNER_LATE_LOG_WINDOW", "two weeks"),
        ("PARTNER_LOG_SETTLE", "NaN"),
        ("PARTNER_LEASE_DURATION", "1"),
        ("PARTNER_MAX_CONCURRENT_JOBS", "0"),
        ("PARTNER_MAX_CONCURRENT_POLLS", "many"),
        ("PARTNER_MAX_CONCURRENT_EXPORTS", "0"),
        ("PARTNER_POLL_CONCURRENCY", "0"),
        ("PARTNER_ENCRYPT_CREDENTIALS", "false"),
        ("PARTNER_ALLOW_PRIVATE_HOSTS", "maybe"),
        ("PARTNER_MAX_LOG_SIZE", "1GB"),
        ("SATLOC_BASE_URL", "satloccloud.com"),
        ("SATLOC_BASE_URL", "ftp://satloccloud.com"),
        ("SATLOC_API_ENDPOINT", "https://"),
        ("SATLOC_TIMEOUT", "30s"),
        ("SATLOC_API_TIMEOUT", "0"),
        ("SATLOC_RATE_LIMIT", "0"),
        ("SATLOC_RETRY_ATTEMPTS", "-1"),
        ("PARTNER_CANARY", "perhaps"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", "long enough, but of words"),
        ("OPS_EMAIL", "ops"),
        ("OPS_EMAIL", "ops@example.com, Ann <ann@example.com>"),
        ("OPS_EMAIL", "ops@example.com;ann@example.com"),
        ("EMAIL_FROM", "hub@a@example.com"),
        ("EMAIL_URL", "mail.example.com:25"),
        ("EMAIL_URL", "imap://mail.example.com"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://mail.example.com:70000"),
        ("EMAIL_URL", "smtp://mail.example.com/?tls=true"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line_that_names_the_variable(name: str, value: str) -> None:
    message = refusal(**{name: value})
    assert message.startswith(f"{name} ")
    assert "expected " in message
    assert "\n" not in message


def test_the_canary_is_off_unless_asked_for() -> None:
    assert hub(PARTNER_CANARY_URL="http://127.0.0.1:8400/api/Satloc").canary is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8400",
        "https://www.satloccloud.com/api/Satloc",
        "https://test.SatlocCloud.com:8443/api/other",
        "https://satloc.example/api",
        "https://satloc.example:443/sandbox",
    ],
)
def test_the_canary_flies_with_a_simulated_cloud_of_its_own_only(url: str) -> None:
    own = {"PARTNER_CANARY": "true", "PARTNER_CANARY_URL": url, "SATLOC_BASE_URL": "https://satloc.example/api"}
    assert refusal(**own).startswith("PARTNER_CANARY_URL ")


def test_the_canary_has_an_address_and_an_interval() -> None:
    canary = hub(PARTNER_CANARY="true", PARTNER_CANARY_URL="http://10.0.0.5:8400/api/Satloc/").canary
    assert canary
    assert (canary.base_url, canary.interval) == ("http://10.0.0.5:8400/api/Satloc", timedelta(minutes=15))
    with pytest.raises(WrongVariable, match="PARTNER_CANARY_INTERVAL is malformed"):
        hub(PARTNER_CANARY="true", PARTNER_CANARY_URL="http://10.0.0.5:8400/api", PARTNER_CANARY_INTERVAL="9999")


def test_a_refusal_does_not_repeat_the_value_as_it_may_be_a_secret() -> None:
    assert "hunter2" not in refusal(DATABASE_URL="mysql://hub:hunter2@localhost/hub")


def test_the_representation_holds_no_secret() -> None:
    shown = repr(hub(SATLOC_API_SECRET="hunter2", DATABASE_URL="postgres://hub:hunter2@localhost/hub"))
    assert "hunter2" not in shown
    assert KEY not in shown


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("  hunter2\n")
    assert hub(SATLOC_API_SECRET_FILE=str(tmp_path / "secret")).satloc.api_secret == "hunter2"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00"])
def test_a_file_that_gives_no_secret_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    assert refusal(SATLOC_API_SECRET_FILE=str(path)).startswith(f"SATLOC_API_SECRET_FILE names {path}")


def test_a_value_and_a_file_for_one_variable_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("other")
    assert refusal(SECRET_KEY_FILE=str(tmp_path / "secret")).startswith("SECRET_KEY is set twice")


def test_the_environment_wins_over_what_a_start_made(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file")
    made = {**ENOUGH, "SATLOC_RATE_LIMIT": "7", "SATLOC_RETRY_ATTEMPTS": "1"}
    read = load(Variables({"SECRET_KEY_FILE": str(tmp_path / "secret"), "SATLOC_RATE_LIMIT": "9"}, made))
    assert (read.secret_key, read.satloc.rate_limit, read.satloc.retry_attempts) == ("from a file", 9, 1)


def test_an_older_name_in_the_environment_wins_over_the_newer_one_that_a_start_made() -> None:
    read = load(Variables({"SATLOC_API_ENDPOINT": "https://a.example/"}, {**ENOUGH, "SATLOC_BASE_URL": "https://b.example"}))
    assert read.satloc.base_url == "https://a.example"


def test_of_two_spellings_the_newer_wins() -> None:
    assert hub(SATLOC_TIMEOUT="2000", SATLOC_API_TIMEOUT="1000").satloc.timeout == timedelta(seconds=2)


def test_an_empty_value_is_as_good_as_none() -> None:
    assert hub(PARTNER_SYNC_INTERVAL="", SATLOC_BASE_URL="").sync_interval == timedelta(minutes=5)


def test_credentials_may_be_kept_plain_in_debugging_only() -> None:
    assert not hub(PARTNER_ENCRYPT_CREDENTIALS="false", DEBUG="true", CREDENTIALS_KEYS="").encrypt_credentials


def test_without_a_mail_server_mail_is_printed() -> None:
    assert (hub().mail.server, hub().mail.ops, hub().mail.sender) == (None, (), "agmission-partners@localhost")


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://mail.example.com", 25, False, False),
        ("smtp+tls://mail.example.com", 587, True, False),
        ("smtps://mail.example.com", 465, False, True),
        ("smtps://mail.example.com:4650", 4650, False, True),
    ],
)
def test_the_mail_server_s_address_says_how_it_is_reached(url: str, port: int, starttls: bool, tls: bool) -> None:
    server = hub(EMAIL_URL=url).mail.server
    assert server
    assert (server.host, server.port, server.starttls, server.tls) == ("mail.example.com", port, starttls, tls)


def test_the_mail_server_s_login_is_read_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("smtps://hub%40example.com:p%2Fss@mail.example.com")
    read = hub(EMAIL_URL_FILE=str(tmp_path / "url"), OPS_EMAIL="ann@example.com, bob@example.com")
    assert read.mail.server
    assert (read.mail.server.user, read.mail.server.password) == ("hub@example.com", "p/ss")
    assert read.mail.ops == ("ann@example.com", "bob@example.com")
    assert "p/ss" not in repr(read)


def test_a_superuser_needs_a_password() -> None:
    assert refusal(DJANGO_SUPERUSER_USERNAME="ada").startswith("DJANGO_SUPERUSER_PASSWORD is missing")


def test_two_installations_on_one_redis_use_different_keys() -> None:
    assert hub().broker_key_prefix != hub(SECRET_KEY="another").broker_key_prefix
    assert hub().broker_key_prefix != hub(DATABASE_URL="postgres://localhost/other").broker_key_prefix


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["manage.py", "up"],
        ["-m", "celery", "--app", "agmission_partners", "worker"],
        ["-m", "celery", "--app", "agmission_partners", "beat"],
        ["-m", "gunicorn", "agmission_partners.wsgi"],
    ],
    ids=lambda command: " ".join(command[-2:]),
)
def test_every_process_refuses_a_wrong_variable_with_one_line_and_exit_code_2(tmp_path: Path, command: list[str]) -> None:
    env = clean_environment(DATA_DIR=str(tmp_path), PARTNER_TICK_INTERVAL="often", **ENOUGH)
    done = subprocess.run([sys.executable, *command], cwd=PROJECT_DIR, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stdout + done.stderr == (
        "agmission-partners cannot start: PARTNER_TICK_INTERVAL is malformed: "
        "expected milliseconds, a whole number from 100 to 3600000\n"
    )

"""The hub as an image starts it, behind nginx with TLS: the shipped configuration, with another name, ports and certificate."""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet

from agmission_partners.variables import PROJECT_DIR
from tests.support.certificates import self_signed
from tests.support.needed import program
from tests.support.operator import Operator
from tests.support.ports import free_port, listens
from tests.support.processes import clean_environment
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.live, pytest.mark.once, pytest.mark.timeout(120)]
IMAGE_USER = 10001
"""As in docker/Dockerfile: one that owns nothing but the data."""

READ_ONLY = ["unshare", "--mount", "sh", "-ec", 'mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"; cd "$0"; exec "$@"']


class Site(Operator):
    """The hub as the world sees it."""

    def __init__(self, url: str, plain: str, authority: Path, operator: tuple[str, str]) -> None:
        self.url, self.plain, self.authority, self.operator = url, plain, authority, operator

    def ask(self, method: str, path: str, **options: object) -> requests.Response:
        return requests.request(method, self.url + path, verify=str(self.authority), timeout=30, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Outside the folders that only the user who runs the tests may enter."""
    path = Path(tempfile.mkdtemp(prefix="agmission-site-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def as_the_image_does(arguments: list[str]) -> list[str]:
    """The entry point, by a user without rights on a program that nobody can write to.

    Only root may arrange that. Where that user may not enter the folder that Python lies in, root does it without its rights.
    """
    command = [sys.executable, "manage.py", *arguments]
    if os.geteuid() != 0:
        return command
    return [*READ_ONLY, str(PROJECT_DIR), *rights(user()), *command]


@cache
def user() -> int:
    if os.geteuid() != 0:
        return os.geteuid()
    version = [*rights(IMAGE_USER), sys.executable, "-c", "import sys; print(sys.version)"]
    return IMAGE_USER if subprocess.run(version, capture_output=True, text=True).stdout.strip() == sys.version else 0


def rights(of: int) -> list[str]:
    return ["setpriv", f"--reuid={of}", f"--regid={of}", "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--"]


def secret(place: Path, name: str, text: str) -> str:
    """A file that compose mounts for NAME_FILE."""
    path = place / name
    path.write_text(text)
    path.chmod(0o400)
    os.chown(path, user(), -1)
    return str(path)


@pytest.fixture(scope="module")
def site(place: Path) -> Iterator[Site]:
    nginx = program("nginx", "nginx-light")
    _, authority = self_signed(place, "localhost")
    inside, outside, plain = free_port(), free_port(), free_port()
    data = place / "data"
    data.mkdir()
    os.chown(data, user(), -1)
    password = secrets.token_urlsafe(12)
    env = clean_environment(
        DATA_DIR=str(data),
        HOME="/nonexistent",
        HTTP_BIND=f"127.0.0.1:{inside}",
        BROKER_URL=f"redis://127.0.0.1:{free_port()}/0",
        LOG_FORMAT="json",
        PYTHONDONTWRITEBYTECODE="1",
        PUBLIC_URL=f"https://localhost:{outside}",
        TRUSTED_PROXIES="127.0.0.1",
        SECRET_KEY_FILE=secret(place, "secret_key", secrets.token_urlsafe(50)),
        CREDENTIALS_KEYS_FILE=secret(place, "credentials_keys", Fernet.generate_key().decode()),
        DJANGO_SUPERUSER_USERNAME="operator",
        DJANGO_SUPERUSER_PASSWORD=password,
    )
    env.pop("REDIS_URL", None)
    subprocess.run(as_the_image_does(["prepare"]), cwd=PROJECT_DIR, env=env, check=True, timeout=60)
    with running(as_the_image_does(["serve", "web"]), inside, place / "web.log", env):
        configuration = configured(place, authority, inside, outside, plain)
        with running([str(nginx), "-c", str(configuration)], outside, place / "nginx.log", env):
            yield Site(f"https://localhost:{outside}", f"http://localhost:{plain}", authority, ("operator", password))


class running:  # noqa: N801  # a context manager
    """A process that listens on a port, and ends in time and in order."""

    def __init__(self, command: list[str], port: int, log: Path, env: Mapping[str, str]) -> None:
        self.command, self.port, self.log, self.env = command, port, log, env

    def __enter__(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=PROJECT_DIR, env=self.env, stdout=log, stderr=log)
        wait_for(lambda: listens(self.port) or self.process.poll() is not None, self.log.read_text, 30)
        assert self.process.poll() is None, self.log.read_text()

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(15) == 0, self.log.read_text()


def configured(place: Path, authority: Path, inside: int, outside: int, plain: int) -> Path:
    """The shipped file inside a main one, with other addresses and scratch folders."""
    shipped = (PROJECT_DIR / "deploy" / "nginx" / "agmission-partners.conf").read_text()
    changes = {
        r"server 127\.0\.0\.1:8000": f"server 127.0.0.1:{inside}",
        r"listen 80": f"listen 127.0.0.1:{plain}",
        r"listen 443": f"listen 127.0.0.1:{outside}",
        r"\n *listen \[::\][^\n]*": "",
        r"hub\.example\.com;": "localhost;",
        r"ssl_certificate [^;]*": f"ssl_certificate {authority}",
        r"ssl_certificate_key [^;]*": f"ssl_certificate_key {authority.with_name('key.pem')}",
        r"https://\$host": f"https://$host:{outside}",
        r"Host \$host": "Host $http_host",
    }
    for pattern, text in changes.items():
        shipped, count = re.subn(pattern, text, shipped)
        assert count, pattern
    temporary = "".join(f"{kind}_temp_path {place}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = (
        f"daemon off;\npid {place}/nginx.pid;\nerror_log stderr;\nuser root;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}"
    )
    path = place / "nginx.conf"
    path.write_text(f"{main}{shipped}\n}}\n")
    return path


def test_plain_http_is_sent_to_tls(site: Site) -> None:
    answer = requests.get(f"{site.plain}/jobs/7/?a=b", allow_redirects=False, timeout=30)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{site.url}/jobs/7/?a=b")


def test_a_browser_is_told_to_keep_to_tls_and_its_cookies_are_safe(site: Site) -> None:
    answer = site.ask("GET", "/login/")
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Secure" in answer.headers["Set-Cookie"]
    assert site.ask("GET", "/static/pages/pages.css").status_code == 200


def test_a_person_signs_in_through_it(site: Site) -> None:
    session = requests.Session()
    session.trust_env, session.verify = False, str(site.authority)  # the environment may name other authorities
    page = session.get(f"{site.url}/login/", timeout=30).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    body = {"username": site.operator[0], "password": site.operator[1], "csrfmiddlewaretoken": token[1]}
    answer = session.post(f"{site.url}/login/", data=body, headers={"Referer": f"{site.url}/login/"}, timeout=30)
    assert (answer.status_code, answer.url) == (200, f"{site.url}/")


def test_the_client_s_address_is_the_proxy_s_word_alone(site: Site) -> None:
    login = {"username": site.operator[0], "password": site.operator[1]}
    token = site.ask("POST", "/api/v1/auth/login", json=login, headers={"X-Forwarded-For": "203.0.113.9"}).json()["token"]
    headers = {"Authorization": f"Token {token}"}
    audit = site.ask("GET", "/api/v1/audit/", headers=headers).json()["results"]
    assert {entry["address"] for entry in audit if entry["address"]} == {"127.0.0.1"}


def test_a_large_log_goes_through(site: Site) -> None:
    login = {"username": site.operator[0], "password": site.operator[1]}
    headers = {"Authorization": f"Token {site.ask('POST', '/api/v1/auth/login', json=login).json()['token']}"}
    customer = site.ask("POST", "/api/v1/customers/", json={"code": "prairie", "name": "Prairie Air"}, headers=headers).json()
    log = b"2026-07-01T12:00:00Z,40.1,-83.1,300,60,1\n" * 100_000
    answer = site.ask(
        "POST", "/api/v1/applications/", data={"customerId": customer["id"]}, files={"file": ("a.log", log)}, headers=headers
    )
    assert (answer.status_code, answer.json()["fileSize"]) == (201, len(log))


def test_the_log_is_objects_that_name_their_requests(site: Site, place: Path) -> None:
    asked = site.ask("GET", "/api/v1/customers/", headers={"Authorization": "Token nothing"})
    assert asked.status_code == 401
    lines = [json.loads(line) for line in (place / "web.log").read_text().splitlines() if line.startswith("{")]
    assert asked.headers["X-Request-ID"] in {line.get("requestId") for line in lines}

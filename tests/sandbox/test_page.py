"""The page shows what came, and nothing on it is taken for HTML."""

import requests

from tests.support.sandbox import SandboxProcess
from tests.support.satloc_client import SatlocClient, job_document

HOSTILE = "</pre><script>alert(1)</script>"


def page_of(sandbox: SandboxProcess) -> requests.Response:
    return requests.get(f"{sandbox.root_url}/", timeout=10)


def test_hostile_names_are_shown_as_text(own_sandbox: SandboxProcess) -> None:
    own_sandbox.add_account(f"{HOSTILE}@x.example", "x", aircraft=[{"tailNumber": f"N1{HOSTILE}", "id": "a1"}])
    client = SatlocClient(own_sandbox.base_url, f"{HOSTILE}@x.example", "x", aircraft_id="a1")
    client.sign_in()
    client.upload(job_document(HOSTILE), metadata=f'"{HOSTILE.replace("/", "")}"')
    own_sandbox.add_log(client.login, "a1", b"", name=f"{HOSTILE}.log")
    own_sandbox.fault("wrong_type", account=client.login, value=HOSTILE)
    page = page_of(own_sandbox).text
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 6


def test_the_page_shows_uploads_logs_and_faults(own_sandbox: SandboxProcess, own_client: SatlocClient) -> None:
    own_client.upload(job_document("Long Meadow"))
    own_client.download(own_client.logs().json()[0]["id"])
    own_sandbox.fault("late", "IsAlive", times=3)
    page = page_of(own_sandbox).text
    for shown in ("Long Meadow", "agm_job_146.json", "JOB146 HK4704.log", "0 of 3", own_client.login):
        assert shown in page


def test_the_page_needs_no_other_host_and_no_script(sandbox: SandboxProcess) -> None:
    answer = page_of(sandbox)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert "prefers-color-scheme" in answer.text
    assert 'name="viewport"' in answer.text


def test_elsewhere_the_cloud_says_where_it_is(sandbox: SandboxProcess) -> None:
    answer = requests.get(f"{sandbox.root_url}/nothing", timeout=10)
    assert answer.status_code == 404
    assert "/api/Satloc" in answer.json()["message"]

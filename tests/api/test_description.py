"""The API's description: what is committed, what is served, and that nothing outside is needed to read it."""

import re
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from accounts.rest.described import name_of, reference
from agmission_partners.variables import PROJECT_DIR
from tests.support.routes import api_routes

COMMITTED = PROJECT_DIR / "openapi.yaml"
ELSEWHERE = re.compile(r"""(?:src|href|url)\s*[=:]\s*["'](?:https?:)?//""")


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    return yaml.safe_load(COMMITTED.read_text("utf-8"))


def test_the_committed_description_is_what_the_code_says(tmp_path: Any) -> None:
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(made))
    assert made.read_text("utf-8") == COMMITTED.read_text("utf-8"), "run `make openapi`, and commit it"


def test_every_address_is_described(committed: dict[str, Any]) -> None:
    def bare(path: str) -> str:
        return re.sub(r"{\w*}", "{}", path)

    described = {bare(path) for path in committed["paths"]}
    missing = {f"/{route}" for route in api_routes()} - described
    assert missing == {"/api/v1/schema/", "/api/v1/docs/"}
    assert committed["openapi"] == "3.1.0"


def test_every_operation_tells_its_refusals(committed: dict[str, Any]) -> None:
    for path, operations in committed["paths"].items():
        for method, operation in operations.items():
            refused = {code: body for code, body in operation["responses"].items() if code >= "400"}
            assert {"400", "406", "500", "503"} <= set(refused), (path, method)
            assert "default" not in refused, (path, method)
            assert all(body == reference("responses", name_of(int(code))) for code, body in refused.items()), (path, method)


@pytest.mark.parametrize(
    ("path", "method", "refusals"),
    [
        ("/api/v1/exports/", "post", {"429"}),
        ("/api/v1/exports/{id}/download/", "get", {"409", "410", "416"}),
        ("/api/v1/jobs/{number}/file", "get", {"409"}),
    ],
)
def test_what_one_operation_refuses_by_itself_is_told(
    committed: dict[str, Any], path: str, method: str, refusals: set[str]
) -> None:
    assert refusals <= set(committed["paths"][path][method]["responses"])


@pytest.mark.parametrize("path", ["/api/v1/exports/{id}/download/", "/api/v1/applications/{id}/export/"])
def test_what_is_sent_as_json_is_described_as_json(committed: dict[str, Any], path: str) -> None:
    sent = committed["paths"][path]["get"]["responses"]["200"]["content"]
    assert sent["application/geo+json"]["schema"]["type"] == "object"
    assert sent["text/csv"]["schema"] == {"type": "string", "format": "binary"}


def test_a_job_has_its_number_in_every_address(committed: dict[str, Any]) -> None:
    of_jobs = {path: methods for path, methods in committed["paths"].items() if path.startswith("/api/v1/jobs/{")}
    for path, methods in of_jobs.items():
        for operation in methods.values():
            keys = {one["name"]: one["schema"]["type"] for one in operation["parameters"] if one.get("in") == "path"}
            assert keys == {"number": "integer"}, path


def test_a_refusal_is_a_problem_document(committed: dict[str, Any]) -> None:
    for name, refusal in committed["components"]["responses"].items():
        assert list(refusal["content"]) == ["application/problem+json"], name
        assert "X-Request-ID" in refusal["headers"], name


def test_names_are_camel_case(committed: dict[str, Any]) -> None:
    names = [name for schema in committed["components"]["schemas"].values() for name in schema.get("properties", {})]
    assert len(names) > 50
    assert [name for name in names if "_" in name] == []


@pytest.mark.parametrize(
    ("query", "accept", "kind"),
    [
        ("", "*/*", "application/vnd.oai.openapi"),
        ("?format=json", "*/*", "application/vnd.oai.openapi+json"),
        ("", "application/json", "application/json"),
        ("", "application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
    ],
)
def test_it_is_served_as_yaml_or_json(db: None, client: Client, query: str, accept: str, kind: str) -> None:
    response = client.get(f"/api/v1/schema/{query}", headers={"Accept": accept})
    assert response.status_code == 200
    assert response["Content-Type"].split(";")[0] == kind
    read = response.json() if "json" in kind else yaml.safe_load(response.content)
    assert read["info"]["title"] == "agmission-partners"


def test_its_pages_need_no_outside_host(db: None, client: Client) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    assert "swagger-ui" in page
    assert ELSEWHERE.findall(page) == []
    assert '"validatorUrl": null' in page
    for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert client.get(asset).status_code == 200

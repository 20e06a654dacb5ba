"""`exports/`: asked for once, written while one waits, kept for a day."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.states import Role
from flightdata import store
from flightdata.models import Export
from flightdata.states import ExportStatus
from partners.models import PartnerMembership
from tests.assignments.conftest import Scene
from tests.flightdata.conftest import TakeIn, parse_all
from tests.flightdata.exports.conftest import DAY, URL, Exporting, a_day_passes, office
from tests.support.api import as_user, complaints
from tests.support.scene import a_customer, a_job, a_user
from work.models import Event

__all__ = ["office"]  # a fixture


def files() -> list[str]:
    folder = store.export_path("")
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_it_is_asked_for_now_and_written_soon(office: Exporting) -> None:
    made = office.ask("jobs", "csv")
    assert made.status_code == 201, made.content
    row = made.json()
    assert " ".join(row) == "id kind format filter status size error expiresAt createdAt updatedAt"
    assert (row["kind"], row["format"], row["filter"], row["status"]) == ("jobs", "csv", {}, "waiting")
    assert (row["size"], row["error"], row["expiresAt"]) == (None, None, None)
    parse_all()
    done = office.read(row["id"])
    kept = Export.objects.get()
    assert kept.expires_at
    assert (done["status"], done["size"], done["error"]) == ("done", kept.size, None)
    assert abs(kept.expires_at - kept.updated_at - DAY) < timedelta(seconds=1)
    assert [one["id"] for one in office.client.get(URL).json()["results"]] == [row["id"]]


def test_a_download_is_the_whole_file_and_can_be_checked(office: Exporting) -> None:
    key = office.ask("jobs", "csv").json()["id"]
    parse_all()
    answer = office.client.get(f"{URL}{key}/download", headers={"Accept": "text/csv"})
    content = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert answer["Content-Length"] == str(len(content)) == str(office.read(key)["size"])
    assert answer["Content-Disposition"].startswith('attachment; filename="jobs-2')
    assert answer["Content-Disposition"].endswith('.csv"')
    part = office.client.get(f"{URL}{key}/download", headers={"Range": "bytes=2-5"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, content[2:6])
    assert office.client.get(f"{URL}{key}/download", headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(("status", "code", "word"), [("waiting", 409, "notDone"), ("failed", 409, "notDone")])
def test_what_is_not_done_has_no_file(office: Exporting, status: str, code: int, word: str) -> None:
    key = office.ask().json()["id"]
    Export.objects.update(status=status, error="no luck" if status == "failed" else "")
    answer = office.client.get(f"{URL}{key}/download")
    assert (answer.status_code, complaints(answer)) == (code, {"": word})
    assert ("no luck" in answer.json()["detail"]) == (status == "failed")


def test_after_a_day_it_is_expired_at_once_and_its_file_goes_with_the_clock(office: Exporting) -> None:
    key = office.ask().json()["id"]
    parse_all()
    assert len(files()) == 1
    a_day_passes()
    for _ in ("before the clock comes", "after it"):
        assert office.read(key)["status"] == "expired"
        answer = office.client.get(f"{URL}{key}/download")
        assert (answer.status_code, complaints(answer)) == (410, {"": "expired"})
        parse_all()
    assert (files(), Export.objects.get().status) == ([], ExportStatus.EXPIRED)


def test_a_download_that_is_under_way_gets_all_of_what_expires(office: Exporting, scene: Scene) -> None:
    for _ in range(3):
        a_job(scene.customer)
    key = office.ask().json()["id"]
    parse_all()
    answer = office.client.get(f"{URL}{key}/download")
    a_day_passes()
    parse_all()
    content = b"".join(answer.streaming_content)
    assert (len(content), files()) == (Export.objects.get().size, [])


def test_the_same_asked_again_is_the_same_while_it_lives(office: Exporting, scene: Scene) -> None:
    other = Exporting(a_user(scene.customer, Role.CUSTOMER))
    first = office.ask("flights", "csv", jobNumber=scene.job.number, from_="2026-05-01")
    spelled = {"from_": "2026-05-01T12:00:00Z", "jobNumbers": [scene.job.number] * 2, "customerId": str(scene.customer.pk)}
    again = other.ask("flights", "csv", **spelled)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert first.json()["filter"] == {"jobNumber": scene.job.number, "from": "2026-05-01"}
    parse_all()
    assert other.ask("flights", "csv", **spelled).json()["status"] == "done"
    a_day_passes()
    fresh = office.ask("flights", "csv", **spelled)
    assert (fresh.status_code, fresh.json()["status"]) == (201, "waiting")
    assert fresh.json()["id"] != first.json()["id"]
    parse_all()
    assert [row["status"] for row in office.client.get(URL).json()["results"]] == ["done", "expired"]


def test_another_kind_format_or_filter_is_another(office: Exporting, scene: Scene) -> None:
    asked = [("jobs", "csv", {}), ("jobs", "geojson", {}), ("flights", "csv", {}), ("jobs", "csv", {"status": "open"})]
    asked += [("jobs", "csv", {"jobNumber": scene.job.number}), ("jobs", "csv", {"from_": "2026-01-01"})]
    assert [office.ask(kind, form, **filter_).status_code for kind, form, filter_ in asked] == [201] * len(asked)


def test_ops_share_with_the_customer_they_name_and_with_nobody_else(office: Exporting, scene: Scene) -> None:
    ops = Exporting(a_user(None))
    of_customer = ops.ask(customerId=str(scene.customer.pk))
    assert of_customer.json()["filter"] == {"customerId": str(scene.customer.pk)}
    shared = office.ask()
    assert (shared.status_code, shared.json()["id"], shared.json()["filter"]) == (200, of_customer.json()["id"], {})
    of_all = ops.ask()
    assert (of_all.status_code, ops.ask().status_code) == (201, 200)
    for path in ("", "download"):
        assert office.client.get(f"{URL}{of_all.json()['id']}/{path}").status_code == 404
    assert len(ops.client.get(URL, {"customerId": str(scene.customer.pk)}).json()["results"]) == 1


def test_a_failed_one_asked_for_again_is_tried_again(office: Exporting) -> None:
    key = office.ask().json()["id"]
    Export.objects.update(status="failed", error="no luck", expires_at="2999-01-01T00:00Z", due_at=None, rank_at=None)
    again = office.ask()
    assert (again.status_code, again.json()["id"], again.json()["status"], again.json()["error"]) == (200, key, "waiting", None)
    parse_all()
    assert office.read(key)["status"] == "done"


@pytest.mark.parametrize(
    ("body", "field", "code", "said"),
    [
        ({"kind": "people"}, "kind", "invalidChoice", "jobs, flights, coverage"),
        ({"format": "xlsx"}, "format", "invalidChoice", "csv, geojson"),
        ({"format": "parquet"}, "format", "invalidChoice", "csv, geojson"),
        ({"kind": None}, "kind", "null", ""),
        ({"surprise": 1}, "surprise", "unknownField", ""),
        ({"filter": {"surprise": 1}}, "filter.surprise", "unknownField", "jobNumber"),
        ({"filter": {"status": "flying"}}, "filter.status", "invalidChoice", "open, closed"),
        ({"filter": {"status": 2}}, "filter.status", "invalidChoice", "open, closed"),
        ({"filter": {"status": []}}, "filter.status", "invalidChoice", ""),
        ({"filter": {"status": True}}, "filter.status", "invalidChoice", ""),
        ({"kind": "flights", "filter": {"status": "open"}}, "filter.status", "invalidChoice", "0, 1, 2, 3"),
        ({"kind": "coverage", "filter": {"status": "open"}}, "filter.status", "invalidChoice", "no filter of coverage"),
        ({"filter": {"from": "soon"}}, "filter.from", "invalid", ""),
        ({"filter": {"from": "2026-02-30"}}, "filter.from", "invalid", ""),
        ({"filter": {"from": "2026-05-02", "to": "2026-05-01"}}, "filter.to", "endsBeforeStart", ""),
        ({"filter": {"jobNumbers": []}}, "filter.jobNumbers", "empty", ""),
        ({"filter": {"jobNumbers": ["x"]}}, "filter.jobNumbers[0]", "invalid", ""),
        ({"filter": {"jobNumbers": list(range(1, 502))}}, "filter.jobNumbers", "maxLength", ""),
        ({"filter": {"jobNumber": 0}}, "filter.jobNumber", "minValue", ""),
        ({"filter": {"jobNumber": 10**30}}, "filter.jobNumber", "maxValue", ""),
        ({"filter": None}, "filter", "null", ""),
        ({"filter": []}, "filter", "invalid", ""),
    ],
)
def test_what_cannot_be_exported_is_refused_by_field(
    office: Exporting, body: dict[str, Any], field: str, code: str, said: str
) -> None:
    answer = office.client.post(URL, {"kind": "jobs", "format": "csv", **body})
    assert answer.status_code == 400, answer.content
    assert complaints(answer) == {field: code}
    assert said in answer.json()["detail"]
    assert not Export.objects.exists()


def test_what_is_missing_is_named(office: Exporting) -> None:
    assert complaints(office.client.post(URL, {})) == {"kind": "required", "format": "required"}
    assert office.client.post(URL, {"kind": "jobs", "format": "csv"}).status_code == 201


@pytest.mark.parametrize("name", ["customerId", "jobNumber", "jobNumbers"])
def test_anothers_things_in_a_filter_read_like_nothing(office: Exporting, scene: Scene, name: str) -> None:
    foreign = a_job(a_customer("rival"))
    theirs, none = {
        "customerId": (str(foreign.customer_id), str(uuid4())),
        "jobNumber": (foreign.number, 99_999_999),
        "jobNumbers": ([scene.job.number, foreign.number], [scene.job.number, 99_999_999]),
    }[name]
    first, second = office.ask(**{name: theirs}), office.ask(**{name: none})
    assert (first.status_code, second.status_code) == (404, 404)
    assert complaints(first) == complaints(second) == {f"filter.{name}": "notFound"}


def test_ops_cannot_mix_customers(office: Exporting, scene: Scene) -> None:
    foreign = a_job(a_customer("rival"))
    answer = Exporting(a_user(None)).ask(customerId=str(scene.customer.pk), jobNumber=foreign.number)
    assert (answer.status_code, complaints(answer)) == (404, {"filter.jobNumber": "notFound"})


def test_the_same_key_gets_the_same_answer(office: Exporting) -> None:
    key = {"Idempotency-Key": "stick-1"}
    first, again = office.ask(headers=key), office.ask(headers=key)
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.json() == again.json()
    assert office.ask("flights", headers=key).status_code == 422


def test_filters_narrow_the_list(office: Exporting) -> None:
    done = office.ask("jobs").json()["id"]
    parse_all()
    waiting = office.ask("flights").json()["id"]
    for query, found in (
        ({"kind": "jobs"}, [done]),
        ({"status": "waiting"}, [waiting]),
        ({"status": "done"}, [done]),
        ({"status": "expired"}, []),
    ):
        assert [row["id"] for row in office.client.get(URL, query).json()["results"]] == found, query
    a_day_passes()
    assert [row["id"] for row in office.client.get(URL, {"status": "expired"}).json()["results"]] == [done]
    assert office.client.get(URL, {"status": "done"}).json()["results"] == []


def test_pilots_and_partners_have_none(office: Exporting, scene: Scene) -> None:
    key = office.ask().json()["id"]
    partner = User.objects.create_user("satloc-login", role=Role.PARTNER)
    PartnerMembership.objects.create(user=partner, partner=scene.partner)
    for stranger in (scene.pilot, partner):
        assert as_user(stranger).get(URL).status_code == 403
        assert as_user(stranger).post(URL, {"kind": "jobs", "format": "csv"}).status_code == 403
        assert as_user(stranger).get(f"{URL}{key}/").status_code == 404
        assert as_user(stranger).get(f"{URL}{key}/download").status_code == 404


def test_a_list_costs_the_same_however_long_it_is(office: Exporting, scene: Scene) -> None:
    counts = []
    for rows in (1, 10):
        for number in range(rows):
            office.ask(from_=f"2026-01-{number + 1:02}")
        with CaptureQueriesContext(connection) as queries:
            office.client.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_asked_and_what_became_of_it_is_on_record(office: Exporting, scene: Scene) -> None:
    key = office.ask().json()["id"]
    parse_all()
    a_day_passes()
    parse_all()
    told = Event.objects.filter(object_type="export", object_id=key).order_by("id")
    assert [(one.name, one.to_state) for one in told] == [("asked for", ""), ("moved", "done"), ("moved", "expired")]
    assert told[0].actor == f"user {scene.office.username}"


def test_a_file_that_somebody_removed_is_said_to_be_missing(office: Exporting, take_in: TakeIn) -> None:
    key = office.ask().json()["id"]
    parse_all()
    store.export_path(Export.objects.get().storage_key).unlink()
    answer = office.client.get(f"{URL}{key}/download")
    assert (answer.status_code, complaints(answer)) == (500, {"": "fileMissing"})

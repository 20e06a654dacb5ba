"""Lines for programs: one object each, which names what it is about and nothing that a library hangs on it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django_guid import clear_guid, set_guid

from agmission_partners.logging import ObjectFormatter
from flightdata.models import Application, PartnerLog
from tests.support.hub import Hub


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the root logger writes meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ObjectFormatter())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_record_is_one_object_of_known_words(lines: io.StringIO) -> None:
    set_guid("a-request")
    logging.getLogger("somewhere").warning("two\nlines of %s", "Häcker", extra={"request": "GET /?token=x", "data": ["x"]})
    clear_guid()
    (record,) = read(lines)
    assert record.pop("time").endswith("Z")
    assert record == {
        "level": "WARNING",
        "logger": "somewhere",
        "message": "two\nlines of Häcker",
        "requestId": "a-request",
    }


def test_a_traceback_is_part_of_the_object(lines: io.StringIO) -> None:
    try:
        raise ValueError("no such swath")
    except ValueError:
        logging.getLogger("somewhere").exception("broke down")
    (record,) = read(lines)
    assert record["exception"].startswith("Traceback")
    assert record["exception"].endswith("ValueError: no such swath")


def test_what_a_worker_does_names_task_account_assignment_and_log(hub: Hub, lines: io.StringIO) -> None:
    assignment = hub.assign()
    for _ in range(3):
        hub.work()
        hub.later(minutes=2)
    seen = [record for record in read(lines) if "task" in record]
    assert {record["task"] for record in seen} >= {"upload", "download", "parse"}
    (upload, *_) = [record for record in seen if record["task"] == "upload"]
    assert (upload["account"], upload["assignment"]) == (str(hub.account.pk), str(assignment.pk))
    log, application = PartnerLog.objects.get(), Application.objects.get()
    assert {record["log"] for record in seen if record["task"] in ("download", "parse")} == {str(log.pk)}
    assert {record.get("application") for record in seen if record["task"] == "parse"} == {str(application.pk)}

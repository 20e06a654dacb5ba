"""Whatever stands in whichever field of a document costs that document at most, and never the move."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bson import json_util

from assignments.models import Job, JobAssignment
from moving_in.models import Origin
from tests.moving_in import old_system
from tests.support.fields import FIELD

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
Move = Callable[..., str]
Way = tuple[Any, ...]

VALUES: dict[str, Any] = {
    "a number beyond a double": 10**400,
    "a number beyond a column": -(2**63) - 1,
    "digits without end": "9" * 5_000,
    "NUL": "\0",
    "half a surrogate pair": "\ud800",
    "a long text": "x" * 70_000,
    "nothing": "",
    "true": True,
    "a list": [[]],
    "an object": {"_id": {"of": [10**400]}},
    "an id that is none": {"$oid": "zz"},
    "a time that is none": {"$date": 10**30},
    "a time before the calendar": {"$date": "0001-01-01T00:00:00+14:00"},
    "a decimal beyond a double": {"$numberDecimal": "1E6000"},
    "a binary that is none": {"$binary": {"base64": "!!", "subType": "zz"}},
}


def paths(value: Any, way: Way = ()) -> Iterator[Way]:
    """The way to every part of a document."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield (*way, name)
        yield from paths(part, (*way, name))


def spoilt(document: dict[str, Any], value: Any, ids: Iterator[int]) -> Iterator[dict[str, Any]]:
    """The document as often as it has parts, each time with another `_id` and the value in place of one part."""
    for way in paths(document):
        number = next(ids)
        copied = copy.deepcopy(document)
        copied["_id"] = number if isinstance(document["_id"], int) else {"$oid": f"{number:024x}"}
        inner = copied
        for name in way[:-1]:
            inner = inner[name]
        inner[way[-1]] = value
        yield copied


def a_hostile_dump(folder: Path, value: Any) -> Path:
    """A sound database, and beside each of its first documents all that can become of it."""
    collections, ids = old_system.a_whole(12), iter(range(9_000, 99_000))
    operator = collections["users"][0]["_id"]
    collections["jobs"].append(old_system.a_job(5_000, operator, sprayAreas=FIELD, appRate=3.0, startDate=old_system.LONG_AGO))
    folder.mkdir()
    for name, documents in collections.items():
        plain = [json.loads(json_util.dumps(one, json_options=json_util.RELAXED_JSON_OPTIONS)) for one in documents]
        first_and_last = [plain[0], plain[1 % len(plain)], plain[-1]]
        lines = plain + [bad for one in first_and_last for bad in spoilt(one, value, ids)]
        (folder / f"{name}.json").write_text("".join(json.dumps(one) + "\n" for one in lines))
    return folder


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_that_cannot_be_costs_its_document_alone(move: Move, tmp_path: Path, value: Any) -> None:
    said = move(a_hostile_dump(tmp_path / "dump", value))
    assert "not taken" in said, said
    sound = old_system.a_whole(12)["job_assigns"][2:-1]
    beside = {str(one["_id"]) for one in sound if "partnerType" not in one}  # the others belong to one of now two accounts
    kept = Origin.objects.filter(kind="assignment", legacy_id__in=beside).values("object_id")
    assert JobAssignment.objects.filter(pk__in=[one["object_id"] for one in kept]).count() == len(beside)
    assert {job.number for job in Job.objects.filter(number__in=(1_000, 1_001, 5_000))} == {1_000, 1_001, 5_000}


@pytest.mark.parametrize("value", ["\0", {"$date": None}], ids=["no database keeps it", "it cannot be read"])
def test_nothing_is_made_of_a_document_that_is_refused_for_what_it_holds_besides(move: Move, tmp_path: Path, value: Any) -> None:
    collections = old_system.a_whole(2)
    folder = tmp_path / "dump"
    folder.mkdir()
    for name, documents in collections.items():
        lines = [{**json.loads(json_util.dumps(one)), "remark": value} for one in documents]
        (folder / f"{name}.json").write_text("".join(json.dumps(one) + "\n" for one in lines))
    said = move(folder)
    assert "0 taken" in said
    assert Origin.objects.count() == Job.objects.count() == JobAssignment.objects.count() == 0

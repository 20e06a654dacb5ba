"""Faults that change the body of an answer."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from sandbox.answers import JSON, Answer, bytes_answer, html_answer, json_answer
from sandbox.faults import Fault


class EntryNames(NamedTuple):
    """What the fields of a log list entry are called."""

    id: str
    file: str
    date: str


def distorted(fault: Fault, answer: Answer) -> Answer:
    """`answer` as this fault changes its body."""
    if fault.kind == "html":
        return html_answer("Maintenance", 200)
    if fault.kind == "not_json":
        return bytes_answer(b'{"jobId": 12, \'oops', JSON)
    if fault.kind == "wrong_type":
        return json_answer(fault.options.get("value", 42))
    change = DOCUMENT_CHANGES.get(fault.kind)
    if change is None or answer.content_type != JSON:
        return answer
    document = change(json.loads(answer.body()), fault.options)
    return json_answer(document, answer.status, headers=answer.headers)


def _in_listing(document: Any, change: Callable[[list[Any], EntryNames], list[Any]]) -> Any:
    """`document` with its list changed, whether bare or in an envelope; other documents stay."""
    if isinstance(document, list):
        return change(document, EntryNames("id", "logFileName", "uploadedDate"))
    if isinstance(document, dict) and isinstance(document.get("Result"), list):
        return {**document, "Result": change(document["Result"], EntryNames("LogId", "LogFileName", "UploadedDate"))}
    return document


def _without_id(document: Any, options: dict[str, Any]) -> Any:
    """One entry that has only a name in front of the others."""
    return _in_listing(document, lambda entries, names: [{names.file: "JOB1 WITHOUT-ID.log"}, *entries])


def _huge_listing(document: Any, options: dict[str, Any]) -> Any:
    """Thousands of old logs in front of the others; they cannot be downloaded."""
    count, date = int(options.get("entries", 10_000)), options.get("date", "2001-01-01T00:00:00.000Z")

    def change(entries: list[Any], names: EntryNames) -> list[Any]:
        numbered = ((f"old-{number}", f"20010101_JOB{number}_old.log") for number in range(count))
        return [*({names.id: log_id, names.file: file, names.date: date} for log_id, file in numbered), *entries]

    return _in_listing(document, change)


def _unknown_fields(document: Any, options: dict[str, Any]) -> Any:
    """Fields nobody has heard of, in every object."""
    if isinstance(document, list):
        return [_unknown_fields(entry, options) for entry in document]
    if not isinstance(document, dict):
        return document
    known = {name: _unknown_fields(value, options) for name, value in document.items()}
    return {"$schema": None, **known, "addedLater": {"deep": [1, {"er": True}]}, "": "no name"}


def _job_id(document: Any, options: dict[str, Any]) -> Any:
    """The reply to an upload names another job's id."""
    if not isinstance(document, dict):
        return options.get("jobId", "1")
    if isinstance(document.get("Result"), dict):
        return {**document, "Result": _job_id(document["Result"], options)}
    names = {"jobId", "JobId", "id", "Id"}
    return {name: options.get("jobId", "1") if name in names else value for name, value in document.items()}


DOCUMENT_CHANGES: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "without_id": _without_id,
    "huge_listing": _huge_listing,
    "unknown_fields": _unknown_fields,
    "job_id": _job_id,
}

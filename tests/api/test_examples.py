"""The examples of the committed `openapi.yaml`: that they are there, and that each is what its schema says.

That the API takes those of requests is seen by `tests/contract`, which sends each of them.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.support.operations import Operation, description, operations

WITH_EXAMPLES = {
    "POST /api/jobs/{number}/assign",
    "POST /api/partner/createPartner",
    "POST /api/partner/createSystemUser",
    "POST /api/v1/applications/",
    "POST /api/v1/auth/login",
    "POST /api/v1/exports/",
    "POST /api/v1/jobs/",
    "POST /api/v1/partner-system-users/",
    "POST /api/v1/partners/",
}


def examples(content: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Schema and value of each."""
    for one in content.values():
        yield from ((one["schema"], value["value"]) for value in one.get("examples", {}).values())
        yield from ((one["schema"], one["example"]) for _ in ("example",) if "example" in one)


def faults(schema: Any, value: Any) -> list[str]:
    """What is wrong with it, also that it has what a client does not know from the schema."""
    whole = {**schema, "components": description()["components"], "unevaluatedProperties": False}
    return [error.message for error in Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(value)]


def asked_and_answered(operation: Operation) -> tuple[list[Any], list[Any]]:
    asked = list(examples(operation.described.get("requestBody", {}).get("content", {})))
    answers = [answer.get("content", {}) for answer in operation.described["responses"].values()]
    return asked, [one for content in answers for one in examples(content)]


def test_the_main_operations_show_a_request_and_its_answer() -> None:
    shown = {str(one): asked_and_answered(one) for one in operations()}
    assert {name for name, (asked, answered) in shown.items() if asked and answered} == WITH_EXAMPLES


@pytest.mark.parametrize("operation", [one for one in operations() if str(one) in WITH_EXAMPLES], ids=str)
def test_what_they_show_is_as_described(operation: Operation) -> None:
    asked, answered = asked_and_answered(operation)
    assert {str(value): faults(schema, value) for schema, value in asked + answered if faults(schema, value)} == {}


def test_every_refusal_shows_a_problem_document() -> None:
    for name, refusal in description()["components"]["responses"].items():
        shown = list(examples(refusal["content"]))
        assert [faults(schema, value) for schema, value in shown] == [[]], name

"""The API held to its own description: requests made from `openapi.yaml`, right ones and wrong ones, and all answers compared
with what it says. Schemathesis makes them, the same ones each time; each finds the world as it was before the others."""

from typing import Any

import pytest
import schemathesis
import yaml
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth

from accounts.models import User
from accounts.services import tokens
from agmission_partners.variables import PROJECT_DIR
from agmission_partners.wsgi import application
from tests.contract.aiming import aim
from tests.support.world import Tenant

REFUSED = ["400", "401", "403", "404", "405", "406", "409", "411", "412", "413", "415", "422"]
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "416"]  # 416: no schema says how long a file is
CHECKS = {
    "negative_data_rejection": {"expected-statuses": REFUSED},
    "positive_data_acceptance": {"expected-statuses": ACCEPTED},
}
DOCUMENT = yaml.load((PROJECT_DIR / "openapi.yaml").read_text("utf-8"), yaml.CSafeLoader)  # the safe one, in C
KEPT_OUT = {"allow-x00": False}  # every text is without NUL; a pattern for each would say so and hide the rest

schemathesis.openapi.format("time-zone", st.sampled_from(["America/Chicago", "Asia/Kolkata", "UTC"]))
schemathesis.openapi.format("uri", st.sampled_from(["https://cloud.example/api", "http://partner.example:8080"]))


def described(**phases: Any) -> BaseSchema:
    config = {"generation": KEPT_OUT, "checks": CHECKS, "phases": {"stateful": {"enabled": False}, **phases}}
    schema = schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict(config))
    schema.app = application
    return schema


BOUNDS, RANDOM = described(), described(coverage={"enabled": False})
"""With a case for each bound, type and name, inside and outside; without."""


def some(count: int) -> Any:
    """So many requests at random for each operation, besides those of its bounds and examples; the same ones every time."""
    return settings(max_examples=count, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def signed_in(user: User) -> dict[str, str]:
    return {"Authorization": f"Token {tokens.make(user)[1]}"}


@pytest.fixture
def as_ops(ops: User) -> dict[str, str]:
    return signed_in(ops)


@pytest.fixture
def as_office(own: Tenant) -> dict[str, str]:
    return signed_in(own.office)


enforced: set[tuple[str, str]] = set()


def ask(case: Case, tenant: Tenant, headers: dict[str, str]) -> None:
    """Make the request, hold the answer to the description, and leave the world as it was."""
    aim(case, tenant)
    asked = (case.operation.label, headers.get("Authorization", ""))
    before = transaction.savepoint()
    try:
        response = case.call(headers=headers)
        excluded = [ignored_auth] if asked in enforced else []  # once is enough: it asks twice again without credentials
        case.validate_response(response, headers=headers, excluded_checks=excluded)
        if response.status_code < 300:
            enforced.add(asked)
    finally:
        transaction.savepoint_rollback(before)


@BOUNDS.parametrize()
@some(5)
def test_ops_find_what_is_described(case: Case, own: Tenant, as_ops: dict[str, str]) -> None:
    ask(case, own, as_ops)


@RANDOM.parametrize()
@some(5)
def test_a_customers_people_find_what_is_described(case: Case, own: Tenant, as_office: dict[str, str]) -> None:
    ask(case, own, as_office)


@RANDOM.parametrize()
@some(2)
def test_nobody_finds_anything_without_credentials(case: Case, own: Tenant) -> None:
    for headers in ({}, {"Authorization": "Token nonsense"}):
        ask(case, own, headers)

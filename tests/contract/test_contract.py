"""The API held to its own description: requests made from `openapi.yaml`, right ones and wrong ones, and all answers compared
with what it says. Schemathesis makes them, the same ones each time; each finds the world as it was before the others."""

from typing import Any

import schemathesis
import yaml
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import ignored_auth

from accounts.states import Role
from agmission_partners.variables import PROJECT_DIR
from agmission_partners.wsgi import application
from tests.contract.aiming import aim
from tests.contract.world import World, laid
from tests.support.good_requests import CALL_PARTNERS

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


enforced: set[tuple[str, str]] = set()
"""Who was asked for credentials where: once is enough, since Schemathesis asks twice again without them."""
asked: set[str] = set()
succeeded: set[str] = set()
"""Operations, by what came of asking with everybody's rights."""


def ask(case: Case, world: World, role: Role, headers: dict[str, str]) -> None:
    """Make the request, hold the answer to the description, and leave the world as it was."""
    label, who = case.operation.label, headers.get("Authorization", "")
    with transaction.atomic():  # whose end leaves nothing open: thousands of savepoints slow down each other
        aim(case, laid(world, label), role)
        response = case.call(headers=headers)
        excluded = [ignored_auth] if (label, who) in enforced else []
        case.validate_response(response, headers=headers, excluded_checks=excluded)  # which may ask again
        transaction.set_rollback(True)
    if response.status_code < 300:
        enforced.add((label, who))
    if role == Role.OPS:
        asked.add(label)
        succeeded.update({label} if response.status_code < 300 else ())


@BOUNDS.parametrize()
@some(5)
def test_ops_find_what_is_described(case: Case, world: World) -> None:
    ask(case, world, Role.OPS, world.headers[Role.OPS])


@RANDOM.parametrize()
@some(5)
def test_a_customers_people_find_what_is_described(case: Case, world: World) -> None:
    ask(case, world, Role.CUSTOMER, world.headers[Role.CUSTOMER])


@RANDOM.parametrize()
@some(2)
def test_nobody_finds_anything_without_credentials(case: Case, world: World) -> None:
    for headers in ({}, {"Authorization": "Token nonsense"}):
        ask(case, world, Role.CUSTOMER, headers)


def test_every_operation_has_done_what_it_is_for() -> None:
    """An operation of which only refusals were seen was not looked at. No partner answers here: see `tests/flow`."""
    assert asked - succeeded - set(CALL_PARTNERS) == set()

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments.partner_config import InvalidConfig, PartnerConfig, is_storable

GIVEN = {
    "aircraftId": "N123",
    "systemUserId": "",
    "priority": "high",
    "timeout": 1000,
    "pollInterval": 20_000,
    "retryPolicy": {"maxAttempts": 10, "baseDelay": 1000, "maxDelay": 1000, "backoffMultiplier": 1.5, "jitter": False},
    "customFields": {"crop": "corn", "passes": [1, 2.5, None, True]},
}


def wrong(**fields: object) -> dict[str, str]:
    """Code by path of what is wrong with a configuration of these fields."""
    with pytest.raises(InvalidConfig) as caught:
        PartnerConfig.from_wire(fields, shortest_poll=timedelta(seconds=15))
    return {error.path: error.code for error in caught.value.errors}


def test_an_empty_configuration_has_the_guides_defaults() -> None:
    wire = PartnerConfig.from_wire({}).to_wire()
    assert wire == {
        "priority": "normal",
        "pollInterval": 60_000,
        "retryPolicy": {"maxAttempts": 5, "baseDelay": 5000, "maxDelay": 300_000, "backoffMultiplier": 2.0, "jitter": True},
        "customFields": {},
    }


def test_what_was_given_comes_back() -> None:
    assert PartnerConfig.from_wire(GIVEN).to_wire() == {k: v for k, v in GIVEN.items() if v != ""}


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "timeout": st.integers(1000, 300_000),
            "pollInterval": st.integers(15_000, 2_592_000_000),
            "priority": st.sampled_from(["low", "normal", "high"]),
            "retryPolicy": st.fixed_dictionaries({}, optional={"maxAttempts": st.integers(1, 10), "jitter": st.booleans()}),
            "customFields": st.dictionaries(st.text("abc"), st.integers() | st.text("xyz")),
        },
    )
)
def test_the_stored_form_reads_back_as_the_same(wire: dict[str, object]) -> None:
    config = PartnerConfig.from_wire(wire)
    assert PartnerConfig.from_wire(json.loads(json.dumps(config.to_wire()))) == config


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("timeout", 999, "minValue"),
        ("timeout", 300_001, "maxValue"),
        ("timeout", True, "invalid"),
        ("timeout", "30000", "invalid"),
        ("pollInterval", 14_999, "minValue"),
        ("pollInterval", 15_000.5, "invalid"),
        ("pollInterval", 10**400, "maxValue"),
        ("priority", "urgent", "invalidChoice"),
        ("priority", None, "invalidChoice"),
        ("priority", ["low"], "invalidChoice"),
        ("aircraftId", 5, "invalid"),
        ("aircraftId", "N" * 101, "invalid"),
        ("aircraftId", "N\x001", "invalid"),
        ("customFields", [1], "invalid"),
        ("customFields", {"deep": [{"far": float("inf")}]}, "invalid"),
        ("retryPolicy", [], "invalid"),
        ("pollintervall", 1, "unknownField"),
    ],
)
def test_what_is_out_of_bounds_is_named(path: str, value: object, code: str) -> None:
    assert wrong(**{path: value}) == {path: code}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("maxAttempts", 0, "minValue"),
        ("maxAttempts", 11, "maxValue"),
        ("maxAttempts", 2.5, "invalid"),
        ("baseDelay", 999, "minValue"),
        ("maxDelay", 999, "minValue"),
        ("backoffMultiplier", 0.99, "minValue"),
        ("backoffMultiplier", 5.01, "maxValue"),
        ("backoffMultiplier", float("nan"), "maxValue"),
        ("jitter", 1, "invalid"),
        ("tries", 1, "unknownField"),
    ],
)
def test_a_retry_policy_out_of_bounds_is_named_with_its_path(field: str, value: object, code: str) -> None:
    assert wrong(retryPolicy={field: value}) == {f"retryPolicy.{field}": code}


def test_every_wrong_field_is_named_not_only_the_first() -> None:
    assert set(wrong(timeout=1, pollInterval=1, retryPolicy={"maxAttempts": 0})) == {
        "timeout",
        "pollInterval",
        "retryPolicy.maxAttempts",
    }


def test_the_shortest_poll_interval_is_told() -> None:
    with pytest.raises(InvalidConfig, match="15000"):
        PartnerConfig.from_wire({"pollInterval": 1}, shortest_poll=timedelta(seconds=15))


def test_a_stored_interval_below_a_bound_that_rose_is_still_read() -> None:
    assert PartnerConfig.from_wire({"pollInterval": 500}).poll_interval == timedelta(milliseconds=500)


def test_the_default_interval_follows_a_longer_bound() -> None:
    assert PartnerConfig.from_wire({}, shortest_poll=timedelta(minutes=2)).poll_interval == timedelta(minutes=2)


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", {"k\x00": 1}, [[float("nan")]], {"a": [{"b": float("-inf")}]}])
def test_what_a_database_refuses_is_not_storable(value: object) -> None:
    assert not is_storable(value)


def test_the_policy_computes_pauses() -> None:
    policy = PartnerConfig.from_wire(GIVEN).retry_policy
    assert [policy.delay(failures) for failures in (0, 1, 9)] == [timedelta(seconds=1)] * 3

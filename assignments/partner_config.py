"""How one assignment is dealt with at its partner: the `partnerConfig` of the API contract, with its bounds and defaults."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from work.backoff import RetryPolicy
from work.models import Priority

MILLISECOND = timedelta(milliseconds=1)
LONGEST = timedelta(days=30)
"""No duration may be longer: beyond it a row would be as good as forgotten."""

Default = TypeVar("Default", timedelta, None)


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field. `path` as in `retryPolicy.baseDelay`, `code` stable, `message` for a person."""

    path: str
    code: str
    message: str


class InvalidConfig(Exception):
    """Everything that is wrong with a `partnerConfig`, not only the first thing."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.path}: {error.message}" for error in errors))
        self.errors = errors


@dataclass(frozen=True)
class PartnerConfig:
    """What somebody asked for with an assignment. `timeout` None: as the installation is set (`SATLOC_TIMEOUT`)."""

    aircraft_id: str = ""
    system_user_id: str = ""
    priority: Priority = Priority.NORMAL
    timeout: timedelta | None = None
    poll_interval: timedelta = timedelta(minutes=1)
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    custom_fields: dict[str, Any] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        """The contract's form, which is also the stored one; what was not given and has no fixed default is left out."""
        wire: dict[str, Any] = {
            "aircraftId": self.aircraft_id,
            "systemUserId": self.system_user_id,
            "priority": str(self.priority),
            "timeout": self.timeout // MILLISECOND if self.timeout else None,
            "pollInterval": self.poll_interval // MILLISECOND,
            "retryPolicy": _policy_to_wire(self.retry_policy),
            "customFields": self.custom_fields,
        }
        return {name: value for name, value in wire.items() if value not in ("", None)}

    @classmethod
    def from_wire(cls, wire: object, *, shortest_poll: timedelta = timedelta(0)) -> "PartnerConfig":
        """Read what a client sent, or what is stored. Raises InvalidConfig with every field that is wrong.

        `shortest_poll` is the installation's bound for `pollInterval` (`PARTNER_MIN_POLL_INTERVAL`). Stored
        configurations are read without it: the bound may have risen since.
        """
        errors: list[FieldError] = []
        config = _config(_Reader(wire, "", errors), shortest_poll)
        if errors:
            raise InvalidConfig(errors)
        return config


def _config(read: "_Reader", shortest_poll: timedelta) -> PartnerConfig:
    config = PartnerConfig(
        aircraft_id=read.text("aircraftId", longest=100),
        system_user_id=read.text("systemUserId", longest=40),
        priority=Priority(read.one_of("priority", Priority.values, Priority.NORMAL)),
        timeout=read.duration("timeout", None, timedelta(seconds=1), timedelta(minutes=5)),
        poll_interval=read.duration("pollInterval", max(PartnerConfig.poll_interval, shortest_poll), shortest_poll),
        retry_policy=_retry_policy(read.nested("retryPolicy")),
        custom_fields=read.json_object("customFields"),
    )
    read.refuse_the_rest()
    return config


def _policy_to_wire(policy: RetryPolicy) -> dict[str, Any]:
    return {
        "maxAttempts": policy.max_attempts,
        "baseDelay": policy.base // MILLISECOND,
        "maxDelay": policy.maximum // MILLISECOND,
        "backoffMultiplier": policy.multiplier,
        "jitter": policy.jitter,
    }


def _retry_policy(read: "_Reader") -> RetryPolicy:
    second = timedelta(seconds=1)
    policy = RetryPolicy(
        max_attempts=int(read.number("maxAttempts", RetryPolicy.max_attempts, 1, 10, whole=True)),
        base=read.duration("baseDelay", RetryPolicy.base, second),
        maximum=read.duration("maxDelay", RetryPolicy.maximum, second),
        multiplier=read.number("backoffMultiplier", RetryPolicy.multiplier, 1, 5),
        jitter=read.flag("jitter", default=RetryPolicy.jitter),
    )
    read.refuse_the_rest()
    return policy


class _Reader:
    """Takes fields out of one JSON object. What is wrong goes to `errors`, and the default is taken, so that reading goes on."""

    def __init__(self, wire: object, path: str, errors: list[FieldError]) -> None:
        self._path = path
        self._errors = errors
        self._fields: dict[str, Any] = {}
        if isinstance(wire, Mapping):
            self._fields = dict(wire)
        else:
            self._wrong("", "invalid", "This must be an object.")

    def _wrong(self, name: str, code: str, message: str) -> None:
        path = ".".join(part for part in (self._path, name) if part)
        self._errors.append(FieldError(path, code, message))

    def nested(self, name: str) -> "_Reader":
        """A reader for the object in field `name`, empty where it is not given."""
        path = f"{self._path}.{name}".lstrip(".")
        return _Reader(self._fields.pop(name, {}), path, self._errors)

    def text(self, name: str, longest: int) -> str:
        value = self._fields.pop(name, "")
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > longest or not is_storable(value):
            self._wrong(name, "invalid", f"This must be a text of at most {longest} characters.")
            return ""
        return value.strip()

    def one_of(self, name: str, values: Collection[str], default: str) -> str:
        value = self._fields.pop(name, default)
        if isinstance(value, str) and value in values:
            return value
        self._wrong(name, "invalidChoice", f"This must be one of {', '.join(values)}.")
        return default

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._fields.pop(name, default)
        if not isinstance(value, bool):
            self._wrong(name, "invalid", "This must be true or false.")
            return default
        return value

    def number(self, name: str, default: float, smallest: float, largest: float, *, whole: bool = False) -> float:
        value = _whole(self._fields.pop(name, default))
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            self._wrong(name, "invalid", f"This must be a {'whole ' if whole else ''}number.")
        elif value < smallest:
            self._wrong(name, "minValue", f"This must be at least {smallest:g}.")
        elif not value <= largest:
            self._wrong(name, "maxValue", f"This must be at most {largest:g}.")
        else:
            return value
        return default

    def duration(self, name: str, default: Default, shortest: timedelta, longest: timedelta = LONGEST) -> timedelta | Default:
        """Whole milliseconds between the two bounds, both included."""
        value = _whole(self._fields.pop(name, None))
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong(name, "invalid", "This must be a whole number of milliseconds.")
        elif value < shortest // MILLISECOND:
            self._wrong(name, "minValue", f"This must be at least {shortest // MILLISECOND} milliseconds.")
        elif value > longest // MILLISECOND:
            self._wrong(name, "maxValue", f"This must be at most {longest // MILLISECOND} milliseconds.")
        else:
            return value * MILLISECOND
        return default

    def json_object(self, name: str) -> dict[str, Any]:
        value = self._fields.pop(name, {})
        if isinstance(value, dict) and is_storable(value):
            return value
        self._wrong(name, "invalid", "This must be an object of texts and finite numbers.")
        return {}

    def refuse_the_rest(self) -> None:
        """Fields that nobody asked for are refused by name."""
        for name in self._fields:
            self._wrong(name, "unknownField", "There is no such field.")


def is_storable(value: object) -> bool:
    """Whether every database takes this JSON: no NUL, no lone surrogate, no number that is not finite."""
    if isinstance(value, str):
        return "\0" not in value and (value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value))
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(is_storable(key) and is_storable(part) for key, part in value.items())
    if isinstance(value, list):
        return all(is_storable(part) for part in value)
    return True


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 5.0 is 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value

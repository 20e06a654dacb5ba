"""Which kinds of documents are taken, in which order, and how one is told from the other."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

CUSTOMER, PARTNER, OPERATOR, USER, ACCOUNT, JOB, ASSIGNMENT, TRACKER = (
    "customer", "partner", "operator", "user", "account", "job", "assignment", "tracker",
)  # fmt: skip
ORDER = (CUSTOMER, PARTNER, OPERATOR, USER, ACCOUNT, JOB, ASSIGNMENT, TRACKER)
"""Each refers to earlier ones only. An operator is a user to whom others belong: it was the customer, in the old system."""

WORDS = {
    CUSTOMER: "customers",
    PARTNER: "partners",
    OPERATOR: "operators",
    USER: "users",
    ACCOUNT: "partner system users",
    JOB: "jobs",
    ASSIGNMENT: "assignments",
    TRACKER: "log trackers",
}
OFFICE = ("customer", "applicator", "operator", "office", "owner", "client")
ROLES = ("role", "kind", "userType", "type")
OWNERS = ("customerId", "customer", "parent", "applicator", "company")
PEOPLE = frozenset({CUSTOMER, PARTNER, OPERATOR, USER, ACCOUNT})
NAMES: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"job_?assign(ment)?s?|assignments?"), frozenset({ASSIGNMENT})),
    (re.compile(r"partner_?system_?users?|system_?users?"), frozenset({ACCOUNT})),
    (re.compile(r"(partner_?)?log_?trackers?|partner_?logs?"), frozenset({TRACKER})),
    (re.compile(r"jobs?"), frozenset({JOB})),
    (re.compile(r"partners?"), frozenset({PARTNER, ACCOUNT})),
    (re.compile(r"customers?|clients?|applicators?"), frozenset({CUSTOMER})),
    (re.compile(r"users?|accounts?"), PEOPLE),
)
"""Collections by their names, `-` as `_`. People of every kind may be in one collection: the old system's models share it."""


@lru_cache(maxsize=256)
def of_name(name: str) -> frozenset[str]:
    """The kinds that a file or collection of this name may hold, also `database.collection.json`; empty: it says nothing."""
    words = name.lower().replace("-", "_").split(".")
    found = (kinds for word in reversed(words) for pattern, kinds in NAMES if pattern.fullmatch(word))
    return next(found, frozenset())


def of_document(fields: Mapping[str, Any], allowed: frozenset[str]) -> str:
    """The kind of a document; empty where it is none that is allowed (all, where nothing is said)."""
    if len(allowed) == 1:
        return next(iter(allowed))
    for kind, is_one in _TELLING:
        if (not allowed or kind in allowed) and is_one(fields):
            return kind
    return ""


def _has(fields: Mapping[str, Any], *names: str) -> bool:
    return any(name in fields for name in names)


def _is_job(fields: Mapping[str, Any]) -> bool:
    return _has(fields, "sprayAreas", "swathWidth", "measureUnit", "appRate", "dlOp", "excludedAreas")


def _is_account(fields: Mapping[str, Any]) -> bool:
    return _has(fields, "partnerUsername", "partnerUserId") or (
        _has(fields, "partnerId", "partner") and _has(fields, "apiKey", "apiSecret", "companyId")
    )


def _is_user(fields: Mapping[str, Any]) -> bool:
    return _has(fields, "username", "email", *ROLES)


def _is_operator(fields: Mapping[str, Any]) -> bool:
    role = next((fields[name] for name in ROLES if fields.get(name)), None)
    owned = any(fields.get(name) is not None for name in OWNERS)
    return isinstance(role, str) and role.strip().lower() in OFFICE and not owned


_TELLING = (
    (ASSIGNMENT, lambda fields: _has(fields, "job", "jobId") and _has(fields, "user", "userId", "uid")),
    (TRACKER, lambda fields: _has(fields, "logId", "externalLogId", "logFileName")),
    (ACCOUNT, _is_account),
    (PARTNER, lambda fields: _has(fields, "partnerCode")),
    (JOB, _is_job),
    (OPERATOR, _is_operator),
    (USER, _is_user),
    (CUSTOMER, lambda fields: _has(fields, "code") and _has(fields, "name", "units", "timeZone")),
)

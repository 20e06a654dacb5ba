"""Values of rows as the audit trail keeps them: JSON, secrets masked, long ones told by their digest."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, ForeignKey, Model

HIDDEN = "[hidden]"
LONGEST = 4000
"""Characters of JSON; a job's areas may be megabytes."""

NEVER_SHOWN = frozenset({"id", "created_at", "updated_at"})
SECRET_NAME = re.compile(r"pass(word|phrase|wd)|secret|token|credential|authorization|(api|private|access).?key", re.IGNORECASE)
"""What people put into free JSON under such a name is masked too."""


def named(row: Model, name: str, value: Any) -> tuple[str, Any]:
    """A column as it is kept: under the name that clients know, `customer_id` for a customer, `active` for `is_active`."""
    field = row._meta.get_field(name)
    if isinstance(field, ForeignKey):
        return field.attname, plain(getattr(value, "pk", value))
    return name.removeprefix("is_"), HIDDEN if is_secret(row, field) else plain(value)


def all_of(row: Model) -> dict[str, Any]:
    """What a row holds, without what is empty, and without what the database fills in by itself."""
    held = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields if field.name not in NEVER_SHOWN}
    return dict(named(row, name, value) for name, value in held.items() if not _is_empty(value))


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {}) or hasattr(value, "resolve_expression")


def is_secret(row: Model, field: "Field[Any, Any] | Any") -> bool:
    """Whether a column's value is kept from everybody: its model says so, or its field, as encrypted ones do."""
    return field.name in getattr(row, "SECRETS", ()) or getattr(field, "is_secret", False)


def plain(value: Any) -> Any:
    """As JSON that is not too long."""
    text = json.dumps(_masked(value), cls=DjangoJSONEncoder)
    if len(text) <= LONGEST:
        return json.loads(text)
    return f"{len(text)} characters, SHA-256 {hashlib.sha256(text.encode()).hexdigest()}"


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: HIDDEN if SECRET_NAME.search(str(name)) else _masked(part) for name, part in value.items()}
    return [_masked(part) for part in value] if isinstance(value, (list, tuple)) else value

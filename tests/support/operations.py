"""The operations that the committed `openapi.yaml` describes: what the API promises, apart from the code that keeps it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from agmission_partners.variables import PROJECT_DIR

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Two seconds less, where PyYAML was built with libyaml."""

PARAMETER = re.compile(r"{\w+}")
IDENTIFIES = re.compile(r"(^id|Id|Ids|^uid|Number|Numbers)$")
"""Names of fields and parameters that name a thing."""


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    template: str

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def resource(self) -> str:
        """The word that says what it is about."""
        return next(word for word in self.template.split("/") if word not in ("api", "v1", ""))

    @property
    def is_of_object(self) -> bool:
        return "{" in self.template

    def path(self, key: Any = 1) -> str:
        """The address of one object."""
        return PARAMETER.sub(str(key), self.template)

    @property
    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = description()["paths"][self.template][self.method.lower()]
        return found

    def parameters(self) -> list[dict[str, Any]]:
        """What its address, its query and its headers may hold; those that many operations share are named in one place."""
        shared = description()["components"].get("parameters", {})
        given = self.described.get("parameters", ())
        return [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in given]

    def filters(self) -> list[str]:
        """Query parameters that name a thing."""
        given = [one["name"] for one in self.parameters() if one["in"] == "query"]
        return [name for name in given if IDENTIFIES.search(name)]

    def fields(self) -> list[str]:
        """Fields of the body that name a thing, such as `asUsers[].uid`."""
        content = self.described.get("requestBody", {}).get("content", {})
        found = dict.fromkeys(path for one in content.values() for path in _fields(one["schema"], ""))
        return [path for path in found if IDENTIFIES.search(path.rpartition(".")[2].removesuffix("[]"))]


@cache
def description() -> dict[str, Any]:
    """The committed document."""
    document: dict[str, Any] = yaml.load((PROJECT_DIR / "openapi.yaml").read_text("utf-8"), Loader)  # noqa: S506  # safe, both
    return document


@cache
def operations() -> list[Operation]:
    """All of them, in the document's order."""
    return [Operation(method.upper(), template) for template, methods in description()["paths"].items() for method in methods]


def _fields(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    """The paths of all fields that can be written."""
    if "$ref" in schema:
        yield from _fields(description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], path)
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        yield from _fields(part, path)
    if "items" in schema:
        yield f"{path}[]"
        yield from _fields(schema["items"], f"{path}[]")
    for name, inner in schema.get("properties", {}).items():
        if not inner.get("readOnly"):
            yield (below := f"{path}.{name}" if path else name)
            yield from _fields(inner, below)

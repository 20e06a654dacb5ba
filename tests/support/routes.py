"""The table of addresses, as Django resolves them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver

PARAMETER = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """One address under `/api/`: `template` with `{}` for each parameter."""

    template: str
    view: type[Any]
    actions: tuple[tuple[str, str], ...]

    @property
    def resource(self) -> str:
        """The word that says what it is about."""
        return next(word for word in self.template.split("/") if word not in ("api", "v1", ""))

    @property
    def is_of_object(self) -> bool:
        return "{}" in self.template

    def path(self, key: Any = 1) -> str:
        """The address of one object; further parameters become 1."""
        first, *others = self.template.split("{}", 1)
        return "/" + first + "".join(str(key) + other.replace("{}", "1") for other in others)

    def __str__(self) -> str:
        return self.template


def api_routes() -> list[Route]:
    """All addresses under `/api/`, sorted."""
    return sorted(_walk(get_resolver().url_patterns, ""), key=str)


def _walk(patterns: Any, prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        template = prefix + PARAMETER.sub("{}", str(pattern.pattern)).lstrip("^").rstrip("$").replace(r"\Z", "").replace(
            "\\.", "."
        )
        if not isinstance(pattern, URLPattern):
            yield from _walk(pattern.url_patterns, template)
        elif template.startswith("api/"):
            view = getattr(pattern.callback, "cls", None) or pattern.callback.view_class  # type: ignore[attr-defined]
            yield Route(template, view, tuple((getattr(pattern.callback, "actions", None) or {}).items()))

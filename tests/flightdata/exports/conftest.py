"""Asking for exports over REST, and having them written."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from rest_framework.test import APIClient

from accounts.models import User
from flightdata.models import Export
from tests.assignments.conftest import Scene, scene
from tests.flightdata.conftest import TakeIn, parse_all, take_in
from tests.support.api import as_user

__all__ = ["scene", "take_in"]  # fixtures

URL = "/api/v1/exports/"
DAY = timedelta(hours=24)
Ask = Callable[..., Any]


def a_day_passes() -> None:
    rows = Export.objects.filter(expires_at__isnull=False)
    rows.update(due_at=F("due_at") - DAY, rank_at=F("rank_at") - DAY, expires_at=F("expires_at") - DAY)


class Exporting:
    """Somebody of the API who exports."""

    def __init__(self, user: User) -> None:
        self.client: APIClient = as_user(user)

    def ask(self, kind: str = "jobs", form: str = "csv", headers: Any = None, **filter_: Any) -> Any:
        """POST; `from_` is `from`."""
        asked = {name.rstrip("_"): value for name, value in filter_.items()}
        return self.client.post(URL, {"kind": kind, "format": form, "filter": asked}, headers=headers)

    def read(self, key: str) -> dict[str, Any]:
        answer = self.client.get(f"{URL}{key}/")
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def bytes_of(self, key: str) -> bytes:
        answer = self.client.get(f"{URL}{key}/download")
        assert answer.status_code == 200, answer.content
        return b"".join(answer.streaming_content)

    def written(self, kind: str, form: str, **filter_: Any) -> bytes:
        """Ask for it, have it written, and download it."""
        answer = self.ask(kind, form, **filter_)
        assert answer.status_code == 201, answer.content
        parse_all()
        shown = self.read(answer.json()["id"])
        assert shown["status"] == "done", shown
        return self.bytes_of(shown["id"])

    def lines(self, kind: str, **filter_: Any) -> list[dict[str, str]]:
        """The CSV's lines, by header without units."""
        return lines_of(self.written(kind, "csv", **filter_))

    def features(self, kind: str, **filter_: Any) -> list[dict[str, Any]]:
        collection = json.loads(self.written(kind, "geojson", **filter_))
        assert collection["type"] == "FeatureCollection"
        return list(collection["features"])


def lines_of(content: bytes) -> list[dict[str, str]]:
    table = list(csv.reader(io.StringIO(content.decode(), newline="")))
    names = [header.split(" (")[0] for header in table[0]]
    assert len(names) == len(set(names))
    return [dict(zip(names, line, strict=True)) for line in table[1:]]


def as_cell(value: Any) -> str:
    """A value of the API as a table shows it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


@pytest.fixture
def office(scene: Scene, take_in: TakeIn) -> Exporting:
    """The customer's own people; `take_in` gives the hub a store of its own."""
    return Exporting(scene.office)

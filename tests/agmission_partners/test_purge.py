"""What has been kept for long enough goes, what has not stays, and nothing goes without a yes."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model

from agmission_partners import retention
from flightdata.models import Export
from partners.models import PartnerCall
from tests.support.scene import a_customer
from work import history
from work.clock import now
from work.ids import first_id_at
from work.models import Attention, Event

pytestmark = pytest.mark.django_db
OLD, NEW = timedelta(days=8 * 365), timedelta(days=20)


@pytest.fixture
def kept() -> dict[str, type[Model]]:
    """One old and one new thing of each kind."""
    customer = a_customer()
    for number, age in enumerate((OLD, NEW)):
        at = now() - age
        call = {"operation": "list_logs", "method": "GET", "url": "http://x", "outcome": "ok", "duration_ms": 1}
        PartnerCall.objects.create(at=at, **call)
        Attention.objects.create(kind="logFailed", object_type="log", object_id=str(number), since=at, settled_at=at)
        Event.objects.create(id=first_id_at(at), at=at, object_type="log", object_id=str(number), name="moved", actor="clock")
        Export.objects.create(
            customer=customer, kind="jobs", format="csv", request_hash=str(number), status="expired", expires_at=at
        )
    return {"calls": PartnerCall, "exports": Export, "attention": Attention, "history": Event}


def purge(*arguments: str) -> str:
    out = StringIO()
    call_command("purge", *arguments, stdout=out)
    return out.getvalue()


def test_without_a_yes_it_only_tells(kept: dict[str, type[Model]]) -> None:
    before = {name: model._default_manager.count() for name, model in kept.items()}
    said = purge()
    for name in kept:
        assert f"{name}: 1 would be deleted" in said
    assert {name: model._default_manager.count() for name, model in kept.items()} == before


def test_with_it_the_old_goes_and_the_new_stays(kept: dict[str, type[Model]]) -> None:
    said = purge("--yes")
    for name in kept:
        assert f"{name}: 1 deleted" in said
    assert (PartnerCall.objects.count(), Export.objects.count(), Attention.objects.count()) == (1, 1, 1)
    assert not Event.objects.filter(at__lt=now() - timedelta(days=365)).exists()
    assert history.of("history", "").filter(name="purged", actor="command purge").count() == 1


def test_many_go_batch_by_batch(kept: dict[str, type[Model]]) -> None:
    call = {"operation": "list_logs", "method": "GET", "url": "http://x", "outcome": "ok", "duration_ms": 1}
    at = now() - OLD
    PartnerCall.objects.bulk_create(PartnerCall(at=at, **call) for _ in range(retention.AT_ONCE))
    said = purge("--only", "calls", "--yes")
    assert "2,000 so far" in said
    assert f"calls: {retention.AT_ONCE + 1:,} deleted" in said


@pytest.mark.parametrize("arguments", [["--days", "3"], ["--only", "calls", "--days", "0"], ["--only", "raw"]])
def test_wrong_arguments_are_refused(arguments: list[Any]) -> None:
    with pytest.raises(CommandError):
        purge(*arguments)

"""Alert rules, dashboard and runbook: of metrics that there are, and each alert with its section."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.core import Metric

from agmission_partners import metrics
from agmission_partners.reached import Canary as Settings
from agmission_partners.selectors import ACTIONS
from agmission_partners.variables import PROJECT_DIR
from canary.models import Canary
from partners.states import AccountState, HealthStatus
from tests.support.world import a_tenant
from work.apart import OWNER
from work.clock import now
from work.models import BeatTick, WorkerHeartbeat

MONITORING = PROJECT_DIR / "deploy" / "monitoring"
RUNBOOK = PROJECT_DIR / "docs" / "runbook.md"
METRIC = re.compile(r"\bagmission_\w+")
SELECTED = re.compile(r'(\w+)=~?"([^"]+)"')
VALUES = {
    "kind": set(ACTIONS),
    "state": set(AccountState.values),
    "status": set(HealthStatus.values),
    "job": {"agmission-partners"},
}


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    return found


def expressions() -> list[str]:
    return [rule["expr"] for rule in rules()] + [target["expr"] for panel in panels() for target in panel["targets"]]


@pytest.fixture
def told(db: None, settings: Any, tmp_path: Path) -> dict[str, Metric]:
    """Every metric there is, by its name: of a hub where each has something to tell."""
    settings.HUB = replace(settings.HUB, canary=Settings("http://127.0.0.1:9", timedelta(minutes=15)))
    a_tenant("prairie")
    BeatTick.objects.create(host="here", pid=1, last_tick=now())
    WorkerHeartbeat.objects.create(name="a", queue="job_sync", last_seen=now())
    Canary.objects.create(pk=OWNER, share_key=OWNER, status="resting", last_success_at=now(), last_duration=timedelta(seconds=3))
    return {metric.name: metric for metric in metrics._Hub().collect()}


def test_every_alert_has_its_section_and_every_section_its_alert() -> None:
    assert re.findall(r"^## (\w+)$", RUNBOOK.read_text(), re.MULTILINE) == [rule["alert"] for rule in rules()]


def test_every_alert_says_what_it_means_and_how_urgent_it_is() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule
        assert rule["annotations"]["summary"].endswith("."), rule


@pytest.mark.parametrize("expression", expressions())
def test_expressions_ask_for_metrics_and_values_that_there_are(told: dict[str, Metric], expression: str) -> None:
    names = METRIC.findall(expression) or ["up"]
    labels = {label for name in names if name != "up" for sample in told[name].samples for label in sample.labels} | {"job"}
    for label, values in SELECTED.findall(expression):
        assert label in labels
        assert set(values.split("|")) <= VALUES[label]


def test_every_metric_is_on_the_dashboard(told: dict[str, Metric]) -> None:
    drawn = {name for panel in panels() for target in panel["targets"] for name in METRIC.findall(target["expr"])}
    assert drawn == set(told) - {"agmission_canary_up"}

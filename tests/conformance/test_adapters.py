"""The conformance suite over every registered adapter."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from partners.adapters import registry
from partners.adapters.base import PartnerAdapter
from tests.conformance.adapters import AdapterConformance, PartnerCloud
from tests.conformance.satloc_cloud import SatLocCloud
from tests.support.sandbox import SandboxProcess

PROJECT_DIR = Path(__file__).parents[2]
HOOKS = {"upload": "_upload_job"}
CALLS = ("upload", "find_job", "cancel_job", "list_aircraft", "list_logs", "download_log", "job_status")


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    state: Path = tmp_path_factory.mktemp("cloud") / "state.db"
    with SandboxProcess(state) as process:
        yield process


@pytest.fixture
def satloc_cloud(process: SandboxProcess) -> Iterator[Callable[..., SatLocCloud]]:
    """Makes clouds on the one process, which is started again when a test has stopped it."""
    clouds: list[SatLocCloud] = []

    def make(dialect: str, **account: Any) -> SatLocCloud:
        clouds.append(SatLocCloud(process, dialect, **account))
        return clouds[-1]

    yield make
    if any(cloud.stopped for cloud in clouds):
        process.start()
    process.clear_faults()


class TestSatLocBare(AdapterConformance):
    partner = "satloc"

    @pytest.fixture
    def cloud(self, satloc_cloud: Callable[..., SatLocCloud]) -> PartnerCloud:
        return satloc_cloud("bare")


class TestSatLocBareAtItsTersest(AdapterConformance):
    partner = "satloc"

    @pytest.fixture
    def cloud(self, satloc_cloud: Callable[..., SatLocCloud]) -> PartnerCloud:
        return satloc_cloud("bare", uploadReply="string", listed=[])


class TestSatLocEnvelope(AdapterConformance):
    partner = "satloc"

    @pytest.fixture
    def cloud(self, satloc_cloud: Callable[..., SatLocCloud]) -> PartnerCloud:
        return satloc_cloud("envelope")


def test_every_registered_adapter_has_its_class():
    assert {suite.partner for suite in AdapterConformance.__subclasses__()} >= set(registry.names())


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize("call", CALLS)
def test_what_is_declared_is_implemented_and_nothing_else(name, call):
    adapter = registry.get(name)
    hook = HOOKS.get(call, f"_{call}")
    implemented = getattr(adapter, hook) is not getattr(PartnerAdapter, hook)
    assert getattr(adapter.capabilities, call) == implemented


def test_the_documents_name_every_partner_and_every_scenario():
    text = (PROJECT_DIR / "docs" / "partners.md").read_text()
    words = set(re.findall(r"\w+", text))
    assert not {name for name in [*registry.names(), *registry.unavailable()] if f"| `{name}` |" not in text}
    scenarios = {name.split("_")[1].upper() for name in dir(AdapterConformance) if name.startswith("test_")}
    assert scenarios <= words

import os
import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from agmission_partners.variables import PROJECT_DIR
from partners.adapters import registry
from partners.adapters.base import PartnerAdapter
from partners.adapters.registry import KNOWN_UNAVAILABLE, Registry, UnknownPartner
from partners.adapters.satloc import SatLocAdapter


class OtherAdapter(SatLocAdapter):
    title = "Other"


@pytest.fixture
def empty():
    return Registry(group=None)


@pytest.mark.parametrize("adapter", [object, object(), "satloc", None, lambda: None, SatLocAdapter.ping])
def test_refuses_what_is_no_adapter(empty, adapter):
    with pytest.raises(TypeError, match="no subclass of PartnerAdapter"):
        empty.register("new", adapter)


@pytest.mark.parametrize("name", ["", "SatLoc", " satloc"])
def test_refuses_a_name_that_the_wire_does_not_carry(empty, name):
    with pytest.raises(ValueError, match="no name for a partner"):
        empty.register(name, SatLocAdapter)


def test_refuses_a_second_adapter_under_one_name(empty):
    empty.register("satloc", SatLocAdapter)
    empty.register("satloc", SatLocAdapter)
    with pytest.raises(ValueError, match="registered already"):
        empty.register("satloc", OtherAdapter)


def test_gives_what_was_registered(empty):
    empty.register("zeta", OtherAdapter)
    empty.register("alpha", SatLocAdapter)
    assert (empty.names(), empty.get("zeta")) == (["alpha", "zeta"], OtherAdapter)
    assert (empty.is_supported("alpha"), empty.is_supported("Alpha")) == (True, False)


def test_satloc_is_there():
    assert registry.get("satloc") is SatLocAdapter
    assert issubclass(SatLocAdapter, PartnerAdapter)


@pytest.mark.parametrize("name", [*KNOWN_UNAVAILABLE, "nobody"])
def test_names_the_reason_and_what_there_is_instead(name):
    with pytest.raises(UnknownPartner, match=r"Available are: .*satloc") as raised:
        registry.get(name)
    assert KNOWN_UNAVAILABLE.get(name, "No adapter has this name.") in str(raised.value)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package with entry points, installed for the length of a test."""
    package = tmp_path / "agm_partner_test.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: agm-partner-test\nVersion: 1\n")
    (tmp_path / "agm_partner_test.py").write_text(
        "from partners.adapters.satloc import SatLocAdapter\n\nclass Adapter(SatLocAdapter):\n    title = 'Test'\n"
    )
    (package / "entry_points.txt").write_text(
        "[agmission_partners.adapters]\nagrofly = agm_partner_test:Adapter\n"
        "[agmission_test.adapters]\ngood = agm_partner_test:Adapter\nmissing = agm_no_such_module:Adapter\n"
        "wrong = json:dumps\ndji = agm_partner_test:Adapter\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "agmission_test.adapters"
    sys.modules.pop("agm_partner_test", None)


def test_a_package_adds_a_partner_and_a_broken_one_stops_nobody(installed):
    found = Registry(group=installed)
    assert found.names() == ["dji", "good"]
    assert found.get("good").title == "Test"
    assert "ModuleNotFoundError" in found.unavailable()["missing"]
    assert "no subclass of PartnerAdapter" in found.unavailable()["wrong"]


def test_a_package_may_bring_a_partner_that_was_unavailable(installed):
    assert "dji" in KNOWN_UNAVAILABLE
    assert "dji" not in Registry(group=installed).unavailable()


def test_an_installed_package_is_found_by_a_new_process(installed, tmp_path):
    program = "from partners.adapters import registry; print(*registry.names(), registry.get('agrofly').title)"
    path = os.pathsep.join([str(PROJECT_DIR), str(tmp_path)])
    said = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
    assert said.stdout == "agrofly satloc Test\n", said.stderr


def test_the_group_is_the_documented_one():
    assert EntryPoint("x", "y", registry.ENTRY_POINT_GROUP).group == "agmission_partners.adapters"

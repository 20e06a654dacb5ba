"""One simulated cloud for these tests, and a fresh account in it for each."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.sandbox import SandboxProcess
from tests.support.satloc_client import SatlocClient


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(tmp_path_factory.mktemp("sandbox") / "state.db", "--flight-delay", "0") as process:
        yield process


def make_client(sandbox: SandboxProcess, **fields: object) -> SatlocClient:
    """A new account with one aircraft, signed in."""
    login = f"{uuid.uuid4().hex[:8]}@operator.example"
    account = sandbox.add_account(login, "pass word&=ü", aircraft=[{"tailNumber": "HK4704"}], **fields)
    client = SatlocClient(sandbox.base_url, login, "pass word&=ü", aircraft_id=account["aircraft"][0]["id"])
    client.sign_in()
    return client


@pytest.fixture
def new_client(sandbox: SandboxProcess) -> Callable[..., SatlocClient]:
    return lambda **fields: make_client(sandbox, **fields)


@pytest.fixture
def bare(new_client: Callable[..., SatlocClient]) -> SatlocClient:
    return new_client(dialect="bare")


@pytest.fixture
def envelope(new_client: Callable[..., SatlocClient]) -> SatlocClient:
    return new_client(dialect="envelope")


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[SandboxProcess]:
    """A cloud that this test may stop, kill and set up as it likes."""
    with SandboxProcess(tmp_path / "state.db", "--flight-delay", "0") as process:
        yield process


@pytest.fixture
def own_client(own_sandbox: SandboxProcess) -> SatlocClient:
    return make_client(own_sandbox)

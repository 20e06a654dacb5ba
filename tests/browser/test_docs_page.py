"""The page that explains the API: all of it drawn, from this host alone."""

import pytest

from tests.browser.conftest import Open
from tests.support.world import Tenant

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("role", ["office", "nobody"])
def test_every_operation_is_drawn(own: Tenant, open_as: Open, role: str) -> None:
    page = open_as(own.office if role == "office" else None, "/api/v1/docs/")
    page.wait_for_selector(".opblock", timeout=30_000)
    drawn = page.locator(".opblock").count()
    described = page.evaluate(
        """async () => {
            const description = await (await fetch("/api/v1/schema/?format=json")).json();
            return Object.values(description.paths).map(path => Object.keys(path).filter(key => key != "parameters").length)
                .reduce((sum, methods) => sum + methods, 0);
        }"""
    )
    assert drawn == described > 50

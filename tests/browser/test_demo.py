"""What a newcomer sees: the demo's flight on its job's page, with its hectares, from the real processes."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import wait_for_map
from tests.support.accessibility import faults
from tests.support.chromium import Watch, look, sign_in
from tests.support.demo_hub import demo_hub

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.timeout(300)]


def test_the_demos_flight_is_on_its_jobs_page_with_its_hectares(chrome: Browser) -> None:
    with demo_hub() as demo:
        page = look(chrome).new_page()
        watch = Watch(urlsplit(demo.stack.url).netloc)
        watch.over(page)
        sign_in(page, demo.stack.url, "office", demo.passwords["office"])
        page.get_by_role("link", name=str(demo.job)).click()
        wait_for_map(page)
        expect(page.locator("[data-part=state]")).to_contain_text("Flown")
        shown = page.locator("[data-part=figures] [data-figure=union] data").get_attribute("value")
        assert float(shown or 0) == demo.stack.get(f"/api/v1/jobs/{demo.job}/coverage/").json()["union"]
        assert float(shown or 0) == pytest.approx(33.97, rel=0.01)
        expect(page.locator("[data-part=timeline]")).to_contain_text("the clock")
        assert faults(page) == []
        assert (watch.complaints, watch.foreign) == ([], [])
        page.context.close()

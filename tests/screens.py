"""Takes the pictures of `docs/screens/`: `make screens`. The demo's flight, on a wide window and on a phone, light and dark."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from agmission_partners.variables import PROJECT_DIR
from tests.support.chromium import chromium, look, sign_in
from tests.support.demo_hub import Demo, demo_hub

FOLDER = PROJECT_DIR / "docs" / "screens"
APPEARANCES = (("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark"))
IN_THE_DARK = {"job"}
"""Pages that are shown on dark devices too."""

MAP_READY = "[data-map][data-ready]"


def main() -> None:
    """Write them all anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo_hub() as demo, chromium() as browser:
        for width, scheme in APPEARANCES:
            for name, page in _pages(browser, demo, width, scheme):
                if scheme == "dark" and name not in IN_THE_DARK:
                    continue
                print(_take(page, FOLDER / f"{name}-{width}-{scheme}.png").relative_to(PROJECT_DIR))


def _pages(browser: Browser, demo: Demo, width: str, scheme: str) -> Iterator[tuple[str, Page]]:
    """Name and page, each ready for its picture."""
    office = _signed_in(browser, demo, "office", width=width, scheme=scheme)
    for name, path in (("jobs", "/"), ("job", f"/jobs/{demo.job}/"), ("flight", f"/flights/{demo.flight}/")):
        office.goto(demo.stack.url + path)
        if name != "jobs":
            office.wait_for_selector(MAP_READY)
        yield name, office
    office.context.close()
    ops = _signed_in(browser, demo, "ops", width=width, scheme=scheme)
    ops.goto(f"{demo.stack.url}/admin/")
    yield "admin", ops
    ops.context.close()


def _signed_in(browser: Browser, demo: Demo, username: str, **appearance: Any) -> Page:
    page = look(browser, **appearance).new_page()
    sign_in(page, demo.stack.url, username, demo.passwords[username])
    return page


def _take(page: Page, path: Path) -> Path:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    return path


if __name__ == "__main__":
    sys.exit(main())

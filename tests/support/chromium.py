"""Chromium as Debian has it, driven by Playwright, and what every page is held to in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.needed import program

SHELL = "chromium-headless-shell"
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
HARMLESS_FAILURES = ("net::ERR_ABORTED",)
"""What leaving a page does to requests that are still under way."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window, for which its headless shell takes 40 % less processor time than the whole browser."""
    name = "chromium" if shutil.which("chromium") and not shutil.which(SHELL) else SHELL
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program(name, SHELL), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@dataclass
class Watch:
    """What pages complained of, and which other hosts they asked; both stay empty."""

    host: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("console", lambda message: self._note(message.type, f"{message.text} at {message.location}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._look_at(request.url))
        page.on("requestfailed", lambda request: self._note_failure(request.url, request.failure or ""))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)

    def _look_at(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self.host:
            self.foreign.append(url)

    def _note_failure(self, url: str, failure: str) -> None:
        if failure not in HARMLESS_FAILURES:
            self.complaints.append(f"{url}: {failure}")


def look(browser: Browser, *, width: str = "desktop", scheme: Any = "light", **options: Any) -> BrowserContext:
    """A window of a width, on a device that prefers light or dark."""
    across, down = WIDTHS[width]
    return browser.new_context(
        viewport={"width": across, "height": down}, color_scheme=scheme, reduced_motion="reduce", **options
    )


def sign_in(page: Page, url: str, username: str, password: str) -> None:
    """By the form, as a person does."""
    page.goto(f"{url}/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/")

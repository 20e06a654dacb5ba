"""What can be told of a page's accessibility without a person: names, headings, contrast, room."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")


def faults(page: Page) -> list[str]:
    """One line for each fault; WCAG 2.2 AA where it can be computed."""
    found: Any = page.evaluate(SCRIPT)
    return [str(fault) for fault in found]

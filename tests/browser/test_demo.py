"""What a newcomer sees: the demo's flight on its job's page, from the real processes; and that what the README says works."""

import json
import re
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from agmission_partners.variables import PROJECT_DIR
from tests.browser.conftest import wait_for_map
from tests.support.accessibility import faults
from tests.support.chromium import Watch, look, sign_in
from tests.support.demo_hub import Demo, demo_hub

pytestmark = [pytest.mark.browser, pytest.mark.live, pytest.mark.once, pytest.mark.timeout(300)]
README = PROJECT_DIR / "README.md"


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with demo_hub() as running:
        yield running


def blocks() -> list[str]:
    """The README's commands, a block each."""
    return re.findall(r"^```sh\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)


def shell(commands: str) -> list[dict[str, object]]:
    """What the commands print: JSON documents, one after the other."""
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    decoder, rest, found = json.JSONDecoder(), done.stdout.strip(), []
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found


def test_the_demos_flight_is_on_its_jobs_page_with_its_hectares(chrome: Browser, demo: Demo) -> None:
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


def test_the_readme_s_questions_are_answered(demo: Demo) -> None:
    (block,) = [one for one in blocks() if "curl" in one]
    there = {"http://127.0.0.1:8000": demo.stack.url, "USERNAME": "office", "PASSWORD": demo.passwords["office"]}
    for name, value in there.items():
        assert name in block
        block = block.replace(name, value)
    logs, records, track = shell(block)
    assert logs["results"]
    assert records["results"]
    assert track["type"] == "FeatureCollection"


def test_what_the_start_prints_to_try_first_works(demo: Demo) -> None:
    printed = [line.partition("| ")[2].strip() for line in demo.stack.logs().splitlines() if "curl" in line]
    lines = printed if all(printed) and printed else [line.strip() for line in demo.stack.logs().splitlines() if "curl" in line]
    assert len(lines) == 4
    logs, records = shell("\n".join(lines))
    assert logs["results"]
    assert records["results"]


def test_the_readme_s_other_commands_are_there() -> None:
    others = "\n".join(one for one in blocks() if "curl" not in one)
    for target in re.findall(r"make (\w+)", others):
        dry = subprocess.run(["make", "--dry-run", target], cwd=PROJECT_DIR, capture_output=True, text=True)
        assert dry.returncode == 0, dry.stderr
    for path in re.findall(r"(requirements/\S+|manage\.py)", others):
        assert (PROJECT_DIR / path).exists()
    table = README.read_text().partition("## Variables")[2].replace("`…", "`DJANGO_SUPERUSER")
    for name in re.findall(r"\b([A-Z_]{4,})=", others):
        assert f"`{name.removesuffix('_FILE')}`" in table

"""The page of a flight, its rejects and its track."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from flightdata.models import Application
from tests.flightdata.conftest import LOG, TakeIn
from tests.support.world import Tenant

Browser = Callable[[User], Client]
Read = Callable[..., str]


def page_of(application: Application, what: str = "") -> str:
    return f"/flights/{application.pk}/{what}"


def test_it_shows_the_counts_and_leads_to_rejects_and_to_the_bytes(own: Tenant, flown: Application, browser: Browser) -> None:
    page = browser(own.office).get(page_of(flown)).content.decode()
    assert "<dt>Lines</dt><dd>7</dd>" in page
    assert f'<a href="/flights/{flown.pk}/rejects/">1</a>' in page
    address = f"/api/v1/applications/{flown.pk}/download"
    assert f'href="{address}"' in page
    assert b"".join(browser(own.office).get(address).streaming_content) == LOG


def test_a_reject_is_shown_with_its_line_its_field_and_its_text(own: Tenant, flown: Application, read: Read) -> None:
    page = read(own.office, page_of(flown, "rejects/"))
    for said in ("1 of 7 lines", '<th scope="row" class="number">6</th>', "lat", "2026-05-01T10:00:03Z,95.0,-83.0"):
        assert said in page


def test_many_rejects_go_on_page_by_page(own: Tenant, take_in: TakeIn, browser: Browser) -> None:
    many = take_in(own.customer, LOG + b"nonsense <b>here</b>\n" * 250, file_name="bad.log")
    lines: list[int] = []
    start: int | None = 0
    while start is not None:
        context = browser(own.office).get(page_of(many, "rejects/"), {"from": start}).context
        lines += [one.line for one in context["rejects"]]
        start = context["next"]
    assert lines == [6, *range(8, 258)]
    assert "<b>here" not in browser(own.office).get(page_of(many, "rejects/")).content.decode()


def test_a_file_that_cannot_be_read_says_why(own: Tenant, take_in: TakeIn, browser: Browser) -> None:
    empty = take_in(own.customer, b"", file_name="empty.log")
    page = browser(own.office).get(page_of(empty))
    assert "The file holds no bytes" in page.content.decode()
    assert {browser(own.office).get(page_of(empty, what)).status_code for what in ("rejects/", "track.json")} == {404}
    assert json.loads(browser(own.office).get(page_of(empty, "map.json")).content)["tracks"] == []


def test_its_track_comes_as_lines_of_one_spray_state(own: Tenant, flown: Application, read: Read) -> None:
    lines = json.loads(read(own.office, page_of(flown, "track.json"), tolerance="1"))["lines"]
    assert [line["on"] for line in lines] == [False, True]
    assert lines[0]["points"] == [-830000000, 400000000, 0, 10000]
    assert sum(lines[1]["points"][1::2]) == 400000000 + 40000


def test_a_track_that_the_browser_has_is_not_sent_again(own: Tenant, flown: Application, browser: Browser) -> None:
    client = browser(own.office)
    tag = client.get(page_of(flown, "track.json"), {"tolerance": 2})["ETag"]
    again = client.get(page_of(flown, "track.json"), {"tolerance": 2}, headers={"if-none-match": tag})
    finer = client.get(page_of(flown, "track.json"), {"tolerance": 1}, headers={"if-none-match": tag})
    assert (again.status_code, finer.status_code) == (304, 200)


@pytest.mark.parametrize(
    "query",
    [
        "tolerance=x",
        "tolerance=nan",
        "tolerance=-1",
        "tolerance=inf",
        "box=1,2,3",
        "box=a,b,c,d",
        "box=nan,0,1,1",
        "box=1,2,3,4,5",
    ],
)
def test_what_is_no_number_is_refused(own: Tenant, flown: Application, browser: Browser, query: str) -> None:
    assert browser(own.office).get(f"{page_of(flown, 'track.json')}?{query}").status_code == 400

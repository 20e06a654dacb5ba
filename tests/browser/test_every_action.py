"""Every action of the admin is clicked in the browser: ticked in its list, chosen, confirmed, and told as done."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.admin.test_actions import CALLS_PARTNERS, GOOD, NAMES, OWN, list_of
from tests.browser.conftest import Open
from tests.support.hub import Hub
from tests.support.scene import a_user
from tests.support.world import Tenant

pytestmark = pytest.mark.browser

NEEDED = {"match": ("Job numbers", "{job}")}
"""What an action asks for before it can be done."""


@pytest.fixture
def dialect() -> str:
    return "bare"


@pytest.fixture
def staff(transactional_db: None) -> User:
    return a_user(None, name="Olive Ops", is_staff=True, is_superuser=True)


def click(page: Page, row: Any, name: str, label: str, answers: dict[str, Any]) -> None:
    page.locator(f'input[name="_selected_action"][value="{row.pk}"]').check()
    page.locator('select[name="action"]').select_option(name)
    page.locator('button[name="index"]').click()
    if name in NEEDED:
        field, text = NEEDED[name]
        page.get_by_label(field).fill(text.format(**answers))
    page.get_by_role("button", name=label, exact=True).click()
    expect(page.locator("body")).to_contain_text("1 done")


def label_of(model: Any, name: str) -> str:
    return next(action.label for page, action in OWN if (page.model, action.name) == (model, name))


@pytest.mark.parametrize("case", GOOD, ids=NAMES)
def test_an_action_is_clicked_from_the_list_to_done(own: Tenant, staff: User, open_as: Open, case: Any) -> None:
    row = GOOD[case](own)
    page = open_as(staff, list_of(case[0]))
    click(page, row, case[1], label_of(*case), {"job": own.job.number})


@pytest.mark.parametrize("name", CALLS_PARTNERS)
def test_an_action_that_calls_a_partner_is_clicked_too(hub: Hub, staff: User, open_as: Open, name: str) -> None:
    model = type(hub.account)
    page = open_as(staff, list_of(model))
    click(page, hub.account, name, label_of(model, name), {})

"""What ops do in the admin alone, from what waits to what went through."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from flightdata.models import Application, Export, JobFlight
from flightdata.states import ExportStatus
from partners.models import Aircraft, PartnerSystemUser
from tests.browser.conftest import Open
from tests.flightdata.conftest import TakeIn
from tests.support.hub import LOGIN, PASSWORD, Hub
from tests.support.samples import OHIO_LOG
from tests.support.scene import a_user
from tests.support.world import Tenant
from work import attention
from work.clock import now
from work.models import Attention

pytestmark = pytest.mark.browser

ADMIN = "/admin/"


@pytest.fixture
def dialect() -> str:
    return "bare"


@pytest.fixture
def admin(hub: Hub, open_as: Open) -> Callable[[], Page]:
    """The admin's start page, signed in as ops."""
    ops: User = a_user(None, name="Olive Ops", is_staff=True, is_superuser=True)
    return lambda: open_as(ops, ADMIN)


def choose(page: Page, field: str, text: str) -> None:
    """By the field's search, as a table of thousands asks for."""
    page.locator(f".field-{field} .select2-selection, #id_{field} + .select2 .select2-selection").first.click()
    page.locator(".select2-search__field").last.fill(text)
    page.locator(".select2-results__option", has_text=text).first.click()


def add_account(page: Page, hub: Hub, password: str) -> None:
    page.goto(page.url.split(ADMIN)[0] + "/admin/partners/partnersystemuser/add/")
    choose(page, "partner", hub.partner.name)
    choose(page, "customer", hub.customer.name)
    page.get_by_label("Login at the partner").fill(LOGIN)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Test sign-in").click()
    expect(page.locator("#sign-in-verdict")).to_contain_text(re.compile("refuse|reject|wrong", re.IGNORECASE))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("was added successfully")


def use_new_account(hub: Hub) -> None:
    """The job is given to the account's aircraft, and its upload is tried."""
    hub.account = PartnerSystemUser.objects.get()
    hub.aircraft = Aircraft.objects.create(system_user=hub.account, external_id=hub.aircraft_id)
    hub.assign()
    hub.work("job_sync")


def test_a_wrong_password_is_seen_and_corrected_and_the_waiting_upload_goes_through(hub: Hub, admin: Callable[[], Page]) -> None:
    hub.account.delete()
    page = admin()
    add_account(page, hub, "not-the-password")
    use_new_account(hub)
    assert hub.upload().status == "pending"
    page.goto(page.url.split(ADMIN)[0] + ADMIN)
    waiting = page.locator("#waiting")
    expect(waiting).to_contain_text("Password refused")
    waiting.get_by_role("link", name="Correct the password").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Test sign-in").click()
    expect(page.locator("#sign-in-verdict.hub-good")).not_to_be_empty()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("was changed successfully")
    hub.work("job_sync")
    assert hub.upload().status == "synced"
    page.goto(page.url.split(ADMIN)[0] + ADMIN)
    expect(page.locator("#waiting")).to_contain_text("Nothing waits for a person")


def test_an_unmatched_log_is_settled_and_seen_on_its_job(hub: Hub, admin: Callable[[], Page], take_in: TakeIn) -> None:
    application: Application = take_in(hub.customer, OHIO_LOG.read_bytes(), file_name="stray.csv")
    assert Attention.objects.filter(settled_at__isnull=True).count() == 1
    page = admin()
    waiting = page.locator("#waiting")
    expect(waiting).to_contain_text("stray.csv")
    waiting.get_by_role("link", name="Match to jobs").click()
    page.get_by_label("Job numbers").fill(str(hub.job.number))
    page.get_by_role("button", name="Match to jobs").click()
    expect(page.locator("body")).to_contain_text("1 done")
    assert JobFlight.objects.get(application=application).job == hub.job
    assert not Attention.objects.filter(settled_at__isnull=True).exists()
    page.goto(page.url.split(ADMIN)[0] + f"/jobs/{hub.job.number}/")
    expect(page.get_by_role("link", name="stray.csv")).to_be_visible()


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_no_card_of_the_start_page_is_cut(ops: User, own: Tenant, open_as: Open, width: str) -> None:
    since = now() - timedelta(days=3, hours=23)
    Export.objects.filter(pk=own.export.pk).update(status=ExportStatus.WAITING, due_at=since, rank_at=since)
    reason = f"SatLoc refuses the login: {'averyveryverylongwordthatbreaks' * 5}"
    for _ in range(20):
        attention.raise_once("uploadGaveUp", "assignment", uuid4(), tenant_id=own.customer.pk, reason=reason)
    page = open_as(ops, "/admin/", width=width)
    assert page.locator("#queues td").count() > 20
    cut = "cards => cards.filter(card => card.scrollWidth > card.clientWidth).map(card => card.id)"
    assert page.eval_on_selector_all(".hub-card", cut) == []
    today, health = (page.locator(name).bounding_box() or {} for name in ("#today", "#health"))
    assert health["y"] - today["y"] - today["height"] < 40, "a long list beside them does not tear them apart"

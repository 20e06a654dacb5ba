"""Where the page of an object is that histories and attention name by a word and an id."""

from typing import Any

from django.contrib import admin
from django.urls import reverse


def page_admin(object_type: str) -> Any:
    """The admin of the model that `object_type` names; None where it has no page."""
    for page in admin.site._registry.values():
        if getattr(page, "object_type", "") == object_type and getattr(page, "is_home", True):
            return page
    return None


def address_of(object_type: str, object_id: str, view: str = "change") -> str:
    """The address of the object's page, empty where it has none."""
    page = page_admin(object_type)
    if page is None or not object_id:
        return ""
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{view}", args=[object_id])


def history_of(object_type: str, object_id: str) -> str:
    """The address of the object's history, likewise."""
    return address_of(object_type, object_id, "history")


def address_of_action(object_type: str, object_id: str, action: str) -> str:
    """The address of the page that asks before an action on the object; empty where there is no such action."""
    page = page_admin(object_type)
    if page is None or action not in page.actions_by_name():
        return ""
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_do", args=[object_id, action])

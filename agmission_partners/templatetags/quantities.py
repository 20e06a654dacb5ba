"""Quantities and times as people of a customer read them: hectares or acres with the unit named, times in its zone.

What is not known is a dash: None, or the empty text that a template has for what is not there.
"""

import zoneinfo
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Customer
from accounts.states import Units

register = template.Library()

ACRES_PER_HECTARE = 1 / 0.40468564224
"""The international acre is 4,046.8564224 m²."""

KILO = 1024
UNKNOWN = "\N{EN DASH}"
Unknown = str | None


@register.filter
def area(hectares: float | Unknown, customer: Customer | None) -> str | SafeString:
    """Hectares; for a customer with US units acres first. The exact figure stands in the element's value."""
    if not isinstance(hectares, (int, float)):
        return UNKNOWN
    metric = format_html('<data value="{}" data-unit="ha">{} ha</data>', hectares, f"{hectares:,.2f}")
    if customer is None or customer.units != Units.US:
        return metric
    acres = f"{hectares * ACRES_PER_HECTARE:,.2f}"
    return format_html('{} acres <span class="second-unit">{}</span>', acres, metric)


@register.filter
def moment(at: datetime | Unknown, customer: Customer | None) -> str | SafeString:
    """A time in the customer's zone (UTC without one), with the zone named."""
    if not isinstance(at, datetime):
        return UNKNOWN
    zone = zoneinfo.ZoneInfo(customer.time_zone) if customer else timezone.get_default_timezone()
    shown = at.astimezone(zone)
    return format_html('<time datetime="{}">{} {}</time>', at.isoformat(), shown.day, f"{shown:%b %Y, %H:%M %Z}")


@register.filter
def size(count: int | Unknown) -> str:
    """Bytes."""
    if not isinstance(count, int):
        return UNKNOWN
    amount, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB"):
        if amount < KILO:
            break
        amount, unit = amount / KILO, larger
    return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"


@register.filter
def count(number: int | Unknown) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}" if isinstance(number, int) else UNKNOWN

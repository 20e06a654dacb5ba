"""Looks and menu of the admin. Its fonts, icons and scripts are served from here; no other host is asked."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy

MENU = {
    "Work": [
        ("What waits for a person", "priority_high", "work_attention"),
        ("Assignments", "send", "assignments_jobassignment"),
        ("Uploads", "upload", "assignments_syncoperation"),
        ("Listings", "list_alt", "assignments_polltarget"),
        ("Logs", "description", "flightdata_partnerlog"),
        ("Applications", "flight", "flightdata_application"),
    ],
    "Partners": [
        ("Accounts", "key", "partners_partnersystemuser"),
        ("Aircraft", "flight_takeoff", "partners_aircraft"),
        ("Partners", "handshake", "partners_partner"),
        ("Calls", "swap_horiz", "partners_partnercall"),
        ("Health", "monitor_heart", "partners_healthresult"),
    ],
    "Customers": [
        ("Customers", "business", "accounts_customer"),
        ("People", "group", "accounts_user"),
        ("API tokens", "vpn_key", "accounts_apitoken"),
        ("Audit trail", "policy", "accounts_auditentry"),
        ("Jobs", "map", "assignments_job"),
        ("Flights in jobs", "join_inner", "flightdata_jobflight"),
        ("Coverage", "layers", "flightdata_coverage"),
        ("Exports", "download", "flightdata_export"),
    ],
    "The machine": [
        ("History", "history", "work_event"),
        ("Mail to ops", "mail", "accounts_notice"),
        ("Workers", "engineering", "work_workerheartbeat"),
        ("Beats", "timer", "work_beattick"),
        ("Canary", "science", "canary_canary"),
    ],
}


def _item(title: str, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}_changelist")}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "agmission-partners",
    "SITE_HEADER": "agmission-partners",
    "SITE_SUBHEADER": "Jobs out, logs back",
    "SITE_SYMBOL": "flight",
    "SITE_URL": "/",
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("hub/favicon.svg")}],
    "STYLES": [lambda request: static("hub/admin.css")],
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .013 236.62)",
            "100": "oklch(95.1% .026 236.824)",
            "200": "oklch(90.1% .058 230.902)",
            "300": "oklch(82.8% .111 230.318)",
            "400": "oklch(74.6% .16 232.661)",
            "500": "oklch(68.5% .169 237.323)",
            "600": "oklch(50% .134 242.749)",
            "700": "oklch(44.3% .11 240.79)",
            "800": "oklch(39.1% .09 240.876)",
            "900": "oklch(29.3% .066 243.157)",
            "950": "oklch(22% .05 243.157)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": True,
        "navigation": [
            {"items": [{"title": "Start page", "icon": "home", "link": reverse_lazy("admin:index")}]},
            *({"title": title, "separator": True, "items": [_item(*item) for item in items]} for title, items in MENU.items()),
        ],
    },
}

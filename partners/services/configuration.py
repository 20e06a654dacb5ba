"""What a partner's `configuration` may say. The API and the admin ask here, so that they refuse the same with the same words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from partners.adapters import registry
from partners.adapters.addresses import check_base_url

FILE_FORMATS = ("kml", "shp", "geojson")
UPLOAD_FORMATS = ("json", *FILE_FORMATS)
LARGEST_JOB_FILE = 2**30
ON_UNKNOWN_OUTCOME = ("hold", "resend")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, by its name on the wire."""

    field: str
    code: str
    message: str


def merged(stored: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration after a change. An empty address means the operator's own."""
    return {name: value for name, value in {**stored, **given}.items() if not (name == "baseUrl" and not value)}


def faults(configuration: Mapping[str, Any], adapter: str) -> list[Fault]:
    """What contradicts itself, what users may not set, and what the adapter cannot do. May ask a name server."""
    return [*_of_the_format(configuration, adapter), *_of_the_address(configuration)]


def _of_the_format(configuration: Mapping[str, Any], adapter: str) -> list[Fault]:
    wanted = configuration.get("uploadFormat", "json")
    if wanted not in ("json", *configuration.get("supportedFormats", ())):
        message = f"must be json or one of supportedFormats, which does not hold {wanted}"
        return [Fault("uploadFormat", "unsupportedFormat", message)]
    if not registry.is_supported(adapter):
        return []
    known = registry.get(adapter)
    if known.capabilities.upload and wanted not in known.capabilities.upload_formats:
        can = ", ".join(known.capabilities.upload_formats)
        return [Fault("uploadFormat", "cannotUpload", f"cannot be {wanted}: jobs can be sent to {known.title} as {can}")]
    return []


def _of_the_address(configuration: Mapping[str, Any]) -> list[Fault]:
    address = configuration.get("baseUrl")
    if not address:
        return []
    try:
        check_base_url(address, private_hosts_allowed=settings.HUB.allow_private_hosts)
    except ValueError as error:
        return [Fault("baseUrl", "badAddress", str(error))]
    return []

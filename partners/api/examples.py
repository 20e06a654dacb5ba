"""Examples of making a partner, and a customer's account there."""

from accounts.api.examples import CUSTOMER
from accounts.rest import examples

PARTNER = "019dde6c-b370-7d05-8e64-3b7f9a2c5d43"
ACCOUNT = "019dde6c-bb40-7e18-9f75-4c80ab3d6e54"
CONFIGURATION = {
    "supportsRealtime": False,
    "maxFileSize": 10_485_760,
    "supportedFormats": ["kml", "shp", "geojson"],
    "uploadFormat": "json",
}
_PARTNER = {"partnerCode": "SATLOC", "partnerName": "SatLoc Cloud", "name": "SatLoc", "username": "satloc"}
_ACCOUNT = {
    "partnerId": PARTNER,
    "customerId": CUSTOMER,
    "name": "Prairie Air at SatLoc",
    "partnerUserId": "U-1204",
    "partnerUsername": "office@prairie.example",
    "companyId": "C-88",
}

NEW_PARTNER = examples.of(
    "SatLoc Cloud",
    _PARTNER,
    {
        "id": PARTNER,
        **_PARTNER,
        "active": True,
        "configuration": CONFIGURATION,
        "adapter": "satloc",
        "capabilities": {"upload": True, "listLogs": True, "downloadLog": True, "aircraftRequired": True},
        "health": {"status": "unknown", "responseTime": None, "checkedAt": None, "error": None},
        **examples.STAMPS,
    },
)
NEW_ACCOUNT = examples.of(
    "An account at SatLoc",
    {**_ACCOUNT, "apiKey": "key-5f3a", "apiSecret": "sky-high-5"},
    {
        "id": ACCOUNT,
        **_ACCOUNT,
        "active": True,
        "logsSince": "2026-04-24T12:00:00Z",
        "logTimeZone": "UTC",
        "logAltitudeUnit": "m",
        "logSpeedUnit": "m/s",
        "rateLimit": None,
        "state": "unverified",
        "pausedUntil": None,
        "lastSuccessAt": None,
        **examples.STAMPS,
    },
)

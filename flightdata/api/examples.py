"""Examples of asking for an export, and of carrying a file in."""

from accounts.api.examples import CUSTOMER
from accounts.rest import examples
from assignments.api.examples import ASSIGNMENT, NUMBER

_EXPORT = {
    "kind": "flights",
    "format": "csv",
    "filter": {"customerId": CUSTOMER, "jobNumber": NUMBER, "from": "2026-05-01", "to": "2026-05-31", "status": 2},
}

NEW_EXPORT = examples.of(
    "What was flown of a job in May",
    _EXPORT,
    {
        "id": "019dde6c-d2b0-7b4b-8ca8-7fb3de609187",
        **_EXPORT,
        "status": "waiting",
        "size": None,
        "error": None,
        "expiresAt": None,
        **examples.STAMPS,
    },
)
NEW_FILE = examples.of(
    "The log of an aircraft from a stick",
    {
        "file": "timestamp,lat,lon,alt,groundSpeed,sprayStatus\n2026-05-01T10:00:00Z,40.0,-83.0,300.5,60.0,1\n",
        "jobNumber": NUMBER,
        "partnerType": "satloc",
        "aircraftId": "N512AG",
        "format": "satloc-text",
    },
    {
        "id": "019dde6c-da80-7c5c-9db9-80c4ef71a298",
        "logId": None,
        "customerId": CUSTOMER,
        "fileName": "flight.log",
        "fileSize": 97,
        "status": 0,
        "processingStage": "received",
        "error": None,
        "errorCode": None,
        "partnerType": "satloc",
        "aircraftId": "N512AG",
        "externalJobId": None,
        "originalData": {
            "format": "satloc-text",
            "encoding": None,
            "checksum": "17f8af97ad4a7f7639a4c9171d5185cbafb85462877a4746c21bdb0a4f940ca0",
        },
        "partnerMetadata": {},
        "parser": None,
        "counts": None,
        "flights": [
            {
                "jobNumber": NUMBER,
                "assignmentId": ASSIGNMENT,
                "score": None,
                "reasons": ["prairie-office said so"],
                "decidedBy": "person",
                "coverage": None,
                "coverageReason": "notMeasuredYet",
            }
        ],
        "jobNumber": NUMBER,
        "assignmentId": ASSIGNMENT,
        "coverage": None,
        "coverageReason": "notMeasuredYet",
        "startedAt": None,
        "endedAt": None,
        **examples.STAMPS,
    },
    sent_as="multipart/form-data",
)

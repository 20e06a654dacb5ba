"""Examples of making a job, and giving it to people."""

from http import HTTPStatus
from typing import Any

from accounts.api.examples import CUSTOMER, PILOT
from accounts.rest import examples
from partners.api.examples import ACCOUNT

NUMBER = 146
ASSIGNMENT = "019dde6c-c310-7f29-8a86-5d91bc4e7f65"
SQUARE = [[-83.1, 40.1], [-83.09, 40.1], [-83.09, 40.11], [-83.1, 40.11], [-83.1, 40.1]]
AREAS: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "North", "appRate": 30},
            "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
        }
    ],
}
_JOB = {
    "number": NUMBER,
    "customerId": CUSTOMER,
    "name": "North field",
    "sprayAreas": AREAS,
    "swathWidth": 20,
    "measureUnit": False,
    "appRate": 30,
    "startDate": "2026-05-01",
    "endDate": "2026-05-03",
    "dlOp": {"type": 3},
}

NEW_JOB = examples.of(
    "One field in metres",
    _JOB,
    {
        **_JOB,
        "excludedAreas": {"type": "FeatureCollection", "features": []},
        "revision": 1,
        "status": "open",
        "progress": {"uploaded": False, "lastSeen": None, "logsReceived": 0, "areasCovered": None},
        **examples.STAMPS,
    },
)
ASSIGNED = examples.of(
    "To a pilot at SatLoc and to nobody known",
    {
        "jobId": NUMBER,
        "dlOp": {"type": 3},
        "asUsers": [
            {
                "uid": PILOT,
                "partnerType": "satloc",
                "partnerConfig": {"aircraftId": "N512AG", "systemUserId": ACCOUNT, "priority": "high", "pollInterval": 60_000},
            },
            {"uid": "64b7f1c2a5d3e90012ab34cd"},
        ],
        "avUsers": [],
    },
    {
        "ok": True,
        "assignments": [
            {
                "assignmentId": ASSIGNMENT,
                "userId": PILOT,
                "partnerType": "satloc",
                "status": "assigned",
                "syncStatus": "queued",
                "syncJobId": "019dde6c-cae0-7a3a-9b97-6ea2cd5f8076",
            }
        ],
        "errors": [
            {
                "userId": "64b7f1c2a5d3e90012ab34cd",
                "partnerType": "internal",
                "code": "unknownUser",
                "error": "The job's customer has no user 64b7f1c2a5d3e90012ab34cd.",
            }
        ],
        "summary": {
            "totalAssignments": 2,
            "successfulAssignments": 1,
            "failedAssignments": 1,
            "partnerAssignments": 1,
            "internalAssignments": 0,
        },
    },
    HTTPStatus.OK,
)

"""Examples of signing in, and the customer and people that other examples name."""

from http import HTTPStatus

from accounts.rest import examples

CUSTOMER = "019dde6c-9c00-7a31-8f52-1c0c6f3b8a10"
OFFICE = "019dde6c-a3d0-7c14-9b1e-5f6a2d7e4c21"
PILOT = "019dde6c-aba0-7b92-a7c3-08d94e1f6b32"

SIGN_IN = examples.of(
    "An office signs in",
    {"username": "prairie-office", "password": "rows-of-barley-7"},
    {
        "token": "agm_6f1c0e57a94b23d8",
        "expiry": "2026-05-02T00:00:00Z",
        "user": {
            "id": OFFICE,
            "legacyId": None,
            "username": "prairie-office",
            "role": "customer",
            "customerId": CUSTOMER,
            "partnerId": None,
            "name": "Prairie Air, office",
            "email": "office@prairie.example",
            "active": True,
            **examples.STAMPS,
        },
    },
    HTTPStatus.OK,
)

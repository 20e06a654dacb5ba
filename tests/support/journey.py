"""A client that knows the API contract and nothing else: from an empty hub to an assigned job."""

import itertools
from typing import Any

from tests.support.fields import FIELD
from tests.support.processes import Stack
from tests.support.sandbox import SandboxProcess

LOGIN, PASSWORD, TAIL = "prairie@example.com", "sky-high-5", "N502AG"
_numbers = itertools.count(146)


class Journey:
    """An operator of the API at a running hub, with an account at a simulated cloud."""

    def __init__(self, stack: Stack, cloud: SandboxProcess, dialect: str = "bare") -> None:
        self.stack = stack
        self.cloud = cloud
        cloud.add_account(LOGIN, PASSWORD, dialect=dialect)
        self.aircraft_id = cloud.add_aircraft(LOGIN, TAIL)
        self.customer = self.make("/api/v1/customers/", code="prairie", name="Prairie Air", timeZone="America/Chicago")
        self.pilot = self.make(
            "/api/v1/users/", username="kim", password="crop-duster-9", role="pilot", customerId=self.customer["id"]
        )
        self.partner = self.make(
            "/api/partner/createPartner", partnerCode="SATLOC", partnerName="SatLoc", name="SatLoc", username="satloc"
        )
        self.account = self.make(
            "/api/partner/createSystemUser",
            partnerId=self.partner["id"],
            customerId=self.customer["id"],
            name="Prairie at SatLoc",
            partnerUsername=LOGIN,
            apiSecret=PASSWORD,
        )

    def make(self, path: str, **body: Any) -> dict[str, Any]:
        """POST something that is created; what came back."""
        answer = self.stack.post(path, json=body)
        assert answer.status_code == 201, f"{path}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def read(self, path: str) -> Any:
        """GET something that is there."""
        answer = self.stack.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def all(self, path: str) -> list[dict[str, Any]]:
        """Every page of a list."""
        found: list[dict[str, Any]] = []
        following: str | None = path
        while following:
            page = self.read(following.replace(self.stack.url, ""))
            found += page["results"]
            following = page["next"]
        return found

    def new_number(self) -> int:
        """A job number not used before."""
        return next(_numbers)

    def send_job(self, number: int | None = None, **config: Any) -> tuple[int, dict[str, Any]]:
        """A job given to the pilot and the aircraft; its number and the answer. May be repeated with the same number."""
        number = number or self.new_number()
        if self.stack.get(f"/api/v1/jobs/{number}/").status_code == 404:
            self.make(
                "/api/v1/jobs/", number=number, customerId=self.customer["id"], name="North", sprayAreas=FIELD, swathWidth=20
            )
        config = {"aircraftId": self.aircraft_id, "pollInterval": 15000, **config}
        users = [{"uid": self.pilot["id"], "partnerType": "satloc", "partnerConfig": config}]
        answer = self.stack.post(f"/api/jobs/{number}/assign", json={"jobId": number, "dlOp": {"type": 0}, "asUsers": users})
        assert answer.status_code == 200, answer.text
        assert answer.json()["ok"], answer.text
        assert not answer.json()["errors"], answer.text
        return number, dict(answer.json())

    def logs(self, status: str | None = None) -> list[dict[str, Any]]:
        """The logs the hub tracks, or those in one state."""
        return [log for log in self.all("/api/v1/logs/") if status in (None, log["status"])]

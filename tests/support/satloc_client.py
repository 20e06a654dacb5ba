"""A plain client of the simulated cloud, for tests of the cloud itself: it adds nothing and hides nothing."""

import json
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests

SQUARE = [[10.0, 50.0], [10.01, 50.0], [10.01, 50.005], [10.0, 50.005], [10.0, 50.0]]
HOLE = [[10.004, 50.002], [10.004, 50.003], [10.006, 50.003], [10.006, 50.002], [10.004, 50.002]]
OHIO = [[-82.878, 40.840], [-82.874, 40.840], [-82.874, 40.845], [-82.878, 40.845], [-82.878, 40.840]]


def job_document(name: str = "North field", number: int = 146, rings: list[Any] | None = None) -> dict[str, Any]:
    """A job in the guide's JSON shape, of one area."""
    return {
        "name": name,
        "areas": [{"name": "A", "coordinates": rings or [SQUARE], "applicationRate": 20}],
        "aircraft": {"swathWidth": 60, "measurementUnit": "imperial"},
        "metadata": {"jobId": number, "jobName": name},
    }


@dataclass
class SatlocClient:
    """One account at the cloud. After `sign_in` the ids and the token are known."""

    base_url: str
    login: str
    password: str
    user_id: str = ""
    company_id: str = ""
    aircraft_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, operation: str, **query: str) -> requests.Response:
        """Any GET call."""
        return requests.get(f"{self.base_url}/{operation}", params=query, headers=self.headers, timeout=30)

    def authenticate(self) -> requests.Response:
        """The sign-in call alone."""
        return self.get("AuthenticateAPIUser", userLogin=self.login, password=self.password)

    def sign_in(self) -> None:
        """Sign in, remember ids and token."""
        answer = self.authenticate().json()
        result = answer.get("Result") or answer
        self.user_id = result.get("userId") or result["UserId"]
        self.company_id = result.get("companyId") or result["CompanyId"]
        if "Token" in result:
            self.headers = {"Authorization": f"Bearer {result['Token']}"}

    def aircraft(self) -> requests.Response:
        return self.get("GetAircraftList", userId=self.user_id, companyId=self.company_id)

    def logs(self) -> requests.Response:
        return self.get("GetAircraftLogs", userId=self.user_id, aircraftId=self.aircraft_id)

    def download(self, log_id: str) -> requests.Response:
        return self.get("GetAircraftLogData", userId=self.user_id, logId=log_id)

    def upload(self, job: Any = None, **fields: str | None) -> requests.Response:
        """Upload a job (or raw bytes); `fields` replace form fields, None leaves one out."""
        content = job if isinstance(job, bytes) else json.dumps(job or job_document())
        form = {"userId": self.user_id, "aircraftId": self.aircraft_id, "metadata": "{}", **fields}
        form = {name: value for name, value in form.items() if value is not None}
        files = {"jobData": ("agm_job_146.json", content, "application/json")}
        return requests.post(f"{self.base_url}/UploadJobData", data=form, files=files, headers=self.headers, timeout=30)

    def raw_get(self, operation: str, **query: str) -> bytes:
        """Everything that comes down the socket until the cloud ends the connection. Raises ConnectionResetError."""
        url = urlsplit(self.base_url)
        request = f"GET {url.path}/{operation}?{urlencode(query, quote_via=quote)} HTTP/1.1\r\nHost: sandbox\r\n\r\n"
        with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
            connection.sendall(request.encode())
            return b"".join(iter(lambda: connection.recv(65_536), b""))

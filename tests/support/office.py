"""A customer's office at a running hub: it sends jobs, settles what waits for a person, and compares the hub with the cloud."""

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Any

import requests

from tests.support.journey import LOGIN, Journey
from tests.support.waiting import wait_for

RETRIES = {
    "uploadGaveUp": "assignments/{}/retry/",
    "logFailed": "logs/{}/retry/",
    "applicationQuarantined": "applications/{}/reparse/",
}


class Office:
    """`numbers`: the jobs it has sent."""

    def __init__(self, journey: Journey) -> None:
        self.journey = journey
        self.cloud = journey.cloud
        self.numbers: list[int] = []

    def send(self) -> None:
        """One more job."""
        number = self.journey.new_number()
        insist(lambda: self.journey.send_job(number, pollInterval=1000, retryPolicy={"baseDelay": 1000}))
        self.numbers.append(number)

    def bring_to_its_end(self, seconds: float = 150) -> None:
        """Settle what is offered until nothing is left to do: all uploads confirmed, all logs of the cloud read."""
        wait_for(self._is_over, lambda: f"the end of all work: {self._state()}", seconds)

    def _is_over(self) -> bool:
        arrived = {int(upload["jobNumber"]): upload["jobId"] for upload in self.cloud.uploads()}
        for one in self.journey.all("/api/v1/system/attention/"):
            self._settle(one, arrived)
        uploads, logs = self._state()
        there = len(self.cloud.uploads())
        whole = set(uploads) == {"synced"} and set(logs) <= {"parsed", "duplicate"}
        return whole and logs.total() == len(self.cloud.logs()) >= there

    def _state(self) -> tuple[Counter[str], Counter[str]]:
        assignments = self.journey.all("/api/v1/assignments/")
        uploads = Counter(one["syncState"]["jobUpload"]["status"] for one in assignments)
        return uploads, Counter(log["status"] for log in self.journey.logs())

    def _settle(self, one: dict[str, Any], arrived: dict[int, str]) -> None:
        """By an action that it offers; the cloud's own list tells which uploads arrived."""
        if one["kind"] == "uploadUnconfirmed":
            number = self.journey.read(f"/api/v1/assignments/{one['objectId']}/")["jobNumber"]
            action, body = ("confirm", {"externalJobId": arrived[number]}) if number in arrived else ("resend", {})
            self.journey.stack.post(f"/api/v1/assignments/{one['objectId']}/{action}/", json=body)
        elif one["kind"] in RETRIES:
            self.journey.stack.post("/api/v1/" + RETRIES[one["kind"]].format(one["objectId"]))

    def check_logs(self, flown_for: list[int]) -> None:
        """Every log of the cloud is here once, byte for byte and line for line, and known to be of these jobs."""
        logs = self.journey.logs()
        assert Counter(log["externalLogId"] for log in logs) == Counter(log["id"] for log in self.cloud.logs())
        for log in logs:
            self._check_log(log)
        assert Counter(number for log in logs for number in log["jobNumbers"]) == Counter(flown_for)

    def _check_log(self, log: dict[str, Any]) -> None:
        content = self.cloud.log_content(LOGIN, log["externalLogId"])
        assert log["sha256"] == hashlib.sha256(content).hexdigest()
        assert self.journey.stack.get(f"/api/v1/logs/{log['id']}/download").content == content
        counts = self.journey.read(f"/api/v1/applications/{log['applicationId']}/")["counts"]
        assert counts["lines"] == content.count(b"\n") == counts["records"] + counts["rejects"] + counts["comments"]


def insist(call: Callable[[], Any]) -> Any:
    """What a client does whose server goes away: the same again, as often as it takes."""

    def once() -> Any:
        try:
            return (call(),)
        except requests.RequestException:
            return None

    return wait_for(once, "the web server", 60)[0]

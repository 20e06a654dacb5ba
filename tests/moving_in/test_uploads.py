"""What an upload's old state becomes. What may have arrived is never due by itself."""

from typing import Any

import pytest

from assignments.states import SyncStatus
from moving_in.services.uploads import Told, upload_of

PENDING, SYNCED, GAVE_UP, UNCONFIRMED, CANCELLED = (
    SyncStatus.PENDING, SyncStatus.SYNCED, SyncStatus.GAVE_UP, SyncStatus.UNCONFIRMED, SyncStatus.CANCELLED,
)  # fmt: skip


@pytest.mark.parametrize(
    ("state", "told", "status"),
    [
        ({"status": "synced"}, Told(1, "ext"), SYNCED),
        ({"status": "synced"}, Told(1), SYNCED),
        ({"status": "synced"}, Told(2, "ext"), SYNCED),
        ({"status": "pending"}, Told(0), PENDING),
        ({"status": "pending"}, Told(0, "ext"), SYNCED),
        ({"status": "pending"}, Told(2), CANCELLED),
        ({"status": "syncing"}, Told(0), UNCONFIRMED),
        ({"status": "syncing"}, Told(1, "ext"), UNCONFIRMED),
        ({"status": "syncing"}, Told(2), UNCONFIRMED),
        ({"status": "failed", "errorCode": "AUTH_ERROR", "attempts": 2}, Told(0), PENDING),
        ({"status": "failed", "errorCode": "AUTH_ERROR", "attempts": 5}, Told(0), GAVE_UP),
        ({"status": "failed", "errorCode": "NETWORK_ERROR", "attempts": 1}, Told(0), GAVE_UP),
        ({"status": "failed"}, Told(0, "ext"), SYNCED),
        ({"status": "cancelled"}, Told(0), CANCELLED),
        ({"status": "synced"}, Told(3, "ext"), CANCELLED),
        ({}, Told(0), PENDING),
        ({}, Told(0, "ext"), SYNCED),
        ({}, Told(1), UNCONFIRMED),
        ({"status": "polling"}, Told(1), UNCONFIRMED),
        ({"status": 7}, Told(0), PENDING),
    ],
)
def test_the_old_state_and_the_new(state: dict[str, Any], told: Told, status: SyncStatus) -> None:
    assert upload_of(state, told).status == status


def test_what_a_failure_said_is_kept() -> None:
    state = {
        "status": "failed",
        "errorCode": "RATE_LIMIT",
        "error": "slow down",
        "attempts": 3,
        "nextRetry": "2026-01-02T03:04:05Z",
    }
    upload = upload_of(state, Told(0))
    assert (upload.error, upload.error_code, upload.attempts) == ("slow down", "RATE_LIMIT", 3)
    assert upload.next_retry
    assert upload.next_retry.isoformat() == "2026-01-02T03:04:05+00:00"


@pytest.mark.parametrize("state", [{"status": "syncing"}, {"status": "failed", "errorCode": "NETWORK_ERROR"}])
def test_what_may_be_there_is_in_doubt_and_says_so(state: dict[str, Any]) -> None:
    upload = upload_of(state, Told(0))
    assert upload.in_doubt
    assert upload.reason
    assert upload.error

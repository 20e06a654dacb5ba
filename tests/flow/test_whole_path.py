"""A job goes out, its log comes back, and every line of it is accounted for."""

import hashlib

from flightdata import store
from flightdata.models import Interpretation, JobFlight
from tests.support.hub import LOGIN, Hub


def test_a_job_is_flown_and_its_log_is_kept_byte_for_byte(hub: Hub, dialect: str) -> None:
    hub.cloud.change_account(LOGIN, dialect=dialect)
    assignment = hub.assign()
    hub.work("job_sync")
    assert hub.upload().status == "synced", hub.upload().error
    hub.cloud.wait_for_logs(1)
    hub.later(seconds=1)
    hub.work("data_poll")
    hub.work("data_poll")
    hub.work("flight_data")
    log = hub.log()
    assert (log.status, log.version) == ("stored", 1), log.error
    content = hub.cloud.log_content(LOGIN, log.external_log_id)
    file = hub.application().file
    assert store.path_of(file.storage_key).read_bytes() == content
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    reading = Interpretation.objects.get()
    assert reading.lines == content.count(b"\n") == reading.records + reading.rejects + reading.comments
    assert reading.synthetic
    flight = JobFlight.objects.get()
    assert (flight.job, flight.assignment) == (hub.job, assignment)
    assignment.refresh_from_db()
    assert assignment.status == 1
    assert assignment.data_size == len(content)

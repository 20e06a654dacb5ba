"""What a partner's configuration says of the job file bounds the file that is sent."""

from typing import Any

import pytest

from tests.support.api import as_user
from tests.support.hub import Hub
from tests.support.scene import a_user


def configure(hub: Hub, **configuration: Any) -> Any:
    return as_user(a_user(None)).patch(f"/api/v1/partners/{hub.partner.pk}/", {"configuration": configuration})


def test_a_file_that_is_too_long_is_refused_before_anything_is_sent_and_goes_once_it_may(hub: Hub) -> None:
    assert configure(hub, maxFileSize=100).status_code == 200
    assignment = hub.assign()
    hub.work("job_sync")
    upload = hub.upload()
    assert (upload.status, upload.error_code, hub.cloud.calls()) == ("gave_up", "REJECTED", {})
    assert f"The file of job {hub.job.number} has" in upload.error
    assert "takes at most 100. Simplify its areas, or raise maxFileSize" in upload.error
    assert configure(hub, maxFileSize=10_000).status_code == 200
    assert as_user(a_user(None)).post(f"/api/v1/assignments/{assignment.pk}/retry/").status_code == 200
    hub.work("job_sync")
    assert hub.upload().status == "synced"


@pytest.mark.parametrize(("upload_format", "name"), [("json", "json"), ("geojson", "geojson")])
def test_the_job_is_sent_in_the_format_that_is_configured(hub: Hub, upload_format: str, name: str) -> None:
    assert configure(hub, uploadFormat=upload_format).status_code == 200
    hub.assign()
    hub.work("job_sync")
    assert f"agm_job_{hub.job.number}.{name}" in str(hub.cloud.uploads()[0])


def test_a_format_that_is_supported_no_more_is_sent_no_more(hub: Hub) -> None:
    assert configure(hub, uploadFormat="geojson").status_code == 200
    refused = configure(hub, supportedFormats=["kml"])
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["configuration.uploadFormat"]
    assert configure(hub, supportedFormats=["kml"], uploadFormat="json").status_code == 200

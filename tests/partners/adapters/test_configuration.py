from datetime import timedelta

import pytest

from tests.support.partners import endpoint, satloc


@pytest.mark.parametrize(
    ("base_url", "changes", "words"),
    [
        ("http://127.0.0.1/api", {"private_hosts_allowed": False}, "this machine itself"),
        ("http://8.8.8.8/api", {"private_hosts_allowed": False}, "passwords would travel unencrypted"),
        ("https://8.8.8.8/api?x", {}, "without ? or #"),
        ("https://8.8.8.8/api", {"upload_format": "kml"}, "none of: json, geojson"),
    ],
)
def test_a_fault_is_a_sentence(base_url, changes, words):
    (fault,) = satloc(base_url, **changes).validate_configuration()
    assert words in fault
    assert fault.endswith(".")


@pytest.mark.parametrize("base_url", ["https://8.8.8.8/api/Satloc", "https://[2606:2800:21f:cb07::1]/"])
def test_a_public_address_over_tls_has_no_fault(base_url):
    assert satloc(base_url, private_hosts_allowed=False).validate_configuration() == []


def test_a_whole_call_may_last_ten_times_the_time_out():
    assert endpoint(timeout=timedelta(seconds=30)).deadline == timedelta(minutes=5)

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightdata.parsers.names import job_ids_from_name, tail_number_from_name


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("JOB146 HK4704.log", ("146",)),
        ("JOB146.log", ("146",)),
        ("job146 hk4704.LOG", ("146",)),
        ("JOB 12.txt", ("12",)),
        ("2507140724SatlocG4_b4ef.log", ("b4ef",)),
        ("2025091512 CROP001.log", ("CROP001",)),
        ("20250915_JOB789_field1.log", ("789",)),
        ("20250915_JOB789.csv", ("789",)),
        ("JOB146 HK4704", ("146",)),
        ("../../etc/JOB7.log", ("7",)),
        ("C:\\logs\\JOB8 X.log", ("8",)),
    ],
)
def test_the_shapes_seen_in_the_field_state_their_job(name: str, ids: tuple[str, ...]) -> None:
    assert job_ids_from_name(name) == ids


@pytest.mark.parametrize(
    "name", ["", ".log", "flight.log", "JOB.log", "JOBS.log.exe", "123456789_x.log", "20250915.log", "2025091512.log", "../.."]
)
def test_other_names_state_nothing(name: str) -> None:
    assert job_ids_from_name(name) == ()


@pytest.mark.parametrize(
    ("name", "tail"),
    [("JOB146 HK4704.log", "HK4704"), ("JOB146 HK 4704.log", "HK 4704"), ("JOB146.log", None), ("2025091512 CROP001.log", None)],
)
def test_the_tail_number_stands_behind_the_job(name: str, tail: str | None) -> None:
    assert tail_number_from_name(name) == tail


@given(st.text(max_size=80))
def test_an_id_never_holds_what_a_path_needs(name: str) -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", job_id) for job_id in job_ids_from_name(f"2025091512 {name}"))
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", job_id) for job_id in job_ids_from_name(name))

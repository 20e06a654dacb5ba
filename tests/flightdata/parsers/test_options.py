import json
from dataclasses import FrozenInstanceError

import pytest

from flightdata.parsers.base import Counts, ParseOptions


def test_equal_options_have_equal_digests_whatever_made_them() -> None:
    columns = ["time", "lat", "lon", "spray"]
    one, other = ParseOptions("America/Bogota", columns=tuple(columns)), ParseOptions("America/Bogota", columns=columns)  # type: ignore[arg-type]
    assert one == other
    assert one.digest() == other.digest()
    assert len(one.digest()) == 64


def test_the_digest_of_the_defaults_never_changes() -> None:
    assert ParseOptions().digest() == "02c3550709e2a6f76956f039f2989ca578bded1e992f728c038987e9be87fe40"


@pytest.mark.parametrize(
    "other",
    [
        ParseOptions("Asia/Tokyo"),
        ParseOptions(altitude_unit="ft"),
        ParseOptions(speed_unit="kn"),
        ParseOptions(columns=("time",)),
    ],
)
def test_any_other_option_has_another_digest(other: ParseOptions) -> None:
    assert other.digest() != ParseOptions().digest()
    assert ParseOptions(**json.loads(json.dumps(other.canonical()))) == other


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"time_zone": "Mars/Olympus"}, "no IANA time zone"),
        ({"time_zone": ""}, "no IANA time zone"),
        ({"time_zone": "../../etc/passwd"}, "no IANA time zone"),
        ({"altitude_unit": "yd"}, "no altitude unit; known are m, ft"),
        ({"speed_unit": "mach"}, "no speed unit; known are m/s, kn, mph, km/h"),
    ],
)
def test_a_wrong_option_says_what_is_right(wrong: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ParseOptions(**wrong)


def test_options_cannot_change() -> None:
    with pytest.raises(FrozenInstanceError):
        ParseOptions().time_zone = "UTC"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("counts", "whole"),
    [
        (Counts(), True),
        (Counts(lines=6, records=3, rejects=2, comments=1, flagged=3), True),
        (Counts(lines=7, records=3, rejects=2, comments=1), False),
        (Counts(lines=3, records=3, flagged=4), False),
    ],
)
def test_counts_reconcile_only_when_every_line_ended_once(counts: Counts, whole: bool) -> None:
    assert counts.reconciles() is whole

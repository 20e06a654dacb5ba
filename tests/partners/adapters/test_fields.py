from datetime import UTC, datetime

import pytest

from partners.adapters.fields import as_id, as_moment, as_size, as_text, as_token


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-09-15T12:00:00Z", datetime(2025, 9, 15, 12, tzinfo=UTC)),
        ("2025-09-15T12:00:00", datetime(2025, 9, 15, 12, tzinfo=UTC)),
        (" 2025-09-15 12:00 ", datetime(2025, 9, 15, 12, tzinfo=UTC)),
        ("2025-09-15T12:00:00.1234567+02:00", datetime(2025, 9, 15, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2025-09-15", datetime(2025, 9, 15, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("15.09.2025", None),
        ("", None),
        (1694764800, None),
        (None, None),
        (["2025-09-15"], None),
    ],
)
def test_a_moment_is_utc_or_nothing(text, moment):
    assert as_moment(text) == moment


@pytest.mark.parametrize(
    ("value", "size"),
    [(0, 0), (12, 12), ("12", 12), (2**63 - 1, 2**63 - 1), (2**63, None), ("9" * 5000, None), (-1, None), (True, None),
     (1.5, None), (float("nan"), None), ("1e3", None), ("٣", None), ("", None), (None, None), ([], None)],
)  # fmt: skip
def test_a_size_is_a_number_of_bytes_or_nothing(value, size):
    assert as_size(value) == size


def test_ids_stay_exactly_as_they_came():
    assert [as_id(value) for value in (" a ", "HK 4704", 7, "é", 10**20)] == [" a ", "HK 4704", "7", "é", str(10**20)]


def test_texts_are_for_people():
    assert [as_text(value) for value in (None, {"a": 1}, 5, "a\tb")] == ["", "", "5", "a�b"]


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "tök", "", " ", None, 7])
def test_a_token_that_is_no_header_is_none(value):
    assert as_token(value) is None

"""Files that somebody or something has damaged: a clear line for each, and all that can be read is taken."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import bson
import pytest

from assignments.models import Job, JobAssignment
from tests.moving_in.old_system import an_id, plain
from tests.support.scene import a_customer, a_user

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
Move = Callable[..., str]
PILOT = an_id(0, "u")


@pytest.fixture(autouse=True)
def _known() -> None:
    customer = a_customer()
    a_user(customer, legacy_id=str(PILOT))
    Job.objects.bulk_create([Job(number=number, customer=customer) for number in range(1, 6)])


def encoded(*numbers: int) -> list[bytes]:
    return [bson.encode(plain(number, PILOT, number)) for number in numbers]


def bad_utf8() -> bytes:
    return bson.encode(plain(9, PILOT, 1, note="abcdef")).replace(b"abcdef", b"ab\xff\xfeef")


def unknown_type() -> bytes:
    return bson.encode(plain(9, PILOT, 1, note=True)).replace(b"\x08note", b"\x7fnote")


@pytest.mark.parametrize(
    ("content", "taken", "words"),
    [
        (b"".join(encoded(1, 2, 3))[:-7], 2, "document 3, byte"),
        (b"".join(encoded(1, 2)) + b"\x05\x00", 2, "it was cut off"),
        (b"".join(encoded(1)) + struct.pack("<I", 0x7FFFFFFF) + b"x" * 50, 1, "says that it is 2,147,483,647 bytes long"),
        (b"".join(encoded(1)) + struct.pack("<i", -1) + b"x" * 50, 1, "nothing after it can be read"),
        (b"".join(encoded(1)) + b"\0\0\0\0" + b"".join(encoded(2)), 1, "says that it is 0 bytes long"),
        (b"".join([*encoded(1), bad_utf8(), *encoded(2)]), 2, "holds a text that is not UTF-8"),
        (b"".join([*encoded(1), unknown_type(), *encoded(2)]), 2, "is no valid BSON"),
    ],
)
def test_a_damaged_dump(move: Move, tmp_path: Path, content: bytes, taken: int, words: str) -> None:
    (tmp_path / "job_assigns.bson").write_bytes(content)
    said = move(tmp_path / "job_assigns.bson")
    assert words in said, said
    assert JobAssignment.objects.count() == taken
    assert ("refused: not all could be read" in said) == (
        "byte" in words or "cut off" in words or "bytes" in words or "nothing" in words
    )


@pytest.mark.parametrize("cut", [10, 60, -9])
def test_a_zipped_file_that_was_cut_off(move: Move, tmp_path: Path, cut: int) -> None:
    (tmp_path / "job_assigns.bson.gz").write_bytes(gzip.compress(b"".join(encoded(1, 2, 3)))[:cut])
    said = move(tmp_path / "job_assigns.bson.gz")
    assert "refused: " in said
    assert "cannot be read" in said


GOOD = '{"_id": {"$oid": "%s"}, "job": %d, "user": {"$oid": "%s"}, "status": 0}'


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"_id": 1, "job": 2', "line 2: is not JSON"),
        ("nonsense", "line 2: is not JSON"),
        ("[1, 2]", "line 2: is no JSON object"),
        ('{"_id": {"$oid": "zz"}, "job": 2, "user": 3}', "holds a $oid that is none"),
        ('{"_id": 5, "job": {"$numberLong": "many"}, "user": 3}', "holds a $numberLong that is none"),
        ('{"_id": 5, "job": 2, "user": 3, "date": {"$date": "yesterday"}}', "holds a $date that is none"),
        ('{"_id": 5, "job": 2, "user": 3, "x": ' + '{"a":' * 500 + "1" + "}" * 500 + "}", "nested deeper"),
        ("[" * 100_000, "line 2: is "),
        ('{"_id": 5, "job": ' + "9" * 5000 + ', "user": 3}', "cannot be read"),
    ],
)
def test_a_damaged_line(move: Move, tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "job_assigns.json"
    path.write_text("\n".join(["\ufeff" + GOOD % (an_id(1), 1, PILOT), line, "", GOOD % (an_id(2), 2, PILOT)]), encoding="utf-8")
    said = move(path)
    assert words in said, said
    assert JobAssignment.objects.count() == 2


def test_a_line_that_is_not_utf8_is_told_by_its_number(move: Move, tmp_path: Path) -> None:
    path = tmp_path / "job_assigns.json"
    path.write_bytes(b'{"_id": "\xff\xfe"}\n' + (GOOD % (an_id(2), 2, PILOT)).encode())
    assert "line 1: is not UTF-8" in move(path)
    assert JobAssignment.objects.count() == 1


def test_a_line_without_end_is_passed_over_without_being_held(
    move: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moving_in.sources.files.LONGEST_LINE", 300)
    path = tmp_path / "job_assigns.json"
    path.write_text('{"x": "' + "y" * 5000 + '"}\n' + GOOD % (an_id(2), 2, PILOT))
    assert "line 1: is longer than 300 bytes" in move(path)
    assert JobAssignment.objects.count() == 1


def test_dates_out_of_every_range_do_not_break_it(move: Move, tmp_path: Path) -> None:
    path = tmp_path / "job_assigns.json"
    fields = '{"_id": 7, "job": 1, "user": "%s", "date": {"$date": {"$numberLong": "9223372036854775807"}}}'
    path.write_text(fields % PILOT)
    assert "date is no time" in move(path)
    assert JobAssignment.objects.count() == 1

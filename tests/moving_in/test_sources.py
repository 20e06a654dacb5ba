"""Every form in which the old system's documents come ends in the same rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignments.models import JobAssignment, SyncOperation
from moving_in.models import Origin
from moving_in.sources import open_source
from partners.models import PartnerSystemUser
from tests.moving_in import old_system
from tests.moving_in.emulator import Emulator
from work.models import Attention, Event

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
Move = Callable[..., str]


def standing() -> list[Any]:
    """All that matters of what there is, without keys that differ from run to run."""
    rows = JobAssignment.objects.order_by("pk").values_list(
        "pk", "job", "user__legacy_id", "status", "partner_type", "external_job_id", "aircraft__external_id",
        "partner_metadata", "partner_config", "date", "operations__status", "operations__last_success_at", "sent_revision",
    )  # fmt: skip
    return list(rows)


@pytest.mark.parametrize("name", old_system.FORMATS)
def test_each_format_and_both_generations(move: Move, tmp_path: Path, name: str) -> None:
    dump = old_system.a_dump(tmp_path / "dump" / "old", old_system.a_whole(), old_system.FORMATS[name])
    said = move(dump)
    assert "assignments: 12 taken, 0 there already, 0 not taken" in said
    rows = standing()
    assert [row[4] for row in rows].count("satloc") == 4
    guided = next(row for row in rows if row[5] == "ext-0")
    assert guided[1:7] == (1000, str(old_system.an_id(0, "u")), 1, "satloc", "ext-0", "N502AG")
    assert guided[7:10] == ({"field": "river bend"}, rows[0][8] if rows[0][5] else guided[8], old_system.LONG_AGO)
    assert guided[10:] == ("synced", old_system.LONG_AGO, 1)
    plain = next(row for row in rows if row[4] == "internal")
    assert (plain[3], plain[10]) == (0, None)


def test_a_database_that_runs(move: Move, emulator: Emulator, tmp_path: Path) -> None:
    whole = old_system.a_whole(2500)
    said = move(emulator.fill("moved", whole | {"sessions": [{"_id": 1}]}))
    assert "assignments: 2,500 taken, 0 there already, 0 not taken" in said
    assert "not looked at: sessions" in said
    assert "assignments: 0 taken, 2,500 there already" in move(emulator.address("moved"))
    assert "assignments: 2,500 equal" in move(emulator.address("moved"), "--verify")


def test_reading_a_database_goes_on_behind_any_key_whatever_its_type(emulator: Emulator) -> None:
    keys = [*range(5), *(f"text{number}" for number in range(5)), *(old_system.an_id(number) for number in range(5))]
    address = emulator.fill("mixed", {"jobs": [{"_id": key} for key in keys]})
    (part,) = open_source(address).parts
    marks = [raw.mark for raw in part.read()]
    assert len(set(marks)) == len(keys)
    for number, mark in enumerate(marks, 1):
        assert {raw.mark for raw in part.read(after=number, mark=mark)} >= set(marks[number:])
        assert mark not in {raw.mark for raw in part.read(after=number, mark=mark)}


def test_a_database_that_does_not_answer_is_named_without_its_password(move: Move) -> None:
    said = move(f"mongodb://hub:{old_system.SECRET}@127.0.0.1:1/old?serverSelectionTimeoutMS=200&connectTimeoutMS=200")
    assert "the database does not answer" in said
    assert old_system.SECRET not in said


@pytest.mark.parametrize("address", ["mongodb://", "mongodb://127.0.0.1:1", "mongodb://[", "mongodb://a:b:c@d/e"])
def test_an_address_that_is_none_is_refused_in_words(move: Move, address: str) -> None:
    said = move(address)
    assert said.startswith("refused: "), said


def test_one_file_of_everything_is_told_by_its_content(move: Move, tmp_path: Path) -> None:
    everything = [one for documents in old_system.a_whole().values() for one in documents]
    said = move(old_system.relaxed(reversed(everything), tmp_path / "everything"))
    assert "assignments: 12 taken" in said
    assert "users: 10 taken" in said
    assert "operators: 1 taken" in said
    assert "partner system users: 1 taken" in said


def test_secrets_are_encrypted_on_the_way_in_and_shown_nowhere(
    move: Move, tmp_path: Path, reports: Callable[[], str], caplog: Any
) -> None:
    caplog.set_level("DEBUG")
    said = move(old_system.a_dump(tmp_path / "dump", old_system.a_whole()))
    account = PartnerSystemUser.objects.get()
    assert (account.api_key, account.api_secret) == (f"key-{old_system.SECRET}", old_system.SECRET)
    assert account.paused_by_person
    stored = PartnerSystemUser.objects.extra(select={"raw": "api_secret"}).values_list("raw", flat=True)[0]
    events = str(list(Event.objects.values_list("data", "before", "after", "reason")))
    plain = str(list(Origin.objects.values_list("rest", flat=True)))
    for place in (said, reports(), caplog.text, stored, events, plain):
        assert old_system.SECRET not in place
    sealed = Origin.objects.get(pk__in=Origin.objects.filter(kind="user", legacy_id=str(old_system.an_id(0, "u")))).sealed
    assert old_system.SECRET in (sealed or "")


def test_a_password_that_an_old_error_quotes_is_shown_nowhere(move: Move, tmp_path: Path, reports: Callable[[], str]) -> None:
    whole = old_system.a_whole(1)
    whole["job_assigns"][0].pop("externalJobId")
    state = whole["job_assigns"][0]["syncState"]
    state["jobUpload"] |= {"status": "failed", "error": f"GET https://x.example/in?user=a&password={old_system.SECRET} said 500"}
    said = move(old_system.a_dump(tmp_path / "dump", whole))
    operation, origin = SyncOperation.objects.get(), Origin.objects.get(kind="assignment")
    assert operation.error == "GET https://x.example/in?[hidden] said 500"
    assert old_system.SECRET not in said + reports() + str(origin.rest) + str(list(Attention.objects.values_list("reason")))
    assert old_system.SECRET in (origin.sealed or "")


def test_fields_that_no_column_has_are_kept(move: Move, tmp_path: Path) -> None:
    whole = old_system.a_whole(1)
    whole["job_assigns"][0] |= {"colour": {"of": ["wing"]}, "weight": 12.5}
    move(old_system.a_dump(tmp_path / "dump", whole))
    rest = Origin.objects.get(kind="assignment").rest
    assert rest
    assert (rest["colour"], rest["weight"]) == ({"of": ["wing"]}, 12.5)
    assert rest["syncState"]["jobUpload"] == {
        "status": "synced", "attempts": 1, "lastAttempt": "2025-05-01T12:00:00Z", "lastSuccess": "2025-05-01T12:00:00Z"
    }  # fmt: skip


def test_a_second_run_changes_nothing(move: Move, tmp_path: Path) -> None:
    dump = old_system.a_dump(tmp_path / "dump", old_system.a_whole(40))
    move(dump)
    before = (standing(), Event.objects.count(), Origin.objects.count(), SyncOperation.objects.count())
    said = move(dump)
    assert "assignments: 0 taken, 40 there already, 0 not taken" in said
    assert (standing(), Event.objects.count(), Origin.objects.count(), SyncOperation.objects.count()) == before


def test_a_dry_run_says_the_same_and_changes_nothing(move: Move, tmp_path: Path) -> None:
    dump = old_system.a_dump(tmp_path / "dump", old_system.a_whole(2500))
    before = Event.objects.count()
    dry = move(dump, "--dry-run")
    assert (JobAssignment.objects.count(), Origin.objects.count(), Event.objects.count()) == (0, 0, before)
    real = move(dump)
    told = [line for line in dry.splitlines() if "taken" in line]
    assert told == [line for line in real.splitlines() if "taken" in line]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", b"[{}]", "without --jsonArray"),
        ("a.archive", b"\x6d\xe2\x99\x81rest", "without --archive"),
        ("a.txt", b"hello world", "neither JSON lines"),
        ("a.bson.gz", b"\x1f\x8b\x08", "cannot be read"),
    ],
)
def test_another_kind_of_file_is_refused_in_words(move: Move, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in move(tmp_path / name)


def test_a_dump_of_two_databases_asks_which(move: Move, tmp_path: Path) -> None:
    for name in ("old", "older"):
        old_system.a_dump(tmp_path / "dump" / name, {"jobs": [old_system.a_job(1, old_system.an_id(1, "c"))]})
    assert "more than one database" in move(tmp_path / "dump")

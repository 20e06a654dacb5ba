"""Which row comes next, for whom, and what the look for it costs."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections

from tests.workbench.bench import NOW, an_errand, claimed, later, row
from tests.workbench.kinds import QUEUE, Errands, finish
from tests.workbench.models import Effect, Errand
from work import claims, engine
from work.claims import WINDOW, Candidates
from work.leases import Lease

Bench = Callable[..., Errands]


def ago(**by: float) -> timedelta:
    return -timedelta(**by)


def next_one() -> Lease[Errand]:
    lease = Candidates.of(QUEUE).next_lease("ann")
    assert lease
    return lease


def test_high_goes_before_normal_before_low(errands: Errands) -> None:
    made = [an_errand(priority=priority) for priority in ("low", "high", "normal")]
    assert [next_one().item.pk for _ in made] == [made[1].pk, made[2].pk, made[0].pk]


def test_of_the_same_priority_the_longest_waiting_goes_first(errands: Errands) -> None:
    made = [an_errand(ago(seconds=seconds)) for seconds in (5, 30, 20)]
    assert [next_one().item.pk for _ in made] == [made[1].pk, made[2].pk, made[0].pk]


def test_low_waits_two_minutes_longer_than_high_and_then_goes_first(errands: Errands) -> None:
    low = an_errand(ago(seconds=121), "low")
    high = [an_errand(priority="high") for _ in range(3 * WINDOW)]
    assert next_one().item.pk == low.pk
    assert next_one().item.pk in {errand.pk for errand in high}


def test_a_stream_of_high_never_starves_low(bench: Bench) -> None:
    """Twice as much comes in as is worked off, all of it more urgent. What comes in its first two minutes is first, no more."""
    bench()
    low = an_errand(priority="low")
    for _ in range(26):
        for _ in range(2):
            an_errand(priority="high")
        engine.drain(QUEUE, 1, "ann")
        later(seconds=10)
    assert row(low).status == "done"


def test_kinds_of_one_queue_are_ranked_together(bench: Bench) -> None:
    first, second = bench(), bench(name="other")
    assert {first.name, second.name} == {kind.name for kind, _ in Candidates(QUEUE)._look()} | {"errand", "other"}
    an_errand()
    assert [kind.name for kind, _ in Candidates(QUEUE)._look()] == ["errand", "other"]


def test_an_owner_has_no_more_than_its_share_and_others_go_on(bench: Bench) -> None:
    bench(share=2)
    owner = uuid4()
    mine = [an_errand(ago(hours=1), share_key=owner) for _ in range(5)]
    other, nobodys = an_errand(share_key=uuid4()), [an_errand(share_key=None) for _ in range(5)]
    taken = [next_one().item.pk for _ in range(8)]
    assert len(set(taken) & {errand.pk for errand in mine}) == 2
    assert {other.pk, *(errand.pk for errand in nobodys)} < set(taken)
    assert Candidates.of(QUEUE).next_lease("ann") is None


def test_a_share_counts_living_leases_only(bench: Bench) -> None:
    kind = bench(share=1)
    owner = uuid4()
    claimed(kind, an_errand(share_key=owner))
    second = an_errand(share_key=owner)
    assert claims.claim(kind, second, "bob") is None
    later(minutes=5)
    assert claims.claim(kind, row(second), "bob")


def test_a_claim_writes_who_has_it_until_when(errands: Errands) -> None:
    lease = claimed(errands, worker="ann")
    item = lease.item
    assert (item.status, item.leased_by, item.attempts, item.lease_token) == ("running", "ann", 1, lease.token)
    assert item.lease_expires_at
    assert item.last_attempt_at
    assert timedelta(0) <= item.lease_expires_at - item.last_attempt_at - lease.duration < timedelta(seconds=1)


def test_threads_that_drain_together_do_not_reach_for_the_same_row(errands: Errands) -> None:
    for _ in range(WINDOW):
        an_errand()
    first, second = Candidates.of(QUEUE), Candidates.of(QUEUE)
    drawn = [candidates._draw() for _ in range(WINDOW // 2) for candidates in (first, second)]
    assert len({pair[1].pk for pair in drawn if pair}) == WINDOW


def test_the_window_is_gone_with_its_last_drain(errands: Errands) -> None:
    engine.drain(QUEUE, 1, "ann")
    assert QUEUE not in Candidates._shared


def test_a_window_grows_old(errands: Errands, monkeypatch: pytest.MonkeyPatch) -> None:
    """What became urgent meanwhile does not wait behind what was seen long ago."""
    for _ in range(3):
        an_errand()
    candidates = Candidates.of(QUEUE)
    candidates.next_lease("ann")
    urgent = an_errand(priority="high")
    candidates._stale_at = 0.0
    lease = candidates.next_lease("ann")
    assert lease
    assert lease.item.pk == urgent.pk


def test_candidates_that_neighbours_took_are_passed_over(errands: Errands) -> None:
    made = [an_errand(ago(seconds=10 * (9 - number))) for number in range(5)]
    mine = Candidates(QUEUE)
    assert mine.next_lease("ann")
    for errand in made[1:4]:
        claimed(errands, errand, worker="bob")
    lease = mine.next_lease("ann")
    assert lease
    assert lease.item.pk == made[4].pk


@pytest.mark.django_db(transaction=True)
def test_ten_threads_do_everything_once(bench: Bench) -> None:
    bench(finish)
    for _ in range(100):
        an_errand()
    ready = threading.Barrier(10)

    def work(number: int) -> None:
        ready.wait(30)
        while engine.drain(QUEUE, 20, f"thread {number}"):
            pass
        connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))
    assert Counter(Effect.objects.values_list("errand", flat=True)) == Counter(Errand.objects.values_list("pk", flat=True))
    assert set(Errand.objects.values_list("status", "attempts")) == {("done", 1)}


MANY = """
WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {rows})
INSERT INTO workbench_errand
    (id, created_at, updated_at, status, priority, due_at, rank_at, share_key, attempts, losses, leased_by)
SELECT {key}, now.t, now.t, '{status}', 'normal', {due}, {due}, {share}, 0, 0, '' FROM counted, (SELECT {now} AS t) AS now
"""


def many(rows: int, due_in_seconds: int | None, share: str | None = None, status: str = "waiting") -> None:
    """Rows by the database itself, a second apart; as many as a test could not make one by one."""
    sqlite = connection.vendor == "sqlite"
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')" if sqlite else "statement_timestamp()"
    due = "NULL"
    if due_in_seconds is not None:
        step = f"({due_in_seconds} + n * {1 if due_in_seconds > 0 else -1})"
        due = f"strftime('%Y-%m-%d %H:%M:%f', 'now', {step} || ' seconds')" if sqlite else f"{now} + {step} * interval '1 second'"
    random = "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()"
    values = {"rows": rows, "key": random, "status": status, "now": now, "due": due, "share": share or random}
    with connection.cursor() as cursor:
        cursor.execute(MANY.format(**values))
        cursor.execute("ANALYZE workbench_errand")


def plan(kind: Errands) -> str:
    return claims.claimable(kind)[:WINDOW].explain()


@pytest.mark.parametrize("case", ["all due", "all in the future", "nearly all done"])
def test_the_look_among_100_000_rows_goes_through_the_partial_index(errands: Errands, case: str) -> None:
    if case == "nearly all done":
        many(100_000, None, status="done")
        many(100, NOW.seconds)
    else:
        many(100_000, 1000 if case == "all in the future" else 0)
    told = plan(errands)
    assert "errand_due" in told
    assert "SCAN workbench_errand\n" not in told + "\n"
    assert "Seq Scan" not in told
    if connection.vendor == "sqlite":
        assert "SEARCH workbench_errand USING INDEX errand_due (rank_at<?)" in told, "ends where the future begins"
    else:
        assert "Index Cond: (rank_at <=" in told


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_rows_of_one_owner_hold_up_nobody(bench: Bench) -> None:
    """They all are first by rank. Of a window, no more than the owner's share is theirs."""
    bench(lambda lease: None, share=4)
    owner = uuid4()
    many(10_000, -3600, share=f"'{owner.hex}'")
    others = [an_errand(share_key=uuid4()) for _ in range(10)]
    assert engine.drain(QUEUE, 14, "ann") == 14
    assert {row(errand).status for errand in others} == {"running"}
    assert Errand.objects.filter(share_key=owner, status="running").count() == 4

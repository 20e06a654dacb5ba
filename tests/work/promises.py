"""What any order of claims, outcomes, kills and passing time must keep: the promises of the machine, held after each step."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, invariant

from tests.workbench.bench import row
from tests.workbench.kinds import LOUD, PLACES, Errands, break_down
from tests.workbench.models import Effect, Errand
from work.clock import now
from work.leases import Lease
from work.models import Attention, Event, Slot

SHARE = 2


@dataclass
class Expected:
    """What must be true of an errand, told by what was done to it."""

    attempts: int = 0
    losses: int = 0
    finished: int = 0


class Promises(RuleBasedStateMachine):
    """`live`: leases that workers still work on. `gone`: those of workers that were thought dead, and may speak up late."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = Errands(break_down, share=SHARE)
        self.live: list[Lease[Errand]] = []
        self.gone: list[Lease[Errand]] = []
        self.expected: dict[UUID, Expected] = {}

    def holds(self, lease: Lease[Errand]) -> bool:
        return row(lease).lease_token == lease.token

    @invariant()
    def a_row_is_as_it_was_told(self) -> None:
        asked = Counter(Attention.objects.filter(settled_at__isnull=True).values_list("object_id", flat=True))
        for errand in Errand.objects.all():
            expected = self.expected[errand.pk]
            assert (errand.attempts, errand.losses) == (expected.attempts, expected.losses)
            assert asked[str(errand.pk)] == (errand.status == "stuck")
            assert (errand.status == "done") == bool(expected.finished)

    @invariant()
    def a_lease_has_one_holder(self) -> None:
        holders = Counter(lease.item.pk for lease in self.live + self.gone if self.holds(lease))
        assert holders.keys() == set(Errand.objects.filter(status="running").values_list("pk", flat=True))
        assert all(number == 1 for number in holders.values())

    @invariant()
    def nobody_has_more_than_its_share(self) -> None:
        alive = Errand.objects.filter(share_key__isnull=False, lease_token__isnull=False, lease_expires_at__gt=now())
        assert all(held <= SHARE for held in Counter(alive.values_list("share_key", flat=True)).values())

    @invariant()
    def a_pool_has_no_more_than_its_places(self) -> None:
        tokens = set(Slot.objects.filter(token__isnull=False, expires_at__gt=now()).values_list("token", flat=True))
        assert len(tokens) <= PLACES
        in_pool = {lease.token: lease.place.token for lease in self.live + self.gone if lease.place.pool and self.holds(lease)}
        alive = Errand.objects.filter(lease_token__in=in_pool, lease_expires_at__gt=now()).values_list("lease_token", flat=True)
        assert {in_pool[token] for token in alive} <= tokens, "who lives keeps its place"

    @invariant()
    def history_is_a_legal_path(self) -> None:
        stands = {str(key): "waiting" for key in self.expected}
        for event in Event.objects.filter(name="moved").order_by("id"):
            assert event.from_state == stands[event.object_id]
            assert event.to_state in LOUD.moves[event.from_state]
            stands[event.object_id] = event.to_state
        assert stands == {str(key): status for key, status in Errand.objects.values_list("pk", "status")}

    @invariant()
    def finished_once(self) -> None:
        counted = Counter(Effect.objects.values_list("errand", flat=True))
        assert counted == Counter({key: one.finished for key, one in self.expected.items() if one.finished})
        assert all(number == 1 for number in counted.values())

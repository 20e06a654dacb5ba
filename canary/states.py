"""Where the canary stands, how it is left, and the steps of a run."""

from django.db.models import TextChoices

from work.states import Machine, table


class CanaryStatus(TextChoices):
    RESTING = "resting"
    UNDER_WAY = "under_way"
    LOOKING = "looking"


class Step(TextChoices):
    """What a run waits for, in this order."""

    CLEAR = "clear"
    JOB = "job"
    UPLOAD = "upload"
    LISTING = "listing"
    DOWNLOAD = "download"
    PARSE = "parse"
    RECORDS = "records"


class AttentionKind(TextChoices):
    FAILS = "canaryFails"


ACTIONS: dict[str, tuple[str, ...]] = {AttentionKind.FAILS: ()}
"""It settles by itself with the next run that comes through."""

C = CanaryStatus
canary = Machine(
    object_type="canary",
    moves=table({C.RESTING: [C.LOOKING], C.UNDER_WAY: [C.LOOKING], C.LOOKING: [C.UNDER_WAY, C.RESTING]}),
    exits={
        C.RESTING: "clock: the next run begins when due",
        C.UNDER_WAY: "clock: looked at every few seconds, until it is through or too late",
        C.LOOKING: "clock: by its outcome, or when its lease runs out",
    },
    quiet=frozenset({(C.RESTING, C.LOOKING), (C.UNDER_WAY, C.LOOKING), (C.LOOKING, C.UNDER_WAY), (C.LOOKING, C.RESTING)}),
)

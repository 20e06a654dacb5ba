"""Roles, units, and how mail to ops is moved."""

from django.db.models import TextChoices

from work.states import Machine, table


class Role(TextChoices):
    """Who may do what; see the API contract."""

    OPS = "ops"
    CUSTOMER = "customer"
    PILOT = "pilot"
    PARTNER = "partner"


class Units(TextChoices):
    """What a customer's people read and write quantities in."""

    METRIC = "metric"
    US = "us"


class MailingStatus(TextChoices):
    IDLE = "idle"
    SENDING = "sending"


class AttentionKind(TextChoices):
    """What mail may ask of a person."""

    MAIL_FAILS = "mailFails"


ACTIONS: dict[str, tuple[str, ...]] = {AttentionKind.MAIL_FAILS: ()}

mailing = Machine(
    object_type="mailing",
    moves=table({MailingStatus.IDLE: [MailingStatus.SENDING], MailingStatus.SENDING: [MailingStatus.IDLE]}),
    exits={
        MailingStatus.IDLE: "clock: looked at when due",
        MailingStatus.SENDING: "clock: by its outcome, or when its lease runs out",
    },
    quiet=frozenset({(MailingStatus.IDLE, MailingStatus.SENDING), (MailingStatus.SENDING, MailingStatus.IDLE)}),
)

"""The states of accounts, and why work waits for one: told by the database for many at once, or of a row that was read.

`selectors.state_of` tells the state of one.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Case, CharField, ExpressionWrapper, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, Now

from partners.models import PartnerSystemUser
from partners.selectors import is_open, open_rows
from partners.states import AccountState

DEACTIVATED = "the {} {} is deactivated; what waits goes on as soon as it is activated again"
PAUSED = "the account {} was paused by a person; what waits goes on as soon as it is resumed"
REFUSED = "the partner refuses the login of the account {}; what waits goes on as soon as it is corrected"
HELD_BACK = "the account {} is not called for a while; what waits goes on by itself"
PARTNER_FAILS = "the partner {} does not answer; it is looked at again and again, and what waits goes on by itself when it does"
ACCOUNT_FAILS = "calls for the account {} fail; one is tried again and again, and what waits goes on by itself when it succeeds"

WATCHED = ("failures", "open_until")
READ_TO_TELL = ("active", "paused_by_person", "refused_at", "name", "partner_username", *WATCHED)
READ_OF_PARTNER = ("active", "name", *WATCHED)
READ_OF_OTHERS = (*(f"partner__{column}" for column in READ_OF_PARTNER), "customer__active", "customer__name")


def state_is(state: AccountState) -> Q:
    """The condition that an account is in this state; each account is in one."""
    refused = Q(refused_at__isnull=False)
    paused = Q(paused_by_person=True) | Q(paused_until__isnull=False, paused_until__gt=Now())
    unreachable = Q(failures__gte=settings.HUB.failure_threshold) | open_rows("partner__")
    verified = Q(verified_at__isnull=False)
    return {
        AccountState.CREDENTIALS_REJECTED: refused,
        AccountState.PAUSED: ~refused & paused,
        AccountState.UNREACHABLE: ~refused & ~paused & unreachable,
        AccountState.OK: ~refused & ~paused & ~unreachable & verified,
        AccountState.UNVERIFIED: ~refused & ~paused & ~unreachable & ~verified,
    }[state]


def with_state(rows: "QuerySet[PartnerSystemUser]") -> "QuerySet[Any]":
    """The accounts with their `state`."""
    cases = [When(state_is(state), then=Value(state.value)) for state in AccountState]
    return rows.annotate(state=Case(*cases, default=Value(""), output_field=CharField()))


def rests(account: str = "") -> Q:
    """The condition that no call is made for an account now; `account` is the way to it, as in `system_user__`."""
    return Q(*(condition for condition, _ in _reasons(account)), _connector=Q.OR)


def ready_to_tell(rows: "QuerySet[PartnerSystemUser]") -> "QuerySet[Any]":
    """The accounts with what `why_it_rests` and `why_it_waits` ask of each, and no other column: the database's words for it,
    asked for with every page of a list, cost more than the page.
    """
    held_back = ExpressionWrapper(Q(paused_until__isnull=False, paused_until__gt=Now()), output_field=BooleanField())
    rows = rows.select_related("partner", "customer").only(*READ_TO_TELL, *READ_OF_OTHERS)
    return rows.annotate(held_back=held_back)


def why_it_rests(account: Any) -> str:
    """As `resting_because`, of a row of `ready_to_tell`."""
    because = held_back_by_person(account)
    if because:
        return because
    if account.refused_at is not None:
        return REFUSED.format(account)
    return HELD_BACK.format(account) if account.held_back else ""


def why_it_waits(account: Any) -> str:
    """As `waiting_because`, of a row of `ready_to_tell`."""
    kinds = ((PARTNER_FAILS, account.partner), (ACCOUNT_FAILS, account))
    return next((words.format(row) for words, row in kinds if is_open(row)), "")


def held_back_by_person(account: PartnerSystemUser) -> str:
    """Why, in words, nothing is called for this account until somebody says otherwise; empty where it is."""
    for kind, row in (("customer", account.customer), ("partner", account.partner), ("account", account)):
        if not row.active:
            return DEACTIVATED.format(kind, row)
    return PAUSED.format(account) if account.paused_by_person else ""


@cache
def resting_because(account: str = "") -> Case:
    """Why, in words; empty where calls are made. Kept, as making the expression costs more than many a query."""
    return _first_of(_reasons(account))


def waiting_because(account: str = "") -> Case:
    """Why work for an account that does not rest is put off: its calls, or the looks at its partner, failed too often."""
    partner_fails = _said(PARTNER_FAILS, F(f"{account}partner__name"))
    return _first_of(
        [
            (open_rows(f"{account}partner__"), partner_fails),
            (open_rows(account), _said(ACCOUNT_FAILS, _named(account))),
        ]
    )


def _first_of(reasons: list[tuple[Q, Concat]]) -> Case:
    whens = [When(condition, then=words) for condition, words in reasons]
    return Case(*whens, default=Value(""), output_field=TextField())


def _named(account: str) -> Case:
    return Case(
        When(~Q(**{f"{account}name": ""}), then=F(f"{account}name")),
        default=Concat(F(f"{account}partner_username"), Value(" at "), F(f"{account}partner__name")),
    )


def _reasons(account: str) -> list[tuple[Q, Concat]]:
    """What matters most comes first."""
    named = _named(account)
    customer, partner = F(f"{account}customer__name"), F(f"{account}partner__name")
    return [
        (Q(**{f"{account}customer__active": False}), _said(DEACTIVATED, Value("customer"), customer)),
        (Q(**{f"{account}partner__active": False}), _said(DEACTIVATED, Value("partner"), partner)),
        (Q(**{f"{account}active": False}), _said(DEACTIVATED, Value("account"), named)),
        (Q(**{f"{account}paused_by_person": True}), _said(PAUSED, named)),
        (Q(**{f"{account}refused_at__isnull": False}), _said(REFUSED, named)),
        (Q(**{f"{account}paused_until__gt": Now()}), _said(HELD_BACK, named)),
    ]


def _said(template: str, *names: Any) -> Concat:
    """The template with the database's own names in it."""
    first, *texts = template.split("{}")
    parts = [part for name, text in zip(names, texts, strict=True) for part in (name, Value(text))]
    return Concat(Value(first), *parts, output_field=TextField())

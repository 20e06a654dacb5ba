"""Exports on the wire: what is asked for, and how far it is."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.models import Customer, User
from accounts.rest.fields import Reference, WholeNumberField
from accounts.rest.serializers import WireModelSerializer, WireSerializer
from accounts.selectors import visible_customers
from accounts.states import Role
from assignments.api.jobs import CalendarDateField
from assignments.selectors import visible_jobs
from flightdata.exports.formats import FORMATS, KINDS
from flightdata.models import Export
from flightdata.states import ExportKind, ExportStatus

STATUSES: list[Any] = [word for kind in KINDS.values() for word in kind.statuses]
MOST_JOBS = 500


@extend_schema_field(
    {
        "description": "Of jobs a word; of flights the number that `applications/` shows.",
        "oneOf": [
            {"type": "string", "enum": list(KINDS[ExportKind.JOBS].statuses)},
            {"type": "integer", "enum": list(KINDS[ExportKind.FLIGHTS].statuses)},
        ],
    }
)
class StatusField(serializers.Field[Any, Any, Any, Any]):
    """A state that rows of some kind have; which, is checked where the kind is known."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or data not in STATUSES:
            raise serializers.ValidationError(f"is no status; known are {_listed(STATUSES)}", "invalidChoice")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class FilterSerializer(WireSerializer):
    """Which rows: of `jobNumber` or all `jobNumbers`, in a `status`, on the days `from` … `to` (both included, in the
    customer's time zone). Ops may name a `customerId`; else theirs is an export of all customers."""

    customer_id = Reference(visible_customers, required=False)
    job_number = WholeNumberField(min_value=1, required=False)
    job_numbers = serializers.ListField(
        child=WholeNumberField(min_value=1), required=False, allow_empty=False, max_length=MOST_JOBS
    )
    first_day = CalendarDateField(required=False)
    last_day = CalendarDateField(required=False)
    status = StatusField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name in Python."""
        names = {"firstDay": "from", "lastDay": "to"}
        return {names.get(name, name): field for name, field in super().get_fields().items()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs.get("first_day"), attrs.get("last_day")
        if first and last and last < first:
            raise serializers.ValidationError({"to": [ErrorDetail(f"is before {first}", "endsBeforeStart")]})
        return attrs


class ExportSerializer(WireModelSerializer):
    """One export: `waiting`, `running`, then `done` until `expiresAt`, or `failed` with its `error`."""

    kind = serializers.ChoiceField(
        ExportKind.choices, error_messages={"invalid_choice": f"is no kind of export; known are {', '.join(KINDS)}"}
    )
    format = serializers.ChoiceField(
        FORMATS, error_messages={"invalid_choice": f"is no format of exports; known are {', '.join(FORMATS)}"}
    )
    filter = FilterSerializer(required=False)
    status = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = (
            "id",
            "kind",
            "format",
            "filter",
            "status",
            "size",
            "error",
            "expires_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("size", "expires_at")

    @extend_schema_field(serializers.ChoiceField(ExportStatus.choices))
    def get_status(self, export: Export) -> str:
        return shown_status(export)

    def get_error(self, export: Export) -> str | None:
        return export.error or None

    def to_representation(self, export: Export) -> dict[str, Any]:
        """The filter in one spelling. To a customer's people it goes without saying whose rows these are."""
        shown = dict(super().to_representation(export))
        own = {"customerId": str(export.customer_id)} if export.customer_id and self._user.role == Role.OPS else {}
        return {**shown, "filter": {**own, **export.filter}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kind, asked = attrs["kind"], attrs.get("filter", {})
        known = KINDS[kind].formats
        if attrs["format"] not in known:
            said = f"is no format of {kind}; known are {', '.join(known)}"
            raise serializers.ValidationError({"format": [ErrorDetail(said, "invalidChoice")]})
        customer = self._user.customer or asked.get("customer_id")
        spelled = {**self._jobs(asked, customer), **_days(asked), **_status(kind, asked)}
        return {"kind": kind, "format": attrs["format"], "customer": customer, "filter": spelled}

    @property
    def _user(self) -> User:
        user: User = self.context["request"].user
        return user

    def _jobs(self, asked: dict[str, Any], customer: Customer | None) -> dict[str, Any]:
        """Numbers of jobs that there are, and that are the customer's; a job of somebody else is none."""
        named = {"jobNumber": [asked["job_number"]] if "job_number" in asked else [], "jobNumbers": asked.get("job_numbers", [])}
        numbers = sorted({number for some in named.values() for number in some})
        rows = visible_jobs(self._user).filter(number__in=numbers)
        found = set((rows.filter(customer=customer) if customer else rows).values_list("number", flat=True))
        for name, some in named.items():
            unknown = [number for number in some if number not in found]
            if unknown:
                complaint = ErrorDetail(f"there is no such job: {_listed(unknown)}", "notFound")
                raise serializers.ValidationError({"filter": {name: [complaint]}})
        return {"jobNumber": numbers[0]} if len(numbers) == 1 else {"jobNumbers": numbers} if numbers else {}


def shown_status(export: Any) -> str:
    """Expired from the moment on when its time is over, whenever the clock comes to remove it."""
    return ExportStatus.EXPIRED.value if export.is_over else str(export.status)


def _days(asked: dict[str, Any]) -> dict[str, str]:
    days = {"from": asked.get("first_day"), "to": asked.get("last_day")}
    return {name: day.isoformat() for name, day in days.items() if day}


def _status(kind: str, asked: dict[str, Any]) -> dict[str, Any]:
    if "status" not in asked:
        return {}
    known = KINDS[kind].statuses
    if asked["status"] not in known:
        said = f"is no status of {kind}; known are {_listed(known)}" if known else f"is no filter of {kind}"
        raise serializers.ValidationError({"filter": {"status": [ErrorDetail(said, "invalidChoice")]}})
    return {"status": asked["status"]}


def _listed(words: Any) -> str:
    return ", ".join(map(str, words))

"""Views that refuse what no rule allows. See the package's docstring for the order in which a request passes them."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Protocol, cast

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from rest_framework.exceptions import MethodNotAllowed, NotFound, PermissionDenied
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from accounts.actors import name_of
from accounts.models import User
from accounts.rest import etags
from accounts.rest.fields import LARGEST_INTEGER
from accounts.rest.idempotency import idempotent
from accounts.rest.orderings import ORDERING
from accounts.rest.paging import QUERY_PARAMETERS
from accounts.rest.queries import QueryChecked
from accounts.rest.serializers import NothingSerializer
from accounts.states import Role

Rules = Mapping[str, Collection[Role]]
Orderings = Mapping[str, str]
NO_OBJECT = "There is no such object."


class Guarded(QueryChecked):
    """Checks, in this order: who asks, whether they may see the object, whether a rule lets them do this, the query's names."""

    http_method_names = [name for name in QueryChecked.http_method_names if name != "options"]  # `Allow` names what is served
    rules: Rules = {}

    @property
    def user(self) -> User:
        """Who asks; signed in already."""
        return cast("User", self.request.user)

    @property
    def actor(self) -> str:
        """Who asks, as histories name them."""
        return name_of(self.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.find_subject()
        self._require_rule()
        self.check_query()

    def find_subject(self) -> None:
        """Look up the object that the path names, where it names one."""

    def rule_name(self) -> str | None:
        """What `rules` calls this request; None for a method that the view does not have."""
        method = (self.request.method or "").lower()
        return "get" if method == "head" else method if hasattr(self, method) and method != "options" else None

    def expect_no_fields(self) -> None:
        """Refuse a body that says something where nothing is asked for. Raises ValidationError."""
        NothingSerializer(data=self.request.data).is_valid(raise_exception=True)

    def _require_rule(self) -> None:
        name = self.rule_name()
        if name is None:
            raise MethodNotAllowed(self.request.method or "")
        if self.user.role not in self.rules.get(name, ()):
            raise PermissionDenied(f"A user of the role {self.user.role} may not do this.", code="roleMayNot")


class HubView(Guarded):
    """A view without a model of its own. `rules` are by method: `{"get": EVERYBODY}`."""


class HubViewSet(ViewSetMixin, Guarded, GenericAPIView[Any]):
    """A resource. `selector` is given as `staticmethod(visible_…)`.

    `machine_columns` are those that the machine moves by itself; they are no change to a client's If-Match. Whoever changes an
    object by whatever method may send one.
    `keys_first`: whether a page is read by its keys (see `Order.rows_after`).
    `orderings`: what `?ordering=` of the list may name → its column (see `accounts.rest.orderings`).
    """

    selector: "ClassVar[staticmethod[[User], QuerySet[Any]]]"
    filterset_class: Any = None
    machine_columns: Collection[str] = ()
    keys_first: ClassVar[bool] = False
    orderings: Orderings = {}
    subject: Any = None
    action: str | None  # type: ignore[assignment]  # None for a method that the resource does not have

    def visible(self) -> "QuerySet[Any]":
        """The rows that the asking user may see: the app's selector, and nothing else."""
        return self.selector(self.user)

    def get_queryset(self) -> "QuerySet[Any]":
        if getattr(self, "swagger_fake_view", False):
            return cast("Any", self.serializer_class).Meta.model._default_manager.none()
        return self.visible()

    def get_object(self) -> Any:
        return self.subject

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.subject is not None and request.method not in SAFE_METHODS:
            etags.check(request, lambda: self.edited(self.subject))

    def find_subject(self) -> None:
        name = self.lookup_url_kwarg or self.lookup_field
        if name in self.kwargs:
            self.subject = self.look_up(self.visible(), **{self.lookup_field: self.kwargs[name]})

    @staticmethod
    def look_up(rows: "QuerySet[Any]", **key: Any) -> Any:
        """The one row of `rows` with this key. Raises NotFound, also for a key that cannot be one."""
        try:
            if any(isinstance(value, int) and value > LARGEST_INTEGER for value in key.values()):
                raise NotFound(NO_OBJECT)
            return rows.get(**key)
        except (ObjectDoesNotExist, ModelValidationError, ValueError):
            raise NotFound(NO_OBJECT) from None

    def rule_name(self) -> str | None:
        return None if self.action == "metadata" else self.action

    def known_parameters(self) -> frozenset[str]:
        known = frozenset(self.query_parameters) | frozenset({ORDERING} if self.offered_orderings() else ())
        own = self._of_action("filterset_class")
        filters = getattr(self.filterset_class if self.action == "list" else own, "base_filters", {})
        return known | frozenset(filters) | (QUERY_PARAMETERS if self.action == "list" else frozenset())

    def offered_orderings(self) -> Orderings:
        """The orders of the list at hand; a further action that lists declares its own: `@action(orderings={…})`."""
        return self.orderings if self.action == "list" else self._of_action("orderings") or {}

    def _of_action(self, name: str) -> Any:
        """What a further action was declared with."""
        return getattr(getattr(self, self.action or "", None), "kwargs", {}).get(name)

    def edited(self, row: Any) -> str:
        """The half of a row's entity tag that changes with what people edit: any column but those of the machine."""
        columns = [field.attname for field in row._meta.concrete_fields if field.attname not in self.machine_columns]
        return etags.digest([(name, getattr(row, name)) for name in columns])

    def answer(self, row: Model, status: int = HTTPStatus.OK) -> Response:
        """The row as the asking user sees it now."""
        return self.shown(self.look_up(self.visible(), pk=row.pk), status)

    def made(self, row: Model) -> Response:
        """A row that was made just now, and where it stands."""
        answer = self.answer(row, HTTPStatus.CREATED)
        if self.basename:
            answer["Location"] = self.reverse_action("detail", args=[row.pk])
        return answer

    def shown(self, row: Any, status: int = HTTPStatus.OK) -> Response:
        """A row of `visible()` through the action's serializer, with its entity tag."""
        self.complete([row])
        data = self.get_serializer(row).data
        return Response(data, status=status, headers={"ETag": etags.etag(self.edited(row), data)})

    def complete(self, rows: Sequence[Any]) -> None:
        """Give rows that are about to be shown what the serializer needs besides their columns; one statement for all."""

    def page(self, rows: "QuerySet[Any]") -> Response:
        """A page of `rows`, newest first, through the action's serializer."""
        shown = self.paginate_queryset(rows) or []
        self.complete(shown)
        answer = self.get_paginated_response(self.get_serializer(shown, many=True).data)
        shown.clear()  # view and serializer go round in circles, and would keep thousands of objects until the collector comes
        return answer

    def checked_body(self, **options: Any) -> dict[str, Any]:
        """The request's body through the action's serializer: snake_case names and values. Raises ValidationError."""
        serializer = self.get_serializer(data=self.request.data, **options)
        serializer.is_valid(raise_exception=True)
        return cast("dict[str, Any]", serializer.validated_data)


class _Hooks(Protocol):
    """What the mixins below ask of the resource: each calls one service."""

    def make(self, **fields: Any) -> Model: ...

    def change(self, row: Any, **fields: Any) -> Model: ...

    def remove(self, row: Any) -> None: ...


class Listed(HubViewSet):
    """GET of the collection."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The rows that the asking user may see, newest first."""
        return self.page(self.filter_queryset(self.get_queryset()))


class Read(HubViewSet):
    """GET of one object."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One row."""
        answer = self.shown(self.subject)
        if etags.is_known(request, answer["ETag"]):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": answer["ETag"]})
        return answer


class Created(HubViewSet):
    """POST to the collection."""

    @idempotent(prepare=HubViewSet.checked_body)
    def create(self, request: Request, fields: dict[str, Any], *args: Any, **kwargs: Any) -> Response:
        """Makes one."""
        return self.made(cast("_Hooks", self).make(**fields))


class Patched(HubViewSet):
    """PATCH of one object, with If-Match where the client sends it."""

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sets what is given."""
        return self._update(partial=True)

    def _update(self, *, partial: bool) -> Response:
        """The body is checked before the transaction begins, which may ask a name server; what it was checked against is held."""
        row = self.subject
        fields = self.checked_body(instance=row, partial=partial)
        with transaction.atomic():
            etags.hold_unchanged(self.request, row, self.edited)
            changed = cast("_Hooks", self).change(row, **fields)
        return self.answer(changed)


class Updated(Patched):
    """PUT too."""

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sets all that can be written."""
        return self._update(partial=False)


class Deleted(HubViewSet):
    """DELETE of one object, which mostly means that it is deactivated."""

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Takes it away."""
        with transaction.atomic():
            etags.hold_unchanged(request, self.subject, self.edited)
            cast("_Hooks", self).remove(self.subject)
        return Response(status=HTTPStatus.NO_CONTENT)

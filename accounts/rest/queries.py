"""Queries are refused where they say what nobody knows, by name, on every view: those that are open to all too."""

from collections.abc import Collection
from urllib.parse import unquote_to_bytes

from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView


class QueryChecked(APIView):
    """A view calls `check_query` before it does anything. `query_parameters`: those that it knows."""

    query_parameters: Collection[str] = ()
    request: Request

    def known_parameters(self) -> frozenset[str]:
        """The query parameters that this request may carry."""
        return frozenset(self.query_parameters)

    def check_query(self) -> None:
        """Refuse a query that is no text, and names that are unknown or repeated. Raises ParseError, ValidationError."""
        self._require_text()
        self._refuse_unknown_parameters()
        self._refuse_repeated_parameters()

    def _require_text(self) -> None:
        """Django would put another character in the place of what is no UTF-8, and look for that."""
        try:
            unquote_to_bytes(self.request.META["QUERY_STRING"].encode("latin-1")).decode("utf-8")
        except UnicodeDecodeError:
            raise ParseError("The query is not UTF-8.") from None

    def _refuse_unknown_parameters(self) -> None:
        known = self.known_parameters()
        unknown = [name for name in self.request.query_params if name not in known]
        if unknown:
            said = f"known are {', '.join(sorted(known))}" if known else "there are none here"
            complaint = ErrorDetail(f"is no known query parameter; {said}", "unknownParameter")
            raise ValidationError({name: [complaint] for name in unknown})

    def _refuse_repeated_parameters(self) -> None:
        repeated = [name for name, values in self.request.query_params.lists() if len(values) > 1]
        if repeated:
            complaint = ErrorDetail("is given more than once", "repeated")
            raise ValidationError({name: [complaint] for name in repeated})

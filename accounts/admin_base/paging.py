"""Pages of a list whose table may be huge."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator

MOST_COUNTED = 10_000


class BoundedPaginator(Paginator):
    """Counts up to a bound and no further: beyond ten thousand rows nobody pages, one filters."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_COUNTED].count())

    @property
    def bounded(self) -> bool:
        """Whether there may be more than it counted."""
        return self.count >= MOST_COUNTED

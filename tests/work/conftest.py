"""The workbench's own kinds, with no others beside them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.workbench.kinds import Errands
from work import kinds, shutdown

pytest.register_assert_rewrite("tests.work.promises")


@pytest.fixture
def bench(db: None) -> Iterator[Callable[..., Errands]]:
    """Makes the errands' kind and registers it: `bench(act, share=2)`. The hub's own kinds are away meanwhile."""
    others = list(kinds.all_kinds())
    for kind in others:
        kinds.unregister(kind.name)

    def make(*arguments: Any, **attributes: Any) -> Errands:
        kind = Errands(*arguments, **attributes)
        kinds.register(kind)
        return kind

    yield make
    for kind in list(kinds.all_kinds()):
        kinds.unregister(kind.name)
    for kind in others:
        kinds.register(kind)
    shutdown.reset()


@pytest.fixture
def errands(bench: Callable[..., Errands]) -> Errands:
    return bench()

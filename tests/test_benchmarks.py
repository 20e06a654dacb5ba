"""Benchmarks are run by hand, and must be there when they are."""

import importlib

import pytest

from benchmarks.__main__ import benchmarks


@pytest.mark.parametrize("name", benchmarks())
def test_it_can_be_loaded(name: str) -> None:
    assert callable(importlib.import_module(f"benchmarks.{name}").main)

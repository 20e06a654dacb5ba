"""`docs/guide-coverage.md` has a row for each promise and each defect of the implementation guide, and its tests exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "guide-coverage.md"
ROW = re.compile(r"^\| (G\d\d|D\d\d) \|[^|]*\|(?P<shown>[^|]*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
OPEN = "open: "
PROMISES = [f"G{number:02}" for number in range(1, 33)]
DEFECTS = [f"D{number:02}" for number in range(1, 22)]
STILL_OPEN: set[str] = set()


def rows() -> list[tuple[str, str]]:
    return [(found[1], found["shown"].strip()) for found in ROW.finditer(DOCUMENT.read_text())]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))


def test_every_promise_and_every_defect_has_its_row_once() -> None:
    assert [key for key, _ in rows()] == PROMISES + DEFECTS


@pytest.mark.parametrize(("key", "shown"), rows())
def test_a_row_names_tests_that_exist_or_says_what_is_open(key: str, shown: str) -> None:
    named = TEST.findall(shown)
    assert named or shown.startswith(OPEN), f"{key} names no test"
    assert [f"{path}::{name}" for path, name in named if not (ROOT / path).exists() or name not in names_in(path)] == []
    assert (OPEN in shown) == (key in STILL_OPEN), "an open row is declared here too, and taken away when it is shown"

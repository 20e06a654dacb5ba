"""What the documents name is there: commands, addresses, files, variables."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from agmission_partners.variables import PROJECT_DIR

DOCUMENTS = sorted({PROJECT_DIR / "README.md", PROJECT_DIR / "CONTRIBUTING.md", *(PROJECT_DIR / "docs").rglob("*.md")})
IN_CODE = re.compile(r"`([^`\n]+)`")


def named(document: Path) -> list[str]:
    """What stands in backquotes, and the lines of code blocks."""
    text = document.read_text()
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return IN_CODE.findall(text) + [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_are_there(document: Path) -> None:
    found = {name for text in named(document) for name in re.findall(r"manage\.py ([a-z_]+)\b", text)}
    assert found <= {*get_commands(), "up"}


@cache
def described_paths() -> dict[str, dict[str, object]]:
    """Address, its parameters without names → its methods."""
    described = yaml.load((PROJECT_DIR / "openapi.yaml").read_text(), yaml.CSafeLoader)["paths"]
    return {re.sub(r"\{\w+\}", "{}", path).rstrip("/"): methods for path, methods in described.items()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_addresses_are_there(document: Path) -> None:
    paths = described_paths()
    for text in named(document):
        if match := re.fullmatch(r"(GET|POST|PATCH|PUT|DELETE) (/api/[^?\s]*)(\?\S*)?", text):
            method, path = match[1].lower(), re.sub(r"\{\w+\}", "{}", match[2]).rstrip("/")
            assert path in paths, text
            assert method in paths[path], text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_are_there(document: Path) -> None:
    folders = {path.name for path in PROJECT_DIR.iterdir() if path.is_dir()}
    for text in named(document):
        if re.fullmatch(r"[\w.-]+(/[\w.@-]+)+", text) and text.split("/")[0] in folders:
            assert (PROJECT_DIR / text).exists(), text

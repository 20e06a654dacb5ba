"""A number with the list behind it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`address` leads to exactly the rows that were counted."""

    words: str
    value: str
    address: str
    tone: str = ""
    note: str = ""

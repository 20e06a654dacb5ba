"""What an operator would look at: each question finds nothing, or says what is wrong and what to do.

Findings are Django's own check messages: an id that stays, a sentence, a hint. `manage.py doctor` asks everything, `serve` what
can be told before a process starts, `check --deploy` what needs no other service.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.core.checks import CheckMessage
from django.db import DatabaseError

Findings = Iterable[CheckMessage]


@dataclass(frozen=True)
class Question:
    """`about` is what is looked at, in a few words."""

    about: str
    ask: Callable[[], Findings]
    needs_database: bool = True


@dataclass(frozen=True)
class Answer:
    """What a question found; `unasked`: why it could not be asked."""

    question: Question
    findings: list[CheckMessage]
    unasked: str = ""


def answers(questions: Iterable[Question]) -> Iterator[Answer]:
    """One after the other. What needs the database is not asked any more once that does not answer."""
    away = False
    for question in questions:
        if away and question.needs_database:
            yield Answer(question, [], "the database does not answer")
            continue
        try:
            yield Answer(question, list(question.ask()))
        except DatabaseError as error:
            away = True
            yield Answer(question, [], f"the database does not answer as it should ({type(error).__name__})")

"""What the hub needs beside it: database, broker, and a clock that both agree on."""

import time
from collections.abc import Callable, Iterator

from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Doubt
from django.db import DatabaseError, connection

from agmission_partners import readiness
from agmission_partners.doctor import Question
from work.clock import now

NOTICEABLE, TOO_FAR = 2.0, 60.0
"""Seconds by which two clocks may differ."""


def database() -> Iterator[CheckMessage]:
    """Whether it answers."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        hint = "is the server running, and is DATABASE_URL right? Nothing is lost meanwhile"
        yield Error(f"the database does not answer: {str(error).splitlines()[0]}", hint=hint, id="agmission.E009")


def migrations() -> Iterator[CheckMessage]:
    """Whether its tables are those that this program knows."""
    missing = readiness.missing_migrations()
    if missing:
        found = f"the database is older than the program: {missing} migrations are missing"
        yield Error(found, hint="run `manage.py migrate`, then start the processes again", id="agmission.E010")


def broker() -> Iterator[CheckMessage]:
    """Whether nudges can be sent."""
    for sentence in readiness.unreachable_broker():
        hint = "is it running, and is BROKER_URL (or REDIS_URL) right? Work waits in the database until it is back"
        yield Error(sentence, hint=hint, id="agmission.E011")


def clock(host_time: Callable[[], float] = time.time) -> Iterator[CheckMessage]:
    """`host_time`: seconds since 1970."""
    apart = host_time() - now().timestamp()
    words = f"this host's clock is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} the database's"
    hint = "let both follow a time server (timedatectl set-ntp true)"
    if abs(apart) > TOO_FAR:
        yield Error(words, hint=hint, id="agmission.E012")
    elif abs(apart) > NOTICEABLE:
        yield Doubt(words, hint=hint, id="agmission.W012")


QUESTIONS = [
    Question("database", database, needs_database=False),
    Question("migrations", migrations),
    Question("broker", broker, needs_database=False),
    Question("clocks", clock),
]

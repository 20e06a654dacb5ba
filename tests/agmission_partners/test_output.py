"""What a person sees: whole lines, prefixed; addresses and logins that can be typed."""

import io
import os
import threading

import pytest

from agmission_partners.environment import Hub, load
from agmission_partners.supervisor.banner import Logins, banner
from agmission_partners.supervisor.output import Output
from agmission_partners.variables import Variables

KEY = "bm90IGEgc2VjcmV0LCBvbmx5IDMyIGJ5dGVzIGxvbmc="


def hub(**variables: str) -> Hub:
    return load(Variables({"SECRET_KEY": "k", "CREDENTIALS_KEYS": KEY, "BROKER_URL": "redis://localhost", **variables}))


def test_lines_of_many_processes_do_not_mix() -> None:
    stream = io.StringIO()
    output = Output(stream)
    pipes = [os.pipe() for _ in range(8)]
    for number, (reading, _) in enumerate(pipes):
        output.follow(f"p{number}", os.fdopen(reading, "rb"))
    writers = [threading.Thread(target=_write_lines, args=(writing,)) for _, writing in pipes]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    output.finish(10)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 8 * 500
    assert {line.split("|")[1] for line in lines} == {" " + "x" * 300}


def _write_lines(writing: int) -> None:
    with os.fdopen(writing, "wb") as pipe:
        pipe.write((b"x" * 300 + b"\n") * 500)


def test_a_terminal_that_is_gone_is_no_error() -> None:
    stream = io.StringIO()
    output = Output(stream)
    stream.close()
    output.say("anybody there?")


def test_bytes_that_are_no_text_are_shown_as_far_as_they_can_be() -> None:
    stream = io.StringIO()
    output = Output(stream)
    reading, writing = os.pipe()
    os.write(writing, b"caf\xe9\r\n")
    os.close(writing)
    output.follow("web", os.fdopen(reading, "rb"))
    output.finish(10)
    assert stream.getvalue() == "web         | caf\ufffd\n"


def test_demo_logins_are_shown_one_a_line_and_used_in_the_first_steps() -> None:
    logins = Logins()
    for line in ("made the demo customer", "ops / long-word", "pilot / other", "a / b / c"):
        logins.read(line)
    shown = banner(hub(), logins)
    assert "\nops / long-word\npilot / other\n" in shown
    assert '{"username": "ops", "password": "long-word"}' in shown


@pytest.mark.parametrize(
    ("bind", "address"), [("0.0.0.0:81", "127.0.0.1:81"), ("[::]:81", "[::1]:81"), ("[::1]:81", "[::1]:81"), ("hub:81", "hub:81")]
)
def test_the_address_shown_is_one_to_type(bind: str, address: str) -> None:
    assert f"http://{address}/readyz\n" in banner(hub(HTTP_BIND=bind), Logins())

"""What really happens on a socket: when a request left, and how a call ends that would never end by itself."""

import socket
from datetime import timedelta

import pytest

from partners.adapters.errors import BadPayload, OutcomeUnknown, Postponed, RateLimited, Rejected, RetryLater
from tests.support.loopback import answering, dripping, http, loopback, read_request, reset
from tests.support.partners import KEPT, RememberingLedger, error_of, job, satloc

SHORT = timedelta(milliseconds=300)


def never(connection):
    connection.recv(65536)


def reset_at_once(connection):
    reset(connection)


def reset_before_answer(connection):
    read_request(connection)
    reset(connection)


def end_before_answer(connection):
    read_request(connection)


def silent(connection):
    read_request(connection)
    connection.recv(1)


def sends_then_ends(answer):
    def script(connection):
        read_request(connection)
        connection.sendall(answer)

    return script


AFTER_IT_LEFT = {
    "reset before the answer": reset_before_answer,
    "end before the answer": end_before_answer,
    "no answer in time": silent,
    "rubbish": sends_then_ends(b"\x00\x01\x02\r\n\r\n"),
    "another protocol": sends_then_ends(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "half a status line": sends_then_ends(b"HTTP/1.1 2"),
    "only a status line": sends_then_ends(b"HTTP/1.1 200 OK\r\n"),
    "half a head": sends_then_ends(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "a head without its blank line": sends_then_ends(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"),
    "half a body by its length": sends_then_ends(b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"jobId": "12"}'),
    "half a body by chunks": sends_then_ends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
    "an end in place of a body": sends_then_ends(b"HTTP/1.1 200 OK\r\n\r\n"),
    "two lengths": sends_then_ends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 7\r\n\r\n{}"),
    "an unknown coding": sends_then_ends(http(b'{"jobId": "1"}', "200 OK", "Content-Encoding: br")),
    "a broken coding": sends_then_ends(http(b'{"jobId": "1"}', "200 OK", "Content-Encoding: gzip")),
    "a redirect": sends_then_ends(http(b"", "302 Found", "Location: http://127.0.0.1:1/elsewhere")),
}


@pytest.mark.parametrize("script", AFTER_IT_LEFT.values(), ids=AFTER_IT_LEFT)
def test_without_a_whole_answer_the_outcome_is_unknown(script):
    left: list[str] = []
    with loopback(script) as server:
        adapter = satloc(server.base_url, timeout=SHORT)
        error = error_of(adapter.upload_job, job(), lambda: left.append("job"))
        assert (type(error), left) == (OutcomeUnknown, ["job"])
        assert type(error_of(adapter.list_logs, "a")) is RetryLater
        assert server.connections == 2


def test_nothing_left_when_the_connection_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert_not_sent(satloc(url), "did not accept a connection")


def test_nothing_left_when_the_connection_is_not_accepted_in_time():
    # A full backlog: the system answers no further connection.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        crowd = [socket.socket() for _ in range(5)]
        for one in crowd:
            one.settimeout(0)
            one.connect_ex(address)
        assert_not_sent(satloc(f"http://127.0.0.1:{address[1]}", timeout=SHORT), "did not accept a connection in time")
        for one in crowd:
            one.close()


def test_nothing_left_when_the_name_does_not_resolve():
    assert_not_sent(satloc("http://no-such-host.invalid"), "does not resolve")


def test_nothing_left_when_tls_does_not_come_about():
    with loopback(lambda connection: connection.sendall(b"HTTP/1.1 400 No TLS here\r\n\r\n")) as server:
        assert_not_sent(satloc(server.base_url.replace("http:", "https:")), "securely")


def test_nothing_left_when_the_server_goes_during_the_handshake():
    with loopback(reset_at_once) as server:
        assert_not_sent(satloc(server.base_url.replace("http:", "https:")), "SatLoc Cloud")


def assert_not_sent(adapter, words):
    sent: list[str] = []
    error = error_of(adapter.upload_job, job(), lambda: sent.append("job"))
    assert (type(error), error.code, sent) == (RetryLater, "NETWORK_ERROR", [])
    assert words in error.message


def test_what_on_sending_raises_stops_the_upload_and_reaches_the_caller():
    class LeaseLost(OSError):
        pass

    def on_sending():
        raise LeaseLost("another worker has it")

    received: list[bytes] = []
    with loopback(lambda connection: received.append(connection.recv(65536))) as server:
        assert type(error_of(satloc(server.base_url).upload_job, job(), on_sending)) is LeaseLost
    assert b"".join(received) == b""


def test_a_refused_call_is_postponed_before_anything_is_connected():
    ledger = RememberingLedger(KEPT, allowed=0)
    with loopback(never) as server:
        error = error_of(satloc(server.base_url, ledger).upload_job, job(), lambda: pytest.fail("sent"))
        assert (type(error), server.connections, ledger.records) == (Postponed, 0, [])


UNSIZED = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
DRIPS = {
    "head": dripping(b"", b"HTTP/1.1 200 OK\r\nX-Slow: "),
    "body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
    "unsized body": dripping(UNSIZED),
}


@pytest.mark.parametrize("script", DRIPS.values(), ids=DRIPS)
def test_a_slow_drip_ends_at_the_deadline(script):
    with loopback(script) as server:
        adapter = satloc(server.base_url, timeout=timedelta(milliseconds=40))
        assert type(error_of(adapter.upload_job, job(), lambda: None)) is OutcomeUnknown
        error = error_of(read_log, adapter, 10**9)
        assert (type(error), error.code) == (RetryLater, "NETWORK_ERROR")
        assert "did not answer in time" in error.message


def read_log(adapter, max_size):
    with adapter.download_log("log-1", max_size) as stream:
        return b"".join(stream.chunks)


def test_a_log_is_handed_on_as_it_comes():
    content = bytes(range(256)) * 2000
    with loopback(answering(http(content))) as server, satloc(server.base_url).download_log("log-1", 10**9) as stream:
        assert (stream.content_length, stream.dialect) == (len(content), "bare")
        chunks = list(stream.chunks)
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= 65536


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFF\r\n"]
)
def test_a_log_that_breaks_off_is_not_whole(head):
    ledger = RememberingLedger(KEPT)
    with loopback(sends_then_ends(head + b"x" * 4000)) as server:
        assert type(error_of(read_log, satloc(server.base_url, ledger), 10**9)) is RetryLater
    assert ledger.records[-1].outcome == "NETWORK_ERROR"


def test_a_head_that_breaks_off_is_no_empty_log():
    with loopback(sends_then_ends(b"HTTP/1.1 200 OK\r\nContent-Type: text/pl")) as server:
        assert type(error_of(read_log, satloc(server.base_url), 100)) is RetryLater


def test_a_refusal_whose_body_breaks_off_is_not_taken_for_an_empty_one():
    with loopback(sends_then_ends(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 50\r\n\r\n")) as server:
        assert type(error_of(satloc(server.base_url).upload_job, job(), lambda: None)) is Rejected


def test_a_log_without_a_length_is_read_to_its_end():
    script = sends_then_ends(UNSIZED + b"whole?")
    with loopback(script) as server, satloc(server.base_url).download_log("log-1", 100) as stream:
        assert (stream.content_length, b"".join(stream.chunks)) == (None, b"whole?")


def test_an_empty_log_is_a_log():
    with loopback(answering(http(b""))) as server:
        assert read_log(satloc(server.base_url), 100) == b""


@pytest.mark.parametrize(("head", "most"), [(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n", 0), (UNSIZED, 200_000)])
def test_a_log_longer_than_the_limit_is_stopped_and_not_even_begun_where_its_length_is_known(head, most):
    ledger = RememberingLedger(KEPT)
    with loopback(sends_then_ends(head + b"x" * 200_000)) as server:
        error = error_of(read_log, satloc(server.base_url, ledger), 150_000)
        assert ledger.records[-1].bytes_in <= most
        assert (type(error), error.code) == (BadPayload, "BAD_PAYLOAD")
        assert "PARTNER_MAX_LOG_SIZE" in error.message


def test_a_log_of_exactly_the_limit_is_whole():
    with loopback(answering(http(b"x" * 1000))) as server:
        assert len(read_log(satloc(server.base_url), 1000)) == 1000


def test_a_download_asks_for_the_file_as_it_is():
    seen: list[bytes] = []

    def script(connection):
        seen.append(read_request(connection))
        connection.sendall(http(b"x"))

    with loopback(script) as server:
        read_log(satloc(server.base_url), 100)
    assert b"Accept-Encoding: identity\r\n" in seen[0]
    assert b"User-Agent: AgMission-Integration/test\r\n" in seen[0]


def test_a_download_is_repeated_quickly_until_its_first_bytes_came():
    ledger = RememberingLedger(KEPT)
    with loopback(answering(http(b"", "503 Busy"), http(b"log"))) as server:
        assert read_log(satloc(server.base_url, ledger, quick_repeats=1), 100) == b"log"
    assert [record.http_status for record in ledger.records] == [503, 200]


def test_the_record_of_a_download_is_written_when_it_is_over():
    ledger = RememberingLedger(KEPT)
    script = answering(http(b"x" * 1000))
    with loopback(script) as server, satloc(server.base_url, ledger).download_log("log-1", 10**6) as stream:
        assert ledger.records == []
        b"".join(stream.chunks)
    (record,) = ledger.records
    assert (record.outcome, record.bytes_in) == ("OK", 1000)
    assert record.redacted_url == "/api/Satloc/GetAircraftLogData?userId=user-1&logId=log-1"


def test_a_reader_that_fails_leaves_its_mark_in_the_record():
    ledger = RememberingLedger(KEPT)

    def read_badly(server):
        with satloc(server.base_url, ledger).download_log("log-1", 10):
            raise OSError("disk full")

    with loopback(answering(http(b"x"))) as server:
        assert str(error_of(read_badly, server)) == "disk full"
    assert ledger.records[0].error_message == "Stopped on our side by OSError."


def test_proxies_and_logins_of_the_environment_are_not_used(monkeypatch, tmp_path):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password secret\n")
    seen: list[bytes] = []

    def script(connection):
        seen.append(read_request(connection))
        connection.sendall(http(b"true"))

    with loopback(script) as server:
        satloc(server.base_url).ping()
    assert b"Authorization" not in seen[0]


def test_an_interim_answer_is_skipped():
    with loopback(answering(b"HTTP/1.1 100 Continue\r\n\r\n" + http(b"true"))) as server:
        assert satloc(server.base_url).ping() > timedelta(0)


def test_too_many_calls_is_no_unknown_outcome_on_a_real_socket():
    with loopback(answering(http(b"", "429 Slow down", "Retry-After: 5"))) as server:
        error = error_of(satloc(server.base_url).upload_job, job(), lambda: None)
    assert (type(error), error.retry_after) == (RateLimited, timedelta(seconds=5))

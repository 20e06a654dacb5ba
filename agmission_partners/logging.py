"""One record, one line: what a person reads in a terminal and a program can split."""

import logging
import time


class LineFormatter(logging.Formatter):
    """Times are UTC with milliseconds; `-` stands where nothing is to be correlated.

    A line break in a message cannot begin a line that looks like another record.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """The record's line; a traceback follows on lines of its own, indented."""
        record.correlation_id = getattr(record, "correlation_id", None) or "-"
        return super().format(record).replace("\n", "\n    ")


def probes_are_no_news(record: logging.LogRecord) -> bool:
    """Leaves out that `/readyz` answered 503: whoever asked was told why, and asks again every few seconds."""
    return getattr(getattr(record, "request", None), "path", "").rstrip("/") != "/readyz"

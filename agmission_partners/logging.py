"""One record, one line: what a person reads in a terminal, or what a program reads (LOG_FORMAT=json)."""

import logging
import time
from typing import Any

from django_guid import get_guid
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from work import in_hand

HUNG_ON = ("correlation_id", "request", "server_time", "data", "celery_parent_id", "celery_current_id")
"""What libraries hang on records: whole requests, arguments of tasks, and ids that stand under names of their own."""


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


class ObjectFormatter(JsonFormatter):
    """A JSON object a line: `time level logger message`, `requestId` of what set it off, and the ids of the work in hand:
    `task` (its kind), `attempt`, `account`, `assignment`, `log`, …, as far as they apply. A traceback is `exception`.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = LineFormatter.default_time_format
    default_msec_format = LineFormatter.default_msec_format

    def __init__(self) -> None:
        super().__init__(
            ["asctime", "levelname", "name", "message"],
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"},
            reserved_attrs=[*RESERVED_ATTRS, *HUNG_ON],
            json_default=str,
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """With what ties lines together."""
        request_id = {"requestId": get_guid()} if get_guid() else {}
        return {**log_data, **request_id, **in_hand.names()}


def probes_are_no_news(record: logging.LogRecord) -> bool:
    """Leaves out that `/readyz` answered 503: whoever asked was told why, and asks again every few seconds."""
    return getattr(getattr(record, "request", None), "path", "").rstrip("/") != "/readyz"

"""Taking a file from a request straight to disk, and no more of it than may be kept."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest

from accounts.rest.problems import TooLarge

FORM_OVERHEAD = 1 << 20
"""Bytes of a multipart body that are not the file's own."""


class BoundedUpload(TemporaryFileUploadHandler):
    """Writes files to disk as they come; stops a request whose files hold more than PARTNER_MAX_LOG_SIZE bytes."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._most: int = settings.HUB.max_log_size
        self._received = 0

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None) -> None:  # noqa: N803
        """Refuses a body before it is read that says itself that it is too long."""
        if content_length > self._most + FORM_OVERHEAD:
            raise self._too_large()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > self._most:
            self.upload_interrupted()
            raise self._too_large()
        super().receive_data_chunk(raw_data, start)

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The file is longer than the {self._most} bytes that PARTNER_MAX_LOG_SIZE allows.")

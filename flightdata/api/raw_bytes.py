"""Sending a file: whole, or the part of it that a client still lacks (RFC 9110, 14)."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from django.http import HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.rest.problems import ProblemResponse
from flightdata import store
from flightdata.exports import NotWritable
from flightdata.exports.stored import read_current
from flightdata.models import ApplicationFile

Result = TypeVar("Result")

logger = logging.getLogger(__name__)


def whole(*content_types: str) -> dict[Any, Any]:
    """The answer of an operation that sends a file of one of these types, for `extend_schema`."""
    names = [content_type.split(";")[0] for content_type in content_types]
    return {(200, name): OpenApiTypes.OBJECT if name.endswith("json") else OpenApiTypes.BINARY for name in names}


def described_as(*content_types: str) -> dict[Any, Any]:
    """The same where a part of it can be had, which is bytes, and where the client may know it already."""
    answers = whole(*content_types)
    return {**answers, **{(206, name): OpenApiTypes.BINARY for _, name in answers}, 304: None, 416: None}


DESCRIBED = described_as("application/octet-stream")
"""The same for a raw file."""

RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="Which bytes are still lacking: `bytes=1000-`.")
CHUNK = 1 << 18
LONGEST_NAME = 200
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\"<>|:*?]")


class Missing(APIException):
    """The database knows a file that the disk does not hold: somebody removed it, or DATA_DIR is another one."""

    status_code = HTTPStatus.INTERNAL_SERVER_ERROR
    default_detail = "The file is missing from the store of the hub; whoever runs it restores DATA_DIR from a backup."
    default_code = "fileMissing"


def present(path: Path) -> Path:
    """The path, where there is a file. Raises Missing."""
    if path.is_file():
        return path
    logger.error("%s is missing; restore DATA_DIR from a backup", path)
    raise Missing


def current(row: Any, column: str, read: Callable[[Path], Result]) -> Result:
    """What `read` makes of the file that the row's column names, or of the one that replaced it. Raises Missing."""
    try:
        found = read_current(row, column, read)
    except NotWritable as error:
        logger.error("%s", error)
        found = None
    if found is None:
        raise Missing
    return found


@dataclass(frozen=True)
class File:
    """A file that never changes: its bytes by number and SHA-256."""

    path: Path
    size: int
    sha256: str
    content_type: str = "application/octet-stream"


def raw(file: ApplicationFile) -> File:
    """The bytes as they came."""
    return File(store.path_of(file.storage_key), file.size, file.sha256)


def respond(request: Request, file: File, name: str) -> HttpResponseBase:
    """The bytes of `file` under a safe name. The entity tag is their SHA-256, so that a client may check what it got."""
    tag = f'"{file.sha256}"'
    if tag in [part.strip() for part in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponseNotModified(headers={"ETag": tag})
    wanted = request.headers.get("Range", "")
    part = None if request.headers.get("If-Range", tag) != tag else _part_of(wanted, file.size)
    if part is not None and not part:
        headers = {"Content-Range": f"bytes */{file.size}"}
        detail = f"The file has {file.size} bytes; {wanted} lies behind its end."
        return ProblemResponse(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, detail, headers=headers)
    return _send(file, part, tag, name)


def _send(file: File, part: range | None, tag: str, name: str) -> StreamingHttpResponse:
    whole = range(file.size)
    sent = whole if part is None else part
    source = present(file.path).open("rb")
    response = StreamingHttpResponse(
        _chunks(source, sent),
        status=HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT,
        content_type=file.content_type,
        headers={"ETag": tag, "Accept-Ranges": "bytes", "Content-Length": str(len(sent))},
    )
    response["Content-Disposition"] = attachment(name)
    if part is not None:
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    return response


def attachment(name: str) -> str:
    """Content-Disposition of a download under a safe name."""
    return content_disposition_header(as_attachment=True, filename=safe_name(name)) or ""


def _chunks(source: BinaryIO, sent: range) -> Iterator[bytes]:
    with source:
        source.seek(sent.start)
        left = len(sent)
        while left and (chunk := source.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _part_of(header: str, size: int) -> range | None:
    """The bytes asked for; None: all of them, also where several parts or another unit are asked for; empty: none there."""
    asked = _RANGE.fullmatch(header.replace(" ", ""))
    if asked is None or not any(asked.groups()):
        return None
    first, last = asked.groups()
    if not first:
        return range(max(0, size - int(last)), size) if int(last) else range(0)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1 if last else size, size))


def safe_name(name: str) -> str:
    """A partner's file name as the name of a download: never a path, nothing that a file system or header chokes on."""
    base = re.split(r"[/\\]", name)[-1]
    return _UNSAFE.sub("_", base).strip(" .")[-LONGEST_NAME:] or "flight.log"

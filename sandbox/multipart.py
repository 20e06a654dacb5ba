"""Reading multipart/form-data (RFC 7578) so that every part is kept byte for byte."""

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser


@dataclass(frozen=True)
class Part:
    """One part as received. `filename` is None for an ordinary field."""

    name: str
    filename: str | None
    headers: dict[str, str]
    content: bytes


class MalformedForm(ValueError):
    """The body is no multipart form; the text says why."""


def read_form(content_type: str, body: bytes) -> list[Part]:
    """All parts of `body` in order. Raises `MalformedForm`."""
    boundary = _boundary(content_type)
    sections = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(sections) < 2 or not sections[-1].startswith(b"--"):
        raise MalformedForm("the form does not end with its closing boundary")
    return [_part(section) for section in sections[1:-1]]


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        raise MalformedForm("Content-Type must be multipart/form-data with a boundary")
    return boundary.encode()


def _part(section: bytes) -> Part:
    head, separator, content = section.partition(b"\r\n\r\n")
    if not separator:
        raise MalformedForm("a part has no blank line after its headers")
    headers = BytesHeaderParser().parsebytes(head.lstrip(b"\r\n"))
    name = headers.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise MalformedForm("a part has no name")
    return Part(name, headers.get_filename(), {key: str(value) for key, value in headers.items()}, content)

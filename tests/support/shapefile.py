"""A reader of zipped shapefiles after ESRI's technical description of 1998: it shares nothing with what wrote them."""

import io
import struct
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import shapely

POLYGON = 5


def read(packed: bytes) -> dict[str, list[tuple[dict[str, Any], shapely.Polygon]]]:
    """For each shapefile in the zip, by its name, the attributes and the shape of each record."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name) for name in archive.namelist()}
    stems = {name.removesuffix(".shp") for name in parts if name.endswith(".shp")}
    assert set(parts) == {f"{stem}.{kind}" for stem in stems for kind in ("shp", "shx", "dbf", "prj", "cpg")}
    return {stem: _layer(parts, stem) for stem in stems}


def _layer(parts: dict[str, bytes], stem: str) -> list[tuple[dict[str, Any], shapely.Polygon]]:
    assert parts[f"{stem}.cpg"] == b"UTF-8"
    assert b'"GCS_WGS_1984"' in parts[f"{stem}.prj"]
    return list(zip(_attributes(parts[f"{stem}.dbf"]), _shapes(parts[f"{stem}.shp"]), strict=True))


def _shapes(content: bytes) -> Iterator[shapely.Polygon]:
    assert struct.unpack(">i", content[:4]) == (9994,)
    assert struct.unpack("<ii", content[28:36]) == (1000, POLYGON)
    place = 100
    while place < len(content):
        _, words = struct.unpack(">ii", content[place : place + 8])
        yield _polygon(content[place + 8 : place + 8 + 2 * words])
        place += 8 + 2 * words


def _polygon(record: bytes) -> shapely.Polygon:
    """One exterior ring, clockwise, and its holes."""
    kind, rings, count = struct.unpack("<i32xii", record[:44])
    assert kind == POLYGON
    starts = [*struct.unpack(f"<{rings}i", record[44 : 44 + 4 * rings]), count]
    flat = struct.unpack(f"<{2 * count}d", record[44 + 4 * rings :])
    corners = list(zip(flat[::2], flat[1::2], strict=True))
    parts = [corners[start:end] for start, end in pairwise(starts)]
    turns = [shapely.LinearRing(ring).is_ccw for ring in parts]
    assert turns == [False, *[True] * (rings - 1)]
    return shapely.Polygon(parts[0], parts[1:])


def _attributes(content: bytes) -> Iterator[dict[str, Any]]:
    count, head, size = struct.unpack("<IHH", content[4:12])
    fields, place = [], 32
    while content[place] != 0x0D:
        name, kind, width = struct.unpack("<11sc4xB", content[place : place + 17])
        fields.append((name.rstrip(b"\0").decode("ascii"), kind, width))
        place += 32
    for start in range(head, head + count * size, size):
        yield dict(_values(content[start + 1 : start + size], fields))


def _values(record: bytes, fields: list[tuple[str, bytes, int]]) -> Iterator[tuple[str, Any]]:
    for name, kind, width in fields:
        text, record = record[:width].decode("utf-8").strip(), record[width:]
        yield name, text if kind == b"C" else float(text) if text.strip("*") else None

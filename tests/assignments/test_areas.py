"""What is a field and what is not."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assignments import areas
from tests.support.scene import FIELD

SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
HOLE = [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4], [0.2, 0.4], [0.2, 0.2]]


def collection(geometry: Any, properties: Any = None) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": properties, "geometry": geometry}]}


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


@pytest.mark.parametrize(
    "good",
    [
        FIELD,
        areas.EMPTY,
        collection(polygon(SQUARE)),
        collection(polygon(SQUARE, HOLE)),
        collection({"type": "MultiPolygon", "coordinates": [[SQUARE], [[[x + 2, y] for x, y in SQUARE]]]}),
        collection(polygon([[*position, 250.0] for position in SQUARE])),
        collection(polygon(SQUARE), {"name": None, "appRate": 0, "crop": {"any": "thing"}}),
    ],
)
def test_areas_that_can_be_flown_are_kept(good: Any) -> None:
    assert areas.faults(good) == []


@pytest.mark.parametrize(
    ("geometry", "path", "code"),
    [
        (None, "", "notAPolygon"),
        ({"type": "Point", "coordinates": [0, 0]}, "", "notAPolygon"),
        ({"type": "GeometryCollection", "geometries": []}, "", "notAPolygon"),
        (polygon(), ".coordinates", "invalid"),
        ({"type": "Polygon"}, ".coordinates", "invalid"),
        ({"type": "MultiPolygon", "coordinates": []}, ".coordinates", "invalid"),
        ({"type": "MultiPolygon", "coordinates": [SQUARE]}, ".coordinates[0][0]", "invalid"),
        (polygon(SQUARE[:3]), ".coordinates[0]", "invalid"),
        (polygon(SQUARE[:4]), ".coordinates[0]", "notClosed"),
        (polygon([[181, 0], *SQUARE]), ".coordinates[0][0]", "invalid"),
        (polygon([*SQUARE[:2], [0, 91], *SQUARE[2:]]), ".coordinates[0][2]", "invalid"),
        (polygon([["0", "0"], *SQUARE]), ".coordinates[0][0]", "invalid"),
        (polygon([[True, 0], *SQUARE]), ".coordinates[0][0]", "invalid"),
        (polygon([[0], *SQUARE]), ".coordinates[0][0]", "invalid"),
        (polygon([[float("inf"), 0], *SQUARE]), ".coordinates[0][0]", "invalid"),
        (polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]), "", "invalidGeometry"),
        (polygon(SQUARE, [[x + 5, y] for x, y in HOLE]), "", "invalidGeometry"),
        (polygon([[0, 0], [1, 1], [2, 2], [0, 0]]), "", "invalidGeometry"),
    ],
)
def test_what_cannot_be_flown_is_named_by_its_place(geometry: Any, path: str, code: str) -> None:
    faults = areas.faults(collection(geometry))
    assert [(fault.path, fault.code) for fault in faults] == [(f"features[0].geometry{path}", code)]


@pytest.mark.parametrize("wrong", [None, [], "x", {}, {"type": "Feature"}, {"type": "FeatureCollection"}, polygon(SQUARE)])
def test_what_is_no_collection_is_refused(wrong: Any) -> None:
    assert len(areas.faults(wrong)) == 1


@pytest.mark.parametrize("properties", [[], "x", {"name": 5}, {"name": "x" * 201}, {"appRate": -1}, {"appRate": "20"}])
def test_wrong_properties_are_named(properties: Any) -> None:
    (fault,) = areas.faults(collection(polygon(SQUARE), properties))
    assert fault.path.startswith("features[0].properties")


def test_every_feature_is_looked_at() -> None:
    many = {"type": "FeatureCollection", "features": [None, *FIELD["features"], 5]}  # type: ignore[misc]
    assert [fault.path for fault in areas.faults(many)] == ["features[0]", "features[2]"]


def test_heights_are_left_out_and_the_rest_is_kept() -> None:
    given_ = collection(polygon([[*position, 250.0] for position in SQUARE]), None)
    before = copy.deepcopy(given_)
    kept = areas.cleaned(given_)
    assert kept["features"][0]["geometry"]["coordinates"] == [SQUARE]
    assert kept["features"][0]["properties"] == {}
    assert given_ == before


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5) | st.sampled_from(["Polygon", "MultiPolygon"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates", "name", "x"]), inner),
    max_leaves=20,
)


@given(json_values, json_values)
def test_nothing_makes_it_break_down(coordinates: Any, properties: Any) -> None:
    for kind in areas.KINDS:
        areas.faults(collection({"type": kind, "coordinates": coordinates}, properties))
    areas.faults(collection(coordinates))
    areas.faults(coordinates)

"""Generated flights: parallel passes over polygons, as an agricultural aircraft flies them.

Each polygon is flown along its longest edge, one pass per swath width, back and forth with a half-turn outside.
Spray is on exactly where the line of a pass lies inside the polygon, so exclusions (interior rings) stay dry.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import affinity, make_valid
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

GROUND_SPEED = 62.0  # m/s, a turbine ag aircraft at work
RUN_IN = 150.0  # metres flown straight before and after the sprayed part of a pass
TURN_DEPTH = 260.0  # metres a half-turn reaches beyond the end of the pass
TURN_POINTS = 24
WORK_ALTITUDE = 303.0  # metres, with the climb of TURN_CLIMB in each turn
TURN_CLIMB = 25.0
WOBBLE = 0.2  # metres off the line at most
MAX_RECORDS = 500_000

Metres = NDArray[np.float64]


class NotFlyable(ValueError):
    """The areas cannot be flown; the text says why."""


@dataclass(frozen=True)
class Track:
    """One flight, one entry per record: milliseconds since its start, WGS 84 degrees, metres, m/s, spray 0 or 1."""

    milliseconds: NDArray[np.int64]
    latitude: Metres
    longitude: Metres
    altitude: Metres
    speed: Metres
    spray: NDArray[np.int64]


@dataclass(frozen=True)
class Waypoint:
    """A corner of the flight path in metres; `spray` holds from here to the next one."""

    x: float
    y: float
    spray: bool = False


class LocalFrame:
    """Metres east and north of a point, on the plane that touches WGS 84 there; good for some tens of kilometres."""

    def __init__(self, longitude: float, latitude: float) -> None:
        self.longitude, self.latitude = longitude, latitude
        sine = math.sin(math.radians(latitude))
        curvature = 1 - 0.00669437999014 * sine * sine
        self.north = math.radians(6378137.0 * (1 - 0.00669437999014) / curvature**1.5)
        self.east = math.radians(6378137.0 / math.sqrt(curvature)) * math.cos(math.radians(latitude))

    def project(self, polygon: Polygon) -> Polygon:
        """`polygon` from degrees to metres."""
        return affinity.affine_transform(
            polygon, [self.east, 0, 0, self.north, -self.longitude * self.east, -self.latitude * self.north]
        )


def fly(polygons: tuple[Polygon, ...], swath_width: float, records_per_second: float, seed: int) -> Track:
    """A flight over `polygons` (degrees) with passes `swath_width` metres apart. The same arguments give the same
    flight. Raises `NotFlyable`."""
    west, south, east, north = _bounds(polygons)
    if east - west > 1 or north - south > 1:
        raise NotFlyable("the areas lie more than one degree apart")
    frame = LocalFrame((west + east) / 2, (south + north) / 2)
    # make_valid may leave lines beside polygons; a buffer of nothing keeps the polygons.
    projected = [make_valid(frame.project(polygon)).buffer(0) for polygon in polygons]
    seconds = sum(shape.area for shape in projected) / swath_width / GROUND_SPEED
    if seconds * records_per_second > MAX_RECORDS:
        raise NotFlyable(f"a flight over the areas would have more than {MAX_RECORDS} records")
    path = [point for shape in projected for point in _path_over(shape, swath_width)]
    if len(path) < 2:
        raise NotFlyable("no pass crosses the areas")
    return _sample(path, frame, records_per_second, np.random.default_rng(seed))


def _bounds(polygons: tuple[Polygon, ...]) -> tuple[float, float, float, float]:
    boxes = np.array([polygon.bounds for polygon in polygons])
    west, south = boxes[:, :2].min(axis=0)
    east, north = boxes[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _longest_edge(shape: BaseGeometry) -> float:
    """Direction of the longest outer edge, in radians against the x axis."""
    outline = shape.convex_hull if shape.geom_type != "Polygon" else shape
    corners = np.array(outline.exterior.coords)
    edges = np.diff(corners, axis=0)
    x, y = edges[np.argmax(np.hypot(edges[:, 0], edges[:, 1]))]
    return math.atan2(y, x)


def _path_over(shape: BaseGeometry, swath_width: float) -> list[Waypoint]:
    """The way over one area: its passes, joined by half-turns."""
    angle = _longest_edge(shape)
    level = affinity.rotate(shape, -angle, origin=(0, 0), use_radians=True)
    path: list[Waypoint] = []
    for number, (y, segments) in enumerate(_passes(level, swath_width)):
        eastward = number % 2 == 0
        leg = _leg(y, segments, eastward)
        path += [*_turn(path[-1], leg[0], eastward), *leg] if path else leg
    cosine, sine = math.cos(angle), math.sin(angle)
    return [Waypoint(p.x * cosine - p.y * sine, p.x * sine + p.y * cosine, p.spray) for p in path]


def _passes(level: BaseGeometry, swath_width: float) -> list[tuple[float, list[tuple[float, float]]]]:
    """Each pass as its y and the stretches of x inside the area, ascending; strips are centred over the area."""
    west, south, east, north = level.bounds
    count = max(1, math.ceil((north - south) / swath_width))
    first = (south + north) / 2 - (count - 1) * swath_width / 2
    passes = []
    for y in (first + number * swath_width for number in range(count)):
        inside = level.intersection(LineString([(west - 1, y), (east + 1, y)]))
        lines = [part for part in getattr(inside, "geoms", [inside]) if part.geom_type == "LineString"]
        segments = sorted((line.bounds[0], line.bounds[2]) for line in lines if line.length > 1)
        if segments:
            passes.append((y, segments))
    return passes


def _leg(y: float, segments: list[tuple[float, float]], eastward: bool) -> list[Waypoint]:
    """One pass from run-in to run-out."""
    points = [Waypoint(segments[0][0] - RUN_IN, y)]
    for start, end in segments:
        points += [Waypoint(start, y, spray=True), Waypoint(end, y)]
    points.append(Waypoint(segments[-1][1] + RUN_IN, y))
    if eastward:
        return points
    # Backwards, each stretch takes the state of the corner that used to begin it.
    states = [*(point.spray for point in points[-2::-1]), False]
    return [Waypoint(point.x, point.y, spray) for point, spray in zip(points[::-1], states, strict=True)]


def _turn(start: Waypoint, end: Waypoint, eastward: bool) -> list[Waypoint]:
    """A half-turn between two passes, without its two ends. `eastward`: the pass that comes next."""
    depth = -TURN_DEPTH if eastward else TURN_DEPTH
    angles = np.linspace(0, math.pi, TURN_POINTS + 2)[1:-1]
    along = (1 - np.cos(angles)) / 2
    xs = start.x + (end.x - start.x) * along + depth * np.sin(angles)
    ys = start.y + (end.y - start.y) * along
    return [Waypoint(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]


def _sample(path: list[Waypoint], frame: LocalFrame, records_per_second: float, random: np.random.Generator) -> Track:
    """Records at a steady rate, and three more where spray switches, as loggers write them: on, still on, off."""
    corners = np.array([(point.x, point.y) for point in path])
    spray = np.array([point.spray for point in path])
    steps = np.hypot(*np.diff(corners, axis=0).T)
    seconds = np.concatenate([[0.0], np.cumsum(steps)]) / GROUND_SPEED
    switched = np.diff(np.concatenate([[False], spray]).astype(np.int8))
    milliseconds = np.round(seconds * 1000).astype(np.int64)
    on, off = milliseconds[switched == 1], milliseconds[switched == -1]
    grid = np.round(np.arange(0, seconds[-1], 1 / records_per_second) * 1000).astype(np.int64)
    times = np.unique(np.concatenate([grid, on, off - 1, off]))
    spraying = np.searchsorted(on, times, "right") - np.searchsorted(off, times, "right")

    at = times / 1000
    phase = random.uniform(0, 2 * math.pi, 4)
    x = np.interp(at, seconds, corners[:, 0]) + WOBBLE * np.sin(at / 7 + phase[0])
    y = np.interp(at, seconds, corners[:, 1]) + WOBBLE * np.sin(at / 9 + phase[1])
    return Track(
        milliseconds=times,
        latitude=frame.latitude + y / frame.north,
        longitude=frame.longitude + x / frame.east,
        altitude=WORK_ALTITUDE + TURN_CLIMB * _between_passes(at, on / 1000, off / 1000) + np.sin(at / 5 + phase[2]),
        speed=GROUND_SPEED + 0.4 * np.sin(at / 11 + phase[3]) + random.normal(0, 0.1, len(at)),
        spray=spraying.astype(np.int64),
    )


def _between_passes(at: Metres, on: Metres, off: Metres) -> Metres:
    """0 while spray is on or near, rising to 1 some seconds away from it."""
    switches = np.sort(np.concatenate([on, off]))
    place = np.searchsorted(switches, at)
    before = np.abs(at - switches[np.clip(place - 1, 0, len(switches) - 1)])
    after = np.abs(at - switches[np.clip(place, 0, len(switches) - 1)])
    away = np.clip((np.minimum(before, after) - 2) / 4, 0, 1)
    return np.where(place % 2 == 1, 0.0, away)

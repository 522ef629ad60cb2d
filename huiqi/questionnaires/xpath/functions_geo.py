"""Functions about places on the earth: a sphere with the radius of the equator, as the specification says."""

import math

from huiqi.questionnaires.xpath.scene import Scene
from huiqi.questionnaires.xpath.tree import Node
from huiqi.questionnaires.xpath.values import NAN, Value, to_string

# WGS 84; OpenRosa's clients reckon with the equator's radius.
RADIUS_M = 6_378_100.0
Point = tuple[float, float]


def point_of(text: str) -> Point | None:
    """(latitude, longitude) in degrees of a geopoint such as "28.2 112.9 40 5", or None."""
    parts = text.split()
    if not 2 <= len(parts) <= 4:
        return None
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    if not all(math.isfinite(one) for one in numbers):
        return None
    return (numbers[0], numbers[1]) if abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 else None


def _points(values: tuple[Value, ...]) -> list[Point] | None:
    texts: list[str] = []
    for value in values:
        found = [node.value for node in value] if isinstance(value, list) else [to_string(value)]
        for text in found:
            texts += [part for part in text.split(";") if part.strip()]
    points = [point_of(text) for text in texts]
    return None if any(point is None for point in points) else [one for one in points if one]


def _apart(one: Point, other: Point) -> float:
    """Metres along the great circle (haversine)."""
    north, east = math.radians(other[0] - one[0]), math.radians(other[1] - one[1])
    half = math.sin(north / 2) ** 2
    half += math.cos(math.radians(one[0])) * math.cos(math.radians(other[0])) * math.sin(east / 2) ** 2
    return 2 * RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def distance(_scene: Scene, _node: Node, *values: Value) -> float:
    points = _points(values)
    if points is None:
        return NAN
    return float(sum(_apart(one, other) for one, other in zip(points, points[1:], strict=False)))


def area(_scene: Scene, _node: Node, value: Value) -> float:
    points = _points((value,))
    if points is None:
        return NAN
    if len(points) < 3:
        return 0.0
    total = 0.0
    for (south, west), (north, east) in zip(points, [*points[1:], points[0]], strict=True):
        total += math.radians(east - west) * (
            2 + math.sin(math.radians(south)) + math.sin(math.radians(north))
        )
    return abs(total * RADIUS_M * RADIUS_M / 2)


def geofence(_scene: Scene, _node: Node, point: str, shape: str) -> bool:
    """True when the point lies in the shape (even-odd rule in degrees)."""
    place, corners = point_of(point), _points((shape,))
    if place is None or not corners:
        return False
    inside = False
    for (y1, x1), (y2, x2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y1 > place[0]) != (y2 > place[0]) and place[1] < (x2 - x1) * (place[0] - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside

"""Gauss-Krüger on the CGCS2000 ellipsoid, both ways, by the Krüger series to n^4 (micrometres within 3°).

X is the northing and comes first, Y the easting with false easting 500 km, as on Chinese paper. With zone
prefix: 3° zones 25–45 (central meridian 3n), 6° zones 13–23 (6n − 3).
"""

from math import asin, atan, atanh, cos, cosh, degrees, radians, sin, sinh, sqrt

A = 6378137.0  # CGCS2000 semi-major axis, metres
F = 1 / 298.257222101
N = F / (2 - F)
E = sqrt(F * (2 - F))
RADIUS = A / (1 + N) * (1 + N**2 / 4 + N**4 / 64)  # of the rectifying sphere
FALSE_EASTING = 500_000.0
PREFIX = 1_000_000
ALPHA = (
    N / 2 - 2 / 3 * N**2 + 5 / 16 * N**3 + 41 / 180 * N**4,
    13 / 48 * N**2 - 3 / 5 * N**3 + 557 / 1440 * N**4,
    61 / 240 * N**3 - 103 / 140 * N**4,
    49561 / 161280 * N**4,
)
BETA = (
    N / 2 - 2 / 3 * N**2 + 37 / 96 * N**3 - 1 / 360 * N**4,
    1 / 48 * N**2 + 1 / 15 * N**3 - 437 / 1440 * N**4,
    17 / 480 * N**3 - 37 / 840 * N**4,
    4397 / 161280 * N**4,
)


def zone_of(lon: float) -> int:
    """Number of the 3° zone holding a longitude in degrees: 111.51 → 37."""
    return int((lon + 1.5) // 3)


def meridian_of(zone: int) -> int:
    """Central meridian in degrees of zone 25–45 (3°) or 13–23 (6°); ValueError for any other number."""
    if 25 <= zone <= 45:
        return 3 * zone
    if 13 <= zone <= 23:
        return 6 * zone - 3
    raise ValueError(f"no Chinese Gauss-Krüger zone {zone}")


def to_gk(lon: float, lat: float, cm: float | None = None, zone_prefix: bool = True) -> tuple[float, float]:
    """(X, Y) in metres of a CGCS2000 point in degrees, in the 3° zone of its longitude unless `cm` is given.

    ValueError if a prefix is asked for a central meridian that no 3° zone has.
    """
    cm = 3 * zone_of(lon) if cm is None else cm
    if zone_prefix and cm % 3:
        raise ValueError(f"central meridian {cm} has no 3° zone number")
    xi, eta = _sphere(radians(lon - cm), radians(lat))
    north, east = xi, eta
    for j, a in enumerate(ALPHA, start=1):
        north += a * sin(2 * j * xi) * cosh(2 * j * eta)
        east += a * cos(2 * j * xi) * sinh(2 * j * eta)
    prefix = int(cm // 3) * PREFIX if zone_prefix else 0
    return RADIUS * north, RADIUS * east + FALSE_EASTING + prefix


def from_gk(x: float, y: float, cm: float | None = None) -> tuple[float, float]:
    """(lon, lat) in degrees of a CGCS2000 X, Y in metres.

    The zone is read from an 8-digit Y; a Y without prefix needs `cm` (degrees), else ValueError, as it is if
    both are given and disagree.
    """
    zone, y = divmod(y, PREFIX)
    if zone:
        named = meridian_of(int(zone))
        if cm is not None and cm != named:
            raise ValueError(f"zone {int(zone)} has central meridian {named}, not {cm}")
        cm = named
    if cm is None:
        raise ValueError("a Y without zone prefix needs its central meridian")
    return _unproject(x / RADIUS, (y - FALSE_EASTING) / RADIUS, cm)


def _sphere(dlon: float, lat: float) -> tuple[float, float]:
    """Gauss-Schreiber coordinates (xi, eta) through the conformal latitude."""
    s = sin(lat)
    t = sinh(atanh(s) - E * atanh(E * s))
    return _xi(t, dlon), atanh(sin(dlon) / sqrt(1 + t * t))


def _xi(t: float, dlon: float) -> float:
    return atan(t / cos(dlon))


def _unproject(north: float, east: float, cm: float) -> tuple[float, float]:
    xi, eta = north, east
    for j, b in enumerate(BETA, start=1):
        xi -= b * sin(2 * j * north) * cosh(2 * j * east)
        eta -= b * cos(2 * j * north) * sinh(2 * j * east)
    conformal = asin(sin(xi) / cosh(eta))
    return cm + degrees(atan(sinh(eta) / cos(xi))), degrees(_geodetic(conformal))


def _geodetic(conformal: float) -> float:
    """Latitude from conformal latitude (radians) by fixed-point iteration; it gains two digits a turn."""
    lat = conformal
    for _ in range(8):
        s = sin(lat)
        lat = atan(sinh(atanh(sin(conformal)) + E * atanh(E * s)))
    return lat

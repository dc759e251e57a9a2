import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from minewatch.lib.gauss_kruger import from_gk, meridian_of, to_gk, zone_of

COUNTIES = [  # domain.md F.1, computed with pyproj
    ("偏关", 111.51, 39.44, 4367476.78, 37543904.65),
    ("交城", 112.16, 37.55, 4158183.98, 37602506.90),
    ("市中", 117.56, 34.86, 3859204.44, 39551208.58),
    ("新宾", 125.04, 41.73, 4622093.22, 42420127.50),
    ("鹿寨", 109.75, 24.47, 2707919.30, 37373269.82),
]
PROJ = {
    zone: Transformer.from_crs("EPSG:4490", f"EPSG:{4488 + zone}", always_xy=True) for zone in range(25, 46)
}
LONS, LATS = st.floats(73.5, 135), st.floats(3, 54)


@pytest.mark.parametrize(("county", "lon", "lat", "x", "y"), COUNTIES)
def test_the_five_counties_to_the_centimetre(county, lon, lat, x, y):
    assert to_gk(lon, lat) == pytest.approx((x, y), abs=0.01)
    assert from_gk(x, y) == pytest.approx((lon, lat), abs=1e-7)


@given(LONS, LATS)
def test_the_series_agrees_with_proj_to_a_hundredth_of_a_millimetre(lon, lat):
    x, y = to_gk(lon, lat)
    east, north = PROJ[zone_of(lon)].transform(lon, lat)
    assert (x, y) == pytest.approx((north, east), abs=1e-5)


@given(LONS, LATS)
def test_there_and_back_is_the_same_point(lon, lat):
    assert from_gk(*to_gk(lon, lat)) == pytest.approx((lon, lat), abs=1e-10)


@given(st.integers(25, 45), st.floats(-3, 3), LATS)
def test_a_neighbouring_zone_may_be_asked_for(zone, offset, lat):
    x, y = to_gk(3 * zone + offset, lat, cm=3 * zone, zone_prefix=False)
    assert from_gk(x, y, cm=3 * zone) == pytest.approx((3 * zone + offset, lat), abs=1e-9)


def test_a_county_on_two_zones_takes_the_zone_of_its_point():
    assert (zone_of(124.25), zone_of(125.45)) == (41, 42)
    assert (zone_of(109.47), zone_of(109.75)) == (36, 37)


def test_six_degree_zones_have_their_own_numbers():
    proj = Transformer.from_crs("EPSG:4490", "EPSG:4497", always_xy=True)  # zone 19, 111°E
    east, north = proj.transform(112.6, 37.5)
    assert from_gk(north, east) == pytest.approx((112.6, 37.5), abs=1e-9)
    assert meridian_of(19) == 111


def test_a_y_without_prefix_needs_its_meridian():
    with pytest.raises(ValueError, match="central meridian"):
        from_gk(4367476.78, 543904.65)


def test_a_prefix_and_another_meridian_contradict():
    with pytest.raises(ValueError, match="not 114"):
        from_gk(4367476.78, 37543904.65, cm=114)


@pytest.mark.parametrize("zone", [0, 12, 24, 46])
def test_there_are_no_other_zones(zone):
    with pytest.raises(ValueError, match="zone"):
        meridian_of(zone)


def test_a_prefix_needs_a_three_degree_meridian():
    with pytest.raises(ValueError, match="zone number"):
        to_gk(111.5, 39.4, cm=112)

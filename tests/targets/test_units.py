"""Units turn flow units into those of the data, or into pixels, and back."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from flowviz.errors import SpecError, TargetError
from flowviz.records import FLOW_UNITS, Units
from flowviz.specs import MixSpec, Part, PointsSpec, ShapeSpec, TextSpec, target_spec
from flowviz.targets import build_target, has_pixels, image_spec, points_spec, read_drawing, spec_units, target_units
from tests.targets.pictures import encoded

RNG = np.random.default_rng(0)
DATA = RNG.multivariate_normal((300, -5), ((2500, 4), (4, 0.01)), 2000)
TEXT, SHAPE = TextSpec(text="ox"), ShapeSpec(name="two_moons")
TWO_TEXTS = MixSpec(parts=(Part(source=TEXT), Part(source=TextSpec(text="no"))))


@given(
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    st.tuples(st.floats(1e-3, 1e6), st.floats(-1e6, -1e-3)),
)
def test_values_and_points_are_inverses_of_each_other(origin: tuple[float, float], scale: tuple[float, float]) -> None:
    units, points = Units(origin, scale), RNG.normal(size=(50, 2))
    np.testing.assert_allclose(units.points(units.values(points)), points, rtol=1e-6, atol=1e-6)
    assert units.log_det == pytest.approx(np.log(abs(scale[0] * scale[1])))


def test_flow_units_change_nothing() -> None:
    points = RNG.normal(size=(5, 2)).astype(np.float32)
    assert FLOW_UNITS.values(points) is points
    assert FLOW_UNITS.points(points) is points
    assert FLOW_UNITS.log_density(points[:, 0]).dtype == np.float32


def test_samples_of_a_table_have_the_moments_of_the_data() -> None:
    spec = points_spec(DATA)
    drawn = spec_units(spec, "data").values(build_target(spec).sample(50_000, RNG))
    np.testing.assert_allclose(drawn.mean(axis=0), DATA.mean(axis=0), atol=5)
    np.testing.assert_allclose(drawn.std(axis=0), DATA.std(axis=0), rtol=0.05)


def test_axes_of_a_table_have_scales_of_their_own_only_if_it_would_look_like_a_line() -> None:
    normal = RNG.normal(size=(500, 2))
    for deviations, is_shared in (((3, 1), True), ((1, 9), True), ((1, 20), False), ((50, 1e-9), False)):
        spec = points_spec(normal * deviations + (7, -2))
        target = build_target(spec)
        assert (spec.unit[0] == spec.unit[1]) == is_shared
        values = target.units.values(target.sample(20_000, RNG))
        np.testing.assert_allclose(values.std(axis=0), normal.std(axis=0) * deviations, rtol=0.1)
        np.testing.assert_allclose(values.mean(axis=0), (7, -2), atol=0.2 * max(deviations))
        spread = spec.rows.std(axis=0)
        assert spread.max() == pytest.approx(1, abs=1e-3)
        assert spread.min() > 0.09
        same = target_spec(json.loads(spec.model_dump_json()))
        assert same == spec
        assert target_units(build_target(same), "data") == target.units


def test_tables_in_files_of_older_versions_keep_their_scale() -> None:
    """Such a table has one scale, even if it looks like a line: the flow has learned it so."""
    rows = (RNG.normal(size=(500, 2)) * (1, 0.002)).astype("<f4")
    spec = PointsSpec(data=rows.tobytes(), center=(300, -5), unit=50)
    assert spec.unit == (50, 50)
    assert json.loads(spec.model_dump_json())["unit"] == 50
    target = build_target(spec)
    assert target.units.scale[0] == target.units.scale[1]
    assert target.units.scale[0] == pytest.approx(50, rel=0.1)
    assert target.sample(1000, RNG)[:, 1].std() < 0.01


def test_constant_column_is_a_line_whatever_its_rounding_errors() -> None:
    points = np.stack([RNG.normal(size=500), np.full(500, 0.1)], axis=1)
    for noise in (0, 1e-16):
        with pytest.raises(TargetError, match="on a line"):
            points_spec(points + noise * RNG.normal(size=points.shape))


def test_a_spec_and_its_target_have_the_same_units() -> None:
    spec = points_spec(DATA)
    assert spec_units(spec, "data") == target_units(build_target(spec), "data")


def test_other_targets_have_flow_units() -> None:
    assert spec_units(TEXT, "data") == spec_units(SHAPE, "data") == FLOW_UNITS
    assert spec_units(points_spec(DATA), "flow") == FLOW_UNITS


def test_ink_lies_in_the_pixels_of_its_picture() -> None:
    target = build_target(TEXT)
    pixels = target_units(target, "pixels").values(target.sample(5000, RNG))
    rows, columns = target.mask.shape
    assert (pixels > 0).all()
    assert (pixels < (columns, rows)).all()
    column, row = np.floor(pixels).astype(int).T
    assert target.mask[row, column].mean() > 0.99  # float32 rounds a few points over the edge of a pixel


def test_unknown_units_are_refused() -> None:
    for name in ("foo", "pixel"):
        with pytest.raises(SpecError, match="no units named"):
            spec_units(TEXT, name)  # type: ignore[arg-type]


def large_picture() -> Image.Image:
    """White, with ink at x from 3000 to 3900 and y from 2000 to 2900."""
    picture = Image.new("L", (4000, 3000), 255)
    picture.paste(0, (3000, 2000, 3900, 2900))
    return picture


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("grayscale", [False, True])
def test_pixels_are_those_of_the_file_even_if_it_is_downscaled(form: str, grayscale: bool) -> None:
    spec = image_spec(encoded(large_picture(), form)).model_copy(update={"grayscale": grayscale})
    assert spec.size == (4000, 3000)
    pixels = spec_units(spec, "pixels").values(build_target(spec).sample(5000, RNG))
    np.testing.assert_allclose(np.quantile(pixels, (0.01, 0.99), axis=0), [(3009, 2009), (3891, 2891)], atol=8)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_pixels_are_those_of_the_upright_picture(form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise: x = 3000 − y, y = x
    spec = image_spec(encoded(large_picture(), form, exif=exif))
    assert spec.size == (3000, 4000)
    pixels = spec_units(spec, "pixels").values(build_target(spec).sample(5000, RNG))
    np.testing.assert_allclose(np.quantile(pixels, (0.01, 0.99), axis=0), [(109, 3009), (991, 3891)], atol=8)


def test_pixels_of_an_opened_drawing_are_those_of_its_file(tmp_path: Path) -> None:
    large_picture().save(tmp_path / "drawing.png")
    spec = read_drawing(tmp_path / "drawing.png")
    pixels = spec_units(spec, "pixels").values(build_target(spec).sample(5000, RNG))
    np.testing.assert_allclose(np.quantile(pixels, (0.01, 0.99), axis=0), [(3009, 2009), (3891, 2891)], atol=8)


def test_a_picture_of_unknown_size_has_its_own_pixels() -> None:
    spec = image_spec(encoded(large_picture(), "PNG")).model_copy(update={"size": None})
    with Image.open(BytesIO(spec.png)) as small:
        pixels = spec_units(spec, "pixels").values(build_target(spec).sample(5000, RNG))
        assert (pixels < small.size).all()


def test_targets_without_pixels_say_so() -> None:
    for spec in (SHAPE, points_spec(DATA)):
        assert not has_pixels(spec)
        with pytest.raises(TargetError, match="has no pixels"):
            spec_units(spec, "pixels")


@pytest.mark.parametrize("spec", [TEXT, TWO_TEXTS])
def test_targets_with_pixels_have_pixel_units(spec: TextSpec | MixSpec) -> None:
    assert has_pixels(spec)
    assert spec_units(spec, "pixels").scale[0] > 1

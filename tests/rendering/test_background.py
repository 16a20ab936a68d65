"""Pictures without a background, and without axes or words."""

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.records import Scene
from flowviz.rendering import render_frame, render_sheet
from flowviz.rendering.colors import SURROUNDINGS
from flowviz.rendering.raster import RGBA
from flowviz.specs import PictureSize, ViewSpec
from flowviz.specs.view import Mark, Theme
from tests.rendering.scenes import full

SIZE = PictureSize(width=420, height=300)
MARKS: list[set[Mark]] = [{"points"}, {"density", "points"}, {"grid", "points", "paths"}, {"density", "grid"}]


def over(picture: RGBA, theme: Theme) -> NDArray[np.float64]:
    """The picture laid over the background of a theme."""
    alpha = picture[..., 3:] / 255
    return np.asarray(picture[..., :3] * alpha + np.array(SURROUNDINGS[theme].background) * (1 - alpha))


@pytest.mark.parametrize(("theme", "beside"), [("light", False), ("dark", True)])
@pytest.mark.parametrize("marks", MARKS)
def test_a_transparent_picture_over_the_ground_is_the_solid_one(theme: Theme, marks: set[Mark], beside: bool) -> None:
    scene = full()
    solid = ViewSpec(theme=theme, marks=frozenset(marks), beside=beside)
    clear = solid.model_copy(update={"background": "transparent"})
    for stage in (0.0, 0.3, 2.0):
        picture = render_frame(scene, stage, clear, SIZE, "title")
        assert (picture[..., 3] == 0).mean() > 0.3
        expected = render_frame(scene, stage, solid, SIZE, "title")
        assert (expected[..., 3] == 255).all()
        assert np.abs(over(picture, theme) - expected[..., :3]).max() <= 2
    sheet = render_sheet(scene, clear, SIZE)
    assert np.abs(over(sheet, theme) - render_sheet(scene, solid, SIZE)[..., :3]).max() <= 2


def test_the_color_of_a_rim_is_that_of_its_point() -> None:
    """A point looks the same over any background."""
    view = ViewSpec(background="transparent", labels=False, axes=False, palette="plain", point_diameter=30)
    scene = Scene(full(1).trace)
    picture = render_frame(scene, 0, view, SIZE)
    seen = picture[picture[..., 3] > 40][:, :3].astype(int)
    assert np.abs(seen - seen[len(seen) // 2]).max() <= 8
    assert len(np.unique(picture[..., 3])) > 10


@pytest.mark.parametrize("axes", [False, True])
@pytest.mark.parametrize("labels", [False, True])
def test_axes_and_words_are_apart(axes: bool, labels: bool) -> None:
    nothing = Scene(full(1).trace)
    view = ViewSpec(labels=labels, axes=axes, point_diameter=0.1)
    colors = {tuple(color) for color in render_frame(nothing, 1, view, SIZE, "title")[..., :3].reshape(-1, 3)}
    surroundings = SURROUNDINGS["light"]
    assert (surroundings.axis in colors, surroundings.title in colors) == (axes, labels)
    assert (len(colors) < 3) == (not axes and not labels)


def test_small_pictures_have_no_axes() -> None:
    with_axes, without = ViewSpec(), ViewSpec(axes=False)
    np.testing.assert_array_equal(render_sheet(full(), with_axes, SIZE), render_sheet(full(), without, SIZE))


def test_a_part_of_the_stages_stands_in_a_sheet() -> None:
    scene = full()
    part = render_sheet(scene, ViewSpec(), SIZE, range(1, 3))
    assert part.shape == (300, 420, 4)
    assert (part != render_sheet(scene, ViewSpec(), SIZE)).any()

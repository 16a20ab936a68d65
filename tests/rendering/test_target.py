"""The target behind the particles."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.records import Scene, TargetPicture, Trace
from flowviz.rendering import render_frame, render_thumbnails
from flowviz.rendering.projection import Projection
from flowviz.specs import PictureSize, ViewSpec
from tests.rendering.scenes import base_density, full

SIZE = PictureSize(width=300, height=200)
VIEW = ViewSpec(labels=False, axes=False, marks=frozenset({"target"}))
LEFT_HALF_FULL = TargetPicture((-2.0, 2.0, -1.0, 1.0), np.repeat([[255] * 20 + [0] * 20], 20, axis=0).astype(np.uint8))


@pytest.fixture
def scene() -> Scene:
    return replace(full(), target=LEFT_HALF_FULL)


def gray(scene: Scene, x: float, y: float, view: ViewSpec = VIEW, stage: float = 3) -> float:
    """Return the brightness at a point of the plane."""
    column, row = Projection(view, SIZE).pixels(np.array([[x, y]])).astype(int)[0]
    return float(render_frame(scene, stage, view, SIZE)[row, column, :3].mean())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_target_is_faint_and_where_it_is_in_the_plane(scene: Scene, theme: str) -> None:
    view = VIEW.model_copy(update={"theme": theme})
    background = gray(replace(scene, target=None), -1, 0, view)
    for x, y in ((-1.8, 0.9), (-0.2, -0.9), (-1.0, 0.0)):
        assert 10 < abs(gray(scene, x, y, view) - background) < 60
    for x, y in ((0.3, 0.0), (1.5, 0.5), (-1.0, 1.2), (-2.2, 0.0)):
        assert gray(scene, x, y, view) == background


def test_target_is_shown_at_the_last_stage_and_fades_before_it(scene: Scene) -> None:
    shades = [gray(scene, -1, 0, stage=stage) for stage in (3, 2.9, 2.7, 2.5, 1, 0)]
    assert shades[0] < shades[1] < shades[2] < shades[3] == shades[4] == shades[5] == 255


def test_target_lies_above_the_density_and_below_the_particles(scene: Scene) -> None:
    dense = replace(scene, density=base_density(stage=3))
    both = VIEW.model_copy(update={"marks": frozenset({"density", "target"})})
    assert gray(dense, -1, 0, both) != gray(replace(dense, target=None), -1, 0, both)
    still = np.full((4, 1, 2), (-1.0, 0.0), np.float32)
    alone = Scene(Trace(scene.trace.names, still, np.zeros((4, 1), np.float32)), target=LEFT_HALF_FULL)
    large = VIEW.model_copy(update={"marks": frozenset({"points", "target"}), "point_diameter": 40.0})
    assert gray(alone, -1, 0, large) == gray(replace(alone, target=None), -1, 0, large)


def test_target_that_is_out_of_sight_or_unknown_is_not_drawn(scene: Scene) -> None:
    far = VIEW.model_copy(update={"center": (50.0, 0.0)})
    bare = render_frame(replace(scene, target=None), 3, far, SIZE)
    np.testing.assert_array_equal(render_frame(scene, 3, far, SIZE), bare)
    near = VIEW.model_copy(update={"center": (-1.0, 0.0), "half_extent": 0.01})
    assert (render_frame(scene, 3, near, SIZE)[..., :3] < 250).all(), "zoomed into it"


def test_last_small_picture_shows_the_target(scene: Scene) -> None:
    view = ViewSpec(marks=frozenset({"points", "target"}))
    pictures, without = (render_thumbnails(each, view, 64) for each in (scene, replace(scene, target=None)))
    assert [bool((one != other).any()) for one, other in zip(pictures, without, strict=True)] == [0, 0, 0, 1]

"""The number of separate parts of targets, and the warning about bases that do not suit them."""

import numpy as np
import pytest

from flowviz.specs import FlowSpec, ShapeSpec, TargetSpec, TextSpec
from flowviz.targets import build_target
from flowviz.targets.ink import Ink
from flowviz.targets.parts import base_warning, count_parts
from flowviz.targets.points import points_spec

EIGHT = ShapeSpec(name="eight_gaussians")
MIXTURE = FlowSpec(base="mixture")


@pytest.mark.parametrize(
    ("spec", "parts"),
    [
        (EIGHT, 8),
        (ShapeSpec(name="two_moons"), 2),
        (ShapeSpec(name="circles"), 2),
        (ShapeSpec(name="heart"), 1),
        (ShapeSpec(name="gaussian"), 1),
        (ShapeSpec(name="checkerboard"), 1),
        (TextSpec(text="BRAD"), 1),
        (TextSpec(text="I I I I"), 4),
    ],
)
def test_parts_have_wide_gaps_between_them(spec: TargetSpec, parts: int) -> None:
    assert count_parts(build_target(spec)) == parts


def test_mixture_base_with_another_number_of_parts_than_the_target_is_warned_about() -> None:
    word = base_warning(MIXTURE, build_target(TextSpec(text="BRAD")))
    assert "8 separate Gaussians" in word
    assert "is connected" in word
    assert word.endswith("Choose one Gaussian as the base.")
    two = FlowSpec(base="mixture", components=2)
    assert base_warning(two, build_target(EIGHT)).endswith(
        "which has 8 separate parts: many particles will miss it. Choose 8 components."
    )
    assert base_warning(MIXTURE, build_target(EIGHT)) == ""


def test_many_small_parts_are_not_called_connected() -> None:
    centers = np.stack(np.meshgrid(range(8), range(8)), axis=-1).reshape(-1, 1, 2)
    points = (centers + 0.02 * np.random.default_rng(0).normal(size=(64, 100, 2))).reshape(-1, 2)
    warning = base_warning(MIXTURE, build_target(points_spec(points, "clusters")))
    assert warning.endswith("which has many small parts: many particles will miss it. Choose one Gaussian as the base.")


def test_other_bases_and_learned_components_are_not_warned_about() -> None:
    word = build_target(TextSpec(text="BRAD"))
    assert base_warning(FlowSpec(), word) == ""
    assert base_warning(FlowSpec(base="mixture", arrangement="learned"), word) == ""


@pytest.mark.parametrize(
    ("text", "parts"), [("MOON", 4), ("BRAD", 4), ("ij", 2), ("H I", 2), ("é", 1), ("AV\n\nWA", 4)]
)
def test_letters_are_parts_with_their_dots(text: str, parts: int) -> None:
    for blur in (0.0, 0.05):
        assert len(build_target(TextSpec(text=text, blur=blur)).parts.shares) == parts


def test_dots_of_a_picture_belong_to_the_nearest_part() -> None:
    mask = np.zeros((40, 60), np.bool_)
    mask[10:, 10:20] = mask[10:, 40:50] = mask[2:6, 12:17] = True
    assert len(Ink(mask).parts.shares) == 2


def test_parts_are_covered_by_a_quarter_of_their_share() -> None:
    target = build_target(TextSpec(text="MOON", blur=0.05))
    points = target.sample(8000, np.random.default_rng(0))
    left = points[:, 0] < 0
    assert target.hits(points)["covered"] == target.hits(points)["parts"] == 4
    assert target.parts.covered(points[left]) == 2
    few = np.concatenate([points[left], points[~left][:200], np.full((5, 2), np.nan)])
    assert target.parts.covered(few) == 2
    assert target.parts.covered(np.concatenate([points[left], points[~left][:1500]])) == 4


def test_target_of_many_small_parts_has_none_to_cover() -> None:
    centers = np.stack(np.meshgrid(range(8), range(8)), axis=-1).reshape(-1, 1, 2)
    points = (centers + 0.02 * np.random.default_rng(0).normal(size=(64, 100, 2))).reshape(-1, 2)
    found = build_target(points_spec(points, "clusters")).parts
    assert (len(found.shares), found.covered(points)) == (0, 0)

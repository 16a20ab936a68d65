"""The number of separate parts of targets, and the warning about bases that do not suit them."""

import numpy as np
import pytest

from flowviz.specs import FlowSpec, ShapeSpec, TargetSpec, TextSpec
from flowviz.targets import build_target
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

"""The three marked points of a lesson: two belong to the target, and one does not."""

from functools import cache

import numpy as np
import pytest

from flowviz.lessons.suspects import Point, Suspects, suspects_of
from flowviz.records import Trace
from flowviz.specs import ShapeSpec, TargetSpec, TextSpec
from flowviz.targets import Target, build_target

SPECS = [
    *(TextSpec(text=text) for text in ("BRAD", "I", "love", "Mississippi", "Übermut", ".")),
    ShapeSpec(name="heart"),
]


@cache
def target(spec: TargetSpec) -> Target:
    return build_target(spec)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.title)
def test_a_and_c_belong_to_the_target_and_b_does_not(spec: TargetSpec) -> None:
    points = suspects_of(target(spec))
    assert list(points) == ["A", "B", "C"]
    belongs = target(spec).contains(np.array(list(points.values())))
    assert belongs is not None
    assert belongs.tolist() == [True, False, True]
    assert points["A"][0] < points["C"][0]


def test_the_rule_is_fixed() -> None:
    first, again = (suspects_of(build_target(TextSpec(text="SUN"))) for _ in range(2))
    assert first == again
    assert first != suspects_of(target(TextSpec(text="BRAD")))


def test_the_empty_point_is_inside_the_rectangle_around_the_target() -> None:
    left, right, bottom, top = target(TextSpec(text="BRAD")).extent
    x, y = suspects_of(target(TextSpec(text="BRAD")))["B"]
    assert left <= x <= right
    assert bottom <= y <= top


def probe(*points: Point, log_det: float = 0.0) -> Trace:
    """Return the trace of points that one layer moves nowhere."""
    log_dets = np.zeros((2, len(points)), np.float32)
    log_dets[1] = log_det
    return Trace(("00_base", "01_scale"), np.stack([np.array(points, np.float32)] * 2), log_dets)


def test_densities_of_all_suspects_are_known_and_those_of_the_probed_ones_are_shown() -> None:
    suspects = Suspects().of(target(TextSpec(text="BRAD")))
    suspects.take_densities(probe(*suspects.points.values()))
    assert suspects.densities == {
        letter: pytest.approx(np.exp(-(x**2 + y**2) / 2) / (2 * np.pi), rel=1e-3)
        for letter, (x, y) in suspects.points.items()
    }
    x, y = suspects.points["A"]
    assert not suspects.take_probe(probe((x + 0.1, y)))
    assert suspects.probed == set()
    assert [label for _, label in suspects.labels()] == ["A", "B", "C"]
    assert suspects.take_probe(probe((x, y)))
    assert suspects.probed == {"A"}
    assert [label.partition(":")[0] for _, label in suspects.labels()] == ["A", "B", "C"]
    assert suspects.labels()[0][1].startswith("A: density 0.")
    assert suspects.labels()[1][1] == "B"
    suspects.take_probe(probe(suspects.points["B"]))
    suspects.take_densities(probe(*suspects.points.values(), log_det=20.0))
    assert suspects.labels()[0][1] == "A: density below 0.01", "both are of the same moment"
    assert suspects.labels()[1][1] == "B: density below 0.01"


def test_a_point_without_a_known_density_does_not_count_as_probed() -> None:
    suspects = Suspects().of(target(TextSpec(text="BRAD")))
    unknown = probe(*suspects.points.values())
    unknown.log_det[:] = np.nan
    assert not suspects.take_probe(unknown)
    suspects.take_densities(unknown)
    assert suspects.densities == {}


def test_the_suspects_of_the_same_target_keep_what_was_probed() -> None:
    suspects = Suspects().of(target(TextSpec(text="BRAD")))
    suspects.take_probe(probe(suspects.points["B"]))
    assert suspects.of(target(TextSpec(text="BRAD"))) is suspects
    assert suspects.of(target(TextSpec(text="SUN"))).probed == set()
    assert suspects.of(None).points == {}


def test_the_nearest_suspect_is_found_within_reach() -> None:
    suspects = Suspects().of(target(TextSpec(text="BRAD")))
    x, y = suspects.points["C"]
    assert suspects.near((x + 0.01, y), 0.02) == (x, y)
    assert suspects.near((x + 0.03, y), 0.02) is None

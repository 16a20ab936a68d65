import numpy as np
import pytest

from flowviz.errors import SpecError, TargetError
from flowviz.specs import MixSpec, Part, ShapeSpec, SourceSpec, TextSpec
from flowviz.specs.target import Layout
from flowviz.targets import Ink, PixelDensity, build_target, points_spec
from flowviz.targets.mix import mixed, split_sentences

HEART, SQUARE, MOONS = (ShapeSpec(name=name) for name in ("heart", "square", "two_moons"))


def mix(*sources: SourceSpec, weights: tuple[float, ...] = (), layout: Layout = "beside") -> MixSpec:
    weights = weights or (1.0,) * len(sources)
    return MixSpec(parts=tuple(Part(source=s, weight=w) for s, w in zip(sources, weights, strict=True)), layout=layout)


def test_parts_stand_from_left_to_right_and_get_their_shares() -> None:
    target = build_target(mix(SQUARE, HEART, weights=(3, 1)))
    left, right, bottom, top = target.extent
    height = top - bottom
    x = target.sample(100_000, np.random.default_rng(0))[:, 0]
    gap = left + 1.125 * height  # the square is as wide as high; the middle of the gap is an eighth of that on
    assert (x < gap).mean() == pytest.approx(0.75, abs=0.01)
    assert not (np.abs(x - gap) < 0.1 * height).any()
    heart = build_target(HEART).extent
    assert (right - left) / height == pytest.approx(1.25 + (heart[1] - heart[0]) / (heart[3] - heart[2]), rel=0.01)


def test_the_entropy_of_ink_beside_ink_is_the_sum() -> None:
    """Two equal squares with equal shares: twice the area of one."""
    target = build_target(mix(SQUARE, SQUARE))
    _, _, bottom, top = target.extent
    assert target.entropy == pytest.approx(np.log(2 * (top - bottom) ** 2), abs=0.01)


def test_shares_that_differ_lower_the_entropy() -> None:
    """By log 2 − H(share), for parts of one area."""
    even, odd = (build_target(mix(SQUARE, SQUARE, weights=weights)) for weights in ((1, 1), (9, 1)))
    assert even.entropy is not None
    assert odd.entropy is not None
    share = np.array([0.9, 0.1])
    units = 2 * np.log((odd.extent[3] - odd.extent[2]) / (even.extent[3] - even.extent[2]))
    assert even.entropy + units - odd.entropy == pytest.approx(np.log(2) + share @ np.log(share), abs=0.01)


def test_ink_over_itself_is_itself() -> None:
    one, twice = build_target(HEART), build_target(mix(HEART, HEART, layout="over"))
    assert twice.entropy == pytest.approx(one.entropy, abs=0.01)
    points = one.sample(20_000, np.random.default_rng(0))
    share = twice.on_target(points)
    assert share is not None
    assert share > 0.99


def test_one_over_the_other_is_denser_where_both_are() -> None:
    disc = np.hypot(*np.mgrid[-50:50, -50:50]) < 40
    ring = disc & (np.hypot(*np.mgrid[-50:50, -50:50]) > 30)
    target = mixed([Ink(disc), Ink(disc | ring)], [1, 1], "over")
    assert isinstance(target, PixelDensity)
    assert target.contains(Ink(disc).sample(1000, np.random.default_rng(0))).mean() > 0.97


@pytest.mark.parametrize("layout", ["beside", "over"])
def test_with_a_part_whose_density_is_unknown_so_is_that_of_the_mix(layout: Layout) -> None:
    target = build_target(mix(HEART, MOONS, layout=layout))
    points = target.sample(100_000, np.random.default_rng(0))
    assert target.entropy is None
    assert target.on_target(points) == pytest.approx(0.9995, abs=5e-4)
    assert target.coverage(points) is None
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=0.02)
    assert points.std(axis=0).max() == pytest.approx(1, abs=0.01)
    assert target.preview().max() == 255


def test_draws_come_in_no_order() -> None:
    """The parts of a chunk must not stand in different batches."""
    points = build_target(mix(HEART, MOONS)).sample(10_000, np.random.default_rng(0))
    first, last = (points[half, 0] > 0 for half in (slice(5000), slice(5000, None)))
    assert first.mean() == pytest.approx(last.mean(), abs=0.05)


def test_a_mix_with_points_has_three_sets_that_do_not_overlap() -> None:
    cloud = points_spec(np.random.default_rng(0).normal(size=(1000, 2)))
    target = build_target(mix(cloud, MOONS, weights=(1, 1)))
    draws = (target.sample, 100_000), (target.validation, 10_000), (target.test, 10_000)
    drawn = [draw(count, np.random.default_rng(seed)) for seed, (draw, count) in enumerate(draws)]
    assert [len(points) for points in drawn[1:] if points is not None] == [300, 300], "15% of the cloud, as many moons"
    assert target.training_points == 700
    sets = [set(map(tuple, points.tolist())) for points in drawn if points is not None]
    assert len(set.union(*sets)) == sum(map(len, sets)), "no point is in two sets"


def test_a_mix_with_too_few_points_has_no_test() -> None:
    cloud = points_spec(np.random.default_rng(0).normal(size=(99, 2)))
    target = build_target(mix(cloud, MOONS))
    assert target.test(100, np.random.default_rng(1)) is None
    assert split_sentences(target) == build_target(cloud).split_sentence().splitlines()
    assert split_sentences(build_target(MOONS)) == []


def test_a_dash_is_not_blown_up() -> None:
    target = build_target(mix(TextSpec(text="I"), TextSpec(text="—", weight=0)))
    left, right, bottom, top = target.extent
    assert (right - left) / (top - bottom) < 10


def test_a_part_that_the_grid_cannot_show_is_refused() -> None:
    dots = np.zeros((1, 4001), bool)
    dots[0, [0, 4000]] = True
    with pytest.raises(TargetError, match="too thin"):
        mixed([Ink(dots), Ink(np.ones((40, 40), bool))], [1, 1], "over")


def test_a_mix_has_two_parts_at_least() -> None:
    with pytest.raises(SpecError, match="2 to 8 sources"):
        MixSpec(parts=(Part(source=HEART),))

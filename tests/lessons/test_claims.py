"""Claims of the lessons about their flows: each number is measured, and found in the text of the lesson."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.lessons import one_dimension
from flowviz.lessons.one_dimension import MonotoneCurve, moved_density, slice_at
from flowviz.projects import example
from flowviz.records.base_distribution import normal_density
from flowviz.specs import RECIPES, FlowSpec
from flowviz.specs.edits import Bump, Edits, LayerEdit
from flowviz.specs.shares import percent
from flowviz.targets import build_target
from tests.lessons.flows import (
    detour,
    entropy,
    gallery,
    gap,
    height,
    leaked,
    lesson,
    nll,
    on_target,
    says,
    shipped,
)  # fmt: skip

X = np.linspace(-8, 8, 6_001)
ROUND_TRIP = 1e-6  # flow units; "each layer was undone exactly"


def slope_in_the_middle(curve: MonotoneCurve) -> float:
    return float(curve.values_and_slopes(np.zeros(1))[1][0])


def test_1_a_flat_curve_crowds_points_and_keeps_their_share() -> None:
    says(1, f"{one_dimension.POINTS:,} points")
    curve = MonotoneCurve().moved(2, -0.5).moved(4, 0.5)
    assert slope_in_the_middle(curve) == pytest.approx(0.5)
    density = moved_density(curve, np.zeros(1))[1]
    assert density == pytest.approx(2 * normal_density(np.zeros(1)))  # "at slope ½, the density doubles"
    here = slice_at(curve, 0)
    assert here.y[1] - here.y[0] < here.x[1] - here.x[0]
    assert here.density_after > here.density_before


def test_1_a_density_is_below_1_before_the_middle_is_flattened_further() -> None:
    curve = lesson(1).steps[3].setup.monotone_curve
    assert curve is not None
    says(1, f"the highest density is {moved_density(curve, X)[1].max():.1f}.")
    squeezed = lesson(1).steps[4].setup.monotone_curve
    assert squeezed is not None
    highest = moved_density(squeezed, X)[1].max()
    assert 1 < highest < 2, "so the density fits its axis"
    assert highest == pytest.approx(4 * normal_density(np.zeros(1))[0], rel=0.03)  # "about four times as high"


def test_1_a_density_above_1_has_an_area_of_1() -> None:
    curve = MonotoneCurve().moved(2, -0.2).moved(4, 0.2)
    y, density = moved_density(curve, X)
    assert density.max() > 1
    assert np.trapezoid(density, y) == pytest.approx(1, abs=1e-3)


def test_1_a_steep_piece_makes_two_hills() -> None:
    says(1, "height of about 1.7")
    (condition,) = lesson(1).steps[5].conditions
    for y in (1.5, 1.7, 1.9):
        curve = MonotoneCurve().moved(4, y)
        assert condition.holds({"one_dimension_slope_at_center": slope_in_the_middle(curve)}, {})
        density = moved_density(curve, X)[1]
        is_peak = (density[1:-1] > density[:-2]) & (density[1:-1] > density[2:])
        assert is_peak.sum() == 2
        first, second = 1 + np.flatnonzero(is_peak)
        assert density[first:second].min() < 0.7 * min(density[first], density[second])


def test_2_a_coupling_keeps_the_columns() -> None:
    trace = gallery("two_moons").trace
    assert trace.last_stage == 12
    says(2, "12 small moves")
    assert trace.names[1] == "01_real_nvp"
    np.testing.assert_array_equal(trace.positions[0][:, 0], trace.positions[1][:, 0])


def test_2_the_whole_flow_can_be_undone() -> None:
    says(2, "each layer was undone exactly")
    project = gallery("two_moons")
    flow = project.build_flow()
    there = project.trace.positions
    back = flow.encoded(there[-1]).positions[0]
    assert np.median(np.linalg.norm(back - there[0], axis=1)) < ROUND_TRIP
    moons = build_target(project.target).sample(4_000, np.random.default_rng(0))
    cloud = flow.encoded(moons).positions[0]
    assert np.abs(cloud.mean(axis=0)).max() < 0.1
    assert np.abs(cloud.std(axis=0) - 1).max() < 0.1


def test_2_a_bent_coupling_can_be_undone_as_well() -> None:
    bump = Bump(curve="shift", center=(0.0,), height=(1.5,))
    project = gallery("two_moons").with_edits(Edits(layers={1: LayerEdit(bumps=(bump,))}))
    there = project.trace.positions
    assert np.abs(there[-1] - gallery("two_moons").trace.positions[-1]).max() > 0.5
    back = project.build_flow().encoded(there[-1]).positions[0]
    assert np.median(np.linalg.norm(back - there[0], axis=1)) < ROUND_TRIP


def test_2_the_round_cloud_is_nearly_empty_at_3() -> None:
    says(2, "nearly empty at *x* = 3")
    x = gallery("two_moons").trace.positions[0][:, 0]
    assert (np.abs(x - 3) < 0.5).mean() < 0.01
    says(2, f"only about {(x > 2).mean():.0%} of the particles are to the right of *x* = 2", "About 2%, whatever")


def test_3_without_permutations_particles_never_move_sideways() -> None:
    project = shipped("hi_without_permutations")
    assert project.edits.disabled == {2, 4, 6}
    sideways = project.trace.positions[:, :, 0] - project.trace.positions[0, :, 0]
    assert not sideways.any()
    says(3, f"Without permutations, {on_target(project):.0%} of the particles")


def test_3_with_permutations_nearly_all_end_on_the_letters() -> None:
    with_them, without = shipped("hi"), shipped("hi_without_permutations")
    assert replace(with_them, target=without.target).plan == without.plan  # the same flow and training
    assert with_them.flow.bijector_kinds().count("permute") == 3
    assert with_them.flow.bijector_kinds().count("spline_coupling") == 4
    says(3, f"{on_target(with_them):.0%} end on the letters", f"About {on_target(with_them):.0%}")


def test_3_a_permutation_swaps_the_axes() -> None:
    positions = shipped("hi").trace.positions
    np.testing.assert_array_equal(positions[2], positions[1][:, ::-1])


def test_3_the_word_breaks_without_the_first_permutation() -> None:
    broken = shipped("hi").with_edits(Edits(layers={2: LayerEdit(disabled=True)}))
    assert on_target(broken) == pytest.approx(2 / 3, abs=0.02)
    says(3, "two thirds")


def test_4_the_layers_of_the_flow_are_where_the_lesson_says() -> None:
    trace = gallery("brad").trace
    assert trace.last_stage == 14
    assert [trace.names[stage] for stage in (1, 3)] == ["01_real_nvp", "03_permute"]


def test_4_many_squares_of_the_heart_have_grown_but_only_a_little() -> None:
    trace = gallery("heart").trace
    assert trace.last_stage == 12
    factors = np.exp(trace.log_det[-1])
    assert (factors > 1).mean() > 0.4  # "many have grown"
    assert np.percentile(factors, 99) < 2  # "a little"
    assert np.percentile(factors, 10) < 0.25  # "the blue squares have shrunk"


def test_4_log_det_is_that_of_a_column_in_a_coupling_and_0_in_a_permutation() -> None:
    trace = gallery("brad").trace
    order = np.argsort(trace.positions[0][:, 0])
    coupling = trace.log_det[1][order] - trace.log_det[0][order]
    assert np.ptp(coupling) > 0.5
    assert np.percentile(np.abs(np.diff(coupling)), 99) < 0.02  # neighboring columns have nearly the same value
    np.testing.assert_array_equal(trace.log_det[3], trace.log_det[2])


def test_4_the_layers_shrink_the_area_to_an_eighth() -> None:
    total = gallery("brad").trace.log_det[-1]
    assert (total < 0).mean() > 0.99
    says(4, f"the sum is {total.mean():.1f} here".replace("-", "−"))
    assert np.exp(-total.mean()) == pytest.approx(8, abs=0.5)


def test_5_loss_entropy_and_gap_of_the_word() -> None:
    project = gallery("brad")
    says(
        5,
        f"the loss is {nll(project):.2f} nats",
        f"the entropy {entropy(project):.2f} nats",
        f"{gap(project):.2f} nats",
    )
    says(5, f"The letters of BRAD cover {np.exp(entropy(project)):.2f} square units")
    says(5, f"Twice as much ink adds log 2 = {np.log(2):.2f}")
    assert round(nll(project), 2) - round(entropy(project), 2) == pytest.approx(round(gap(project), 2))


def test_5_loss_of_the_untrained_flow() -> None:
    project = gallery("brad")
    flow = replace(project, weights=project.timeline.moments[0].weights).build_flow()
    assert project.timeline.moments[0].step == 0
    points = build_target(project.target).test(20_000, np.random.default_rng(0))
    assert points is not None
    says(5, f"the loss of this untrained flow was {-flow.log_prob(points).mean():.2f}")


def test_5_thin_letters_have_a_negative_loss() -> None:
    project = shipped("thin_letters")
    area = np.exp(entropy(project))
    says(5, f"All ink covers only {area:.2f} square units")
    says(5, f"1 ÷ {area:.2f} ≈ {1 / area:.1f} everywhere on the ink")
    test_points = build_target(project.target).test(2_000, np.random.default_rng(0))
    assert test_points is not None
    assert (project.build_flow().log_prob(test_points) > 0).mean() > 0.8  # "log p is mostly above 0"
    limit, loss = f"{entropy(project):.2f}".replace("-", "−"), f"{nll(project):.1f}".replace("-", "−")
    says(5, f"The entropy is {limit} nats, and this flow is {gap(project):.2f} nats above it: a loss of about {loss}.")
    says(5, f"the curves start at {project.history.validation_nll[0]:.2f}, and soon fall below 0")
    assert (project.history.validation_nll[1:] < 0).all()
    validation = project.history.validation_nll[-1]
    assert f"{validation:.1f}" == f"{nll(project):.1f}", "so the plot, of validation points, agrees with the text"
    points = [build_target(each.target).sample(4_000, np.random.default_rng(0)) for each in (project, gallery("brad"))]
    widths = [np.ptp(each[:, 0]) for each in points]
    assert widths[0] == pytest.approx(widths[1], rel=0.15)  # "as wide as BRAD"


def test_5_the_smaller_gap_is_not_the_smaller_loss() -> None:
    a, b = shipped("hi"), shipped("thin_letters")
    says(5, f"Flow A writes HI: loss {nll(a):.2f}, gap {gap(a):.2f}.")
    says(5, f"loss {nll(b):.2f}, gap {gap(b):.2f}.".replace("-", "−"))
    assert gap(a) < gap(b)
    assert nll(b) < 0 < nll(a)


def test_five_questions_have_the_right_numbers() -> None:
    total = 0.4 - 1.1 + 0
    says("five_questions", "log|det J| is 0.4, −1.1 and 0.", f"e to the power of {total:.1f}".replace("-", "−"))
    assert np.exp(total) == pytest.approx(1 / 2, abs=0.01)  # "about ½"
    loss, limit, thin = nll(gallery("brad")), entropy(gallery("brad")), nll(shipped("thin_letters"))
    says("five_questions", f"A flow has a loss of {loss:.2f} nats and a gap of {gap(gallery('brad')):.2f} nats")
    says("five_questions", f"= {limit:.2f} nats. It depends on the word alone")
    assert limit - 0.05 > 0.50, "so no flow has this loss"
    says("five_questions", f"Its loss is {thin:.2f} nats.".replace("-", "−"), f"log 4 ≈ {np.log(4):.2f}")
    sums = [round(thin, 2) + sign * round(np.log(4), 2) for sign in (1, -1)]
    says("five_questions", *(f'"{each:.2f} nats, because'.replace("-", "−") for each in sums))


def test_6_minibatch_statistics_make_picture_and_loss_disagree() -> None:
    project = shipped("minibatch")
    says(
        6,
        f"*train* is {project.history.train_nll[-1]:.2f}",
        f"*validation* is {project.history.validation_nll[-1]:.2f}",
    )
    says(6, f"Before, {on_target(project):.0%} of the particles")
    word = build_target(project.target).sample(8_000, np.random.default_rng(0))
    assert height(project.trace.positions[-1]) > 2 * height(word)  # "more than twice as tall as the word"
    assert project.flow.normalization == "minibatch"
    assert project.flow.batch_normalization_momentum == 0.999  # "keeps 99.9%"
    assert 1 - 0.999**1_000 > 0.5  # "to replace most of the old value"
    says(6, f"after 2,000 steps, only {0.999**2_000:.0%} of a value is left")
    assert project.training.steps == 2_000
    assert FlowSpec(normalization="minibatch").batch_normalization_momentum == 0.99  # "the post's flow keeps 99%"


def test_6_no_point_is_trained_on_twice() -> None:
    says(6, "every batch consists of new points of the word, and no point comes twice")
    points = build_target(shipped("minibatch").target).sample(100_000, np.random.default_rng(0))
    assert len(np.unique(points, axis=0)) == len(points)


def test_6_the_cure_begins_with_the_flow_that_is_shown() -> None:
    cure = lesson(6).steps[4].setup
    assert cure.flow_spec == shipped("minibatch").flow
    assert cure.training_spec == shipped("minibatch").training


def test_6_earlier_moments_are_even_farther_from_the_word() -> None:
    project = shipped("minibatch")
    assert all(
        moment.on_target < 0.8 * on_target(project)
        for moment in project.timeline.moments
        if moment.on_target is not None and moment.step <= 850
    )


def test_7_numbers_about_learning_rates_and_overflow() -> None:
    recipe = RECIPES["realnvp"]
    assert recipe.learning_rate == 0.004
    assert recipe.clip_norm == 1
    assert 1 / recipe.learning_rate == pytest.approx(250)
    assert f"{0.5**5:.2f}" == "0.03"
    assert 0.5**5 / recipe.learning_rate == pytest.approx(8, abs=0.5)
    assert 1e38 < float(np.finfo(np.float32).max) < 1e39
    assert np.exp(100.0) > 1e43
    assert FlowSpec().log_scale_bound == 1  # a factor of at most e
    assert shipped("unbounded").flow.log_scale_bound is None


def test_8_fewer_particles_leak_from_a_mixture() -> None:
    one, eight = gallery("eight_gaussians"), gallery("eight_components")
    says(8, f"{leaked(one).sum()} of 8,000 particles, {leaked(one).mean():.1%}")
    says(8, f"Only {leaked(eight).sum()} of 8,000 particles")
    assert (one.flow.base, eight.flow.base, eight.flow.components) == ("normal", "mixture", 8)
    assert eight.trace.last_stage == one.trace.last_stage == 12
    assert lesson(8).steps[5].setup.flow_spec == eight.flow


def test_8_leaked_particles_come_from_seams_between_the_islands() -> None:
    project = gallery("eight_gaussians")
    base, end = project.trace.positions[0], project.trace.positions[-1]
    island = np.floor(np.arctan2(end[:, 1], end[:, 0]) / (np.pi / 4) + 0.5) % 8
    near = np.array([np.linalg.norm(base - base[one], axis=1).argsort()[1:31] for one in leaked(project).nonzero()[0]])
    on_a_seam = np.array([len(np.unique(island[each])) > 1 for each in near])
    assert on_a_seam.mean() > 0.9
    everywhere = np.array([np.linalg.norm(base - point, axis=1).argsort()[1:31] for point in base[:200]])
    assert np.array([len(np.unique(island[each])) > 1 for each in everywhere]).mean() < 0.6


def test_9_paths_are_straight_with_a_transport_plan_and_bent_without() -> None:
    assert gallery("drift").flow.pairing == "transport"
    assert gallery("pinwheel").flow.pairing == "independent"
    assert detour(gallery("drift")) < 1.01
    assert detour(gallery("pinwheel")) > 2
    radius = np.linalg.norm(gallery("pinwheel").trace.positions, axis=2).mean(axis=1)
    assert radius[4] < 0.8 * min(radius[0], radius[-1])  # "first drift to the middle"


def test_9_numbers_of_steps() -> None:
    project = gallery("drift")
    assert project.flow.integrator_steps == 8
    one, eight = project.with_integrator("euler", 1), project.with_integrator("euler", 8)
    says(
        9,
        f"{on_target(one):.0%} of the particles still end on the letters",
        f"{on_target(eight):.0%} end on the letters",
    )


def test_9_long_steps_fold_the_plane() -> None:
    """The lesson counts particles, as the warning of the window does, and rounds like it."""
    one, eight = (gallery("drift").with_integrator("euler", steps).trace.folded_share for steps in (1, 8))
    says(9, f"folded at {percent(eight)} of the particles, instead of at {percent(one)}.")
    assert eight < 0.015 < one


def test_9_the_steps_set_up_the_flow_that_they_show() -> None:
    shown = {number: lesson(9).steps[number - 1].setup.flow_spec for number in (1, 2, 3, 5, 6, 7)}
    euler = gallery("drift").flow.shown_as(gallery("drift").with_integrator("euler", 1).flow)
    assert shown.pop(7) == euler
    assert set(shown.values()) == {gallery("drift").flow}


def test_10_the_spline_is_best_and_slower_than_the_affine_flow() -> None:
    comparison = example("three_flows").comparison()
    projects = comparison.projects
    assert min(projects, key=lambda name: gap(projects[name])) == "spline"
    speeds = {name: each.history.step[-1] / each.history.seconds[-1] for name, each in projects.items()}
    assert speeds["spline"] < speeds["affine"]
    assert len({each.history.step[-1] for each in projects.values()}) == 1
    assert on_target(projects["affine"]) < min(on_target(projects[name]) for name in ("spline", "flow matching"))

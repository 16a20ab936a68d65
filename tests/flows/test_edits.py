"""The laws of edited flows, for every family, in float64, and what an edit changes in each of them."""

import numpy as np
import pytest
import tensorflow as tf

from flowviz.errors import SpecError
from flowviz.flows import Flow, build_flow, graphs
from flowviz.flows.bumps import pulled, pushed
from flowviz.flows.flow_laws import gradient_error, mass_and_misfit
from flowviz.flows.laws import inverse_error
from flowviz.records import base_particles
from flowviz.specs import FlowSpec
from flowviz.specs.edits import BENT_CURVES, MAX_SPLINE_RISE, Bump, Edits, LayerEdit
from tests.flows.families import SPECS, random_weights, specs, stages_of, training_nll

FEW = "realnvp", "spline", "euler"  # of which the graphs differ in kind
BENT = *FEW, "nice", "maf", "iaf", "radial"  # what is bent is the same in all others
NEAR, WIDE = {"width": 0.4}, {"width": 0.8}
BUMPS = {  # two of every curve
    "shift": (((0.3,), (0.8,)), ((-0.5,), (-0.6,))),
    "log-scale": (((0.2,), (0.5,)), ((1.0,), (-0.7,))),
    "spline": (((0.2, -0.3), (0.4,)), ((0.5,), (-0.5,))),
    "velocity": (((0.2, -0.3), (0.7, 0.5)), ((-1.0, 0.4), (-0.4, 0.6))),
}


def bumps_of(kind: str) -> tuple[Bump, ...]:
    return tuple(
        Bump(curve=curve, center=center, height=height, **width)
        for curve in BENT_CURVES.get(kind, ())
        for (center, height), width in zip(BUMPS[curve], (NEAR, WIDE), strict=True)
    )


def edits_of(spec: FlowSpec) -> Edits:
    """Return edits that bend every layer that can be bent, and disable the second stage."""
    bent = {i: LayerEdit(bumps=bumps_of(kind)) for i, kind in enumerate(spec.bijector_kinds(), start=1)}
    return Edits(layers={**bent, 2: LayerEdit(disabled=True, bumps=bent[2].bumps)})


@pytest.fixture(scope="module", params=specs(*BENT))
def flow(request: pytest.FixtureRequest) -> Flow:
    return build_flow(request.param, random_weights(request.param), "float64", edits_of(request.param))


@pytest.fixture(scope="module")
def points() -> tf.Tensor:
    return tf.constant(np.random.default_rng(1).normal(size=(64, 2)))


class TestLaws:
    def test_inverse_undoes_forward(self, flow: Flow, points: tf.Tensor) -> None:
        for stage, numbers in stages_of(flow):
            assert inverse_error(stage, numbers, points) <= 1e-12, stage.name
            image, log_det = stage.forward_and_log_det(numbers, points)
            inverse_log_det = stage.inverse_and_log_det(numbers, image)[1]
            np.testing.assert_allclose(inverse_log_det, -log_det, atol=1e-11, err_msg=stage.name)

    def test_log_dets_are_those_of_the_jacobian(self, flow: Flow, points: tf.Tensor) -> None:
        step = 1e-6 * np.eye(2)
        for stage, numbers in stages_of(flow):
            log_det = stage.forward_and_log_det(numbers, points)[1]
            ends = [[stage.forward(numbers, points + sign * each).numpy() for sign in (1, -1)] for each in step]
            jacobian = np.stack([(there - here) / 2e-6 for there, here in ends], axis=2)
            measured = np.log(np.abs(np.linalg.det(jacobian)))
            np.testing.assert_allclose(measured, log_det, atol=1e-7, err_msg=stage.name)

    def test_a_training_step_scores_what_the_stages_move(self, flow: Flow) -> None:
        particles = base_particles(50).astype(np.float64)
        numbers = flow.parameters, flow.statistics
        y, log_det = flow.chain.forward_and_log_det(*numbers, tf.constant(particles))
        if flow.spec.normalization != "minibatch":
            log_prob = flow.chain.training_log_prob(*numbers, y, pace=0.0)[0]
            np.testing.assert_allclose(log_prob, flow.base.log_prob(particles) - log_det, atol=1e-8)

    @pytest.mark.parametrize("flow", specs(*FEW), indirect=True)
    def test_the_trace_follows_the_stages_that_are_not_disabled(self, flow: Flow) -> None:
        particles = base_particles(50)
        trace = flow.trace(particles)
        y, log_det = tf.constant(particles, tf.float64), np.zeros(50)
        for k, (stage, numbers) in enumerate(stages_of(flow), start=1):
            if k not in flow.edits.disabled:
                y, change = stage.forward_and_log_det(numbers, y)
                log_det = log_det + change
            np.testing.assert_allclose(trace.positions[k], y, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(trace.log_det[k], log_det, rtol=1e-10, atol=1e-12)
        np.testing.assert_array_equal(trace.positions[2], trace.positions[1])

    @pytest.mark.parametrize("flow", specs(*FEW), indirect=True)
    def test_log_prob_follows_from_the_trace(self, flow: Flow) -> None:
        particles = base_particles(50).astype(np.float64)
        trace = flow.trace(particles)
        log_prob = flow.base.log_prob(particles) - trace.log_det[-1]
        np.testing.assert_allclose(flow.log_prob(trace.positions[-1]), log_prob, atol=1e-8)

    def test_the_gradient_of_a_training_step_is_that_of_its_loss(self, flow: Flow) -> None:
        assert gradient_error(training_nll(flow), flow.parameters.read_value(), directions=1) <= 1e-4


@pytest.mark.parametrize("name", ["realnvp", "spline"])  # for the others, it follows from the laws of each stage
def test_the_density_integrates_to_one(name: str) -> None:
    spec = SPECS[name]
    flow = build_flow(spec, random_weights(spec, seed=2, scale=0.15), "float64", edits_of(spec))
    assert mass_and_misfit(flow)[0] == pytest.approx(1, abs=2e-3)


def test_without_all_layers_the_base_remains() -> None:
    spec = SPECS["learned base"]
    stages = range(1, len(spec.stage_names()))
    edits = Edits(layers=dict.fromkeys(stages, LayerEdit(disabled=True)))
    flow = build_flow(spec, random_weights(spec), "float64", edits)
    particles = flow.particles(100)
    trace = flow.trace(particles)
    np.testing.assert_array_equal(trace.positions, np.broadcast_to(particles, trace.positions.shape))
    np.testing.assert_array_equal(trace.log_det, 0)
    np.testing.assert_array_equal(flow.sample(100, seed=0), particles)
    np.testing.assert_allclose(flow.log_prob(particles), flow.base.log_prob(particles.astype(np.float64)), atol=1e-5)


@pytest.mark.parametrize("name", FEW)
def test_a_reset_restores_every_bit(name: str) -> None:
    spec = SPECS[name]
    flow = build_flow(spec, random_weights(spec), "float64")
    before = flow.trace(base_particles(50))
    flow.edit(edits_of(spec))
    edited = flow.trace(base_particles(50))
    np.testing.assert_allclose(flow.trace_positions(base_particles(50)).positions, edited.positions, atol=1e-5)
    np.testing.assert_array_equal(flow.velocity(2, base_particles(50)), np.zeros((50, 2)))
    flow.edit(Edits())
    after = flow.trace(base_particles(50))
    assert not np.array_equal(edited.positions, before.positions)
    np.testing.assert_array_equal(after.positions, before.positions)
    np.testing.assert_array_equal(after.log_det, before.log_det)


@pytest.mark.parametrize("name", FEW)
def test_particles_are_moved_from_the_edited_stage_on(name: str) -> None:
    spec = SPECS[name]
    flow = build_flow(spec, random_weights(spec), "float64")
    before, last = flow.trace(base_particles(50)), len(flow.stages)
    flow.edit(Edits(layers={last - 1: LayerEdit(disabled=True)}))
    after, moved = flow.trace_positions(base_particles(50)), flow.move(before, last - 1, last)
    np.testing.assert_allclose(moved.positions, after.positions, atol=1e-5)
    np.testing.assert_allclose(moved.boxes, after.boxes, atol=1e-5)
    assert not moved.has_densities
    partly = flow.move(before, last - 1, last - 1)
    np.testing.assert_allclose(partly.positions[last - 1], after.positions[last - 1], atol=1e-5)
    np.testing.assert_array_equal(partly.positions[last], before.positions[last])
    for stages in ((0, 1), (1, last + 1)):
        with pytest.raises(SpecError, match="There is no stage"):
            flow.move(before, *stages)


def test_another_edit_traces_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = SPECS["realnvp"]
    edits = Edits(layers={1: LayerEdit(bumps=bumps_of("real_nvp"))})
    flow = build_flow(spec, random_weights(spec), "float64", edits)
    flow.trace(base_particles(10))
    monkeypatch.setattr(graphs, "stored_or_traced", lambda *_: pytest.fail("traced again"))
    flow.edit(Edits(layers={1: LayerEdit(bumps=bumps_of("real_nvp")[:1]), 2: LayerEdit(disabled=True)}))
    flow.trace(base_particles(10))


class TestReports:
    @pytest.mark.parametrize("name", ["realnvp", "nice", "maf", "iaf"])
    def test_curves_are_the_learned_ones_with_their_bumps(self, name: str) -> None:
        spec = SPECS[name]
        flow = build_flow(spec, random_weights(spec), "float64")
        [learned] = [flow.report(1)] if name != "nice" else [flow.report(2)]
        flow.edit(Edits(layers={learned.stage: LayerEdit(bumps=bumps_of(learned.kind))}))
        bent = flow.report(learned.stage)
        for before, after in zip(learned.curves, bent.curves, strict=True):
            assert after.learned is not None
            np.testing.assert_allclose(after.learned, before.y, atol=1e-5)
            expected = sum(
                bump.height[0] * np.exp(-((after.x - bump.center[0]) ** 2) / (2 * bump.width**2))
                for bump in bumps_of(learned.kind)
                if bump.curve == after.bends
            )
            np.testing.assert_allclose(after.y - after.learned, expected, atol=1e-5)

    @pytest.mark.parametrize(("name", "stage", "which"), [("realnvp", 1, 1), ("iaf", 1, 0), ("spline", 1, 2)])
    def test_a_bump_moves_the_point_of_a_curve_that_is_dragged(self, name: str, stage: int, which: int) -> None:
        spec = SPECS[name]
        flow = build_flow(spec, random_weights(spec))
        curve, x, rise = flow.report(stage).curves[which], 0.5, 0.3
        bumps: tuple[Bump, ...] = ()
        for turn in (1, 2):  # an edit of an edited curve
            bumps = *bumps, flow.report(stage).curves[which].bump(x, rise, width=0.4)
            flow.edit(Edits(layers={stage: LayerEdit(bumps=bumps)}))
            bent = flow.report(stage).curves[which]
            moved = np.interp(x, bent.x, bent.y) - np.interp(x, curve.x, curve.y)
            assert moved == pytest.approx(turn * rise, abs=2e-3)
            if curve.bends == "spline":
                assert np.diff(bent.y).min() > 0

    def test_the_report_of_a_disabled_stage_says_so_and_shows_what_it_would_do(self) -> None:
        spec = SPECS["realnvp"]
        flow = build_flow(spec, random_weights(spec))
        learned = flow.report(1)
        flow.edit(Edits(layers={1: LayerEdit(disabled=True)}))
        report = flow.report(1)
        assert report.disabled
        assert not learned.disabled
        assert report.formula[0] == "disabled: points stay"
        np.testing.assert_array_equal(report.curves[0].y, learned.curves[0].y)
        assert report.curves[0].learned is None

    def test_the_velocity_of_a_step_is_bent(self) -> None:
        spec = SPECS["euler"]
        flow, points = build_flow(spec, random_weights(spec), "float64"), base_particles(20)
        before, speed = flow.velocity(2, points), flow.report(2).numbers["mean speed"]
        [bump, _] = bumps_of("flow_step")
        flow.edit(Edits(layers={2: LayerEdit(bumps=(bump,))}))
        shape = np.exp(-((points - bump.center) ** 2).sum(axis=1) / (2 * bump.width**2))
        np.testing.assert_allclose(flow.velocity(2, points) - before, shape[:, np.newaxis] * bump.height, atol=1e-6)
        assert flow.report(2).numbers["mean speed"] != speed
        untrained = build_flow(spec, None, "float64", flow.edits)
        assert untrained.trace(points).log_det.any(), "an untrained field is bent as well"


def test_a_spline_increases_however_far_it_is_pushed() -> None:
    steep = Bump(curve="spline", center=(0.0,), height=(-15.0,), width=0.1)
    rows = build_flow(SPECS["spline"], None, "float64", Edits(layers={1: LayerEdit(bumps=(steep,) * 16)}))
    [(_, numbers), *_] = stages_of(rows)
    line = tf.constant(np.stack([np.zeros(2000), np.linspace(-2, 2, 2000)], axis=1))
    there, log_slope = pushed(numbers["bumps"], line)
    assert np.diff(there[:, 1]).min() > 0
    assert np.abs(there[:, 1] - line[:, 1]).max() <= 16 * MAX_SPLINE_RISE * 0.1
    back, back_log_slope = pulled(numbers["bumps"], there)
    np.testing.assert_allclose(back, line, atol=1e-9)
    np.testing.assert_allclose(back_log_slope, -log_slope, atol=1e-6)


def test_the_distribution_of_tensorflow_probability_is_edited_as_well() -> None:
    spec = SPECS["realnvp"]
    flow = build_flow(spec, random_weights(spec, scale=0.2), "float64", edits_of(spec))
    trace, bijector = flow.trace(base_particles(12)), flow.distribution().bijector
    x, y = (tf.constant(trace.positions[stage], tf.float64) for stage in (0, -1))
    np.testing.assert_allclose(bijector.forward(x), y, atol=1e-10)
    np.testing.assert_allclose(bijector.inverse_log_det_jacobian(y, 1), -trace.log_det[-1], atol=1e-8)


@pytest.mark.parametrize(
    ("stage", "bump", "message"),
    [
        (9, None, "ends with stage 4"),
        (3, Bump(curve="shift", center=(0,), height=(1,)), "bend the shift of stage 03_permute"),
        (1, Bump(curve="spline", center=(0,), height=(1,)), "bend the spline of stage 01_real_nvp"),
    ],
)
def test_edits_that_do_not_fit_are_refused(stage: int, bump: Bump | None, message: str) -> None:
    flow = build_flow(SPECS["realnvp"])
    edit = LayerEdit(bumps=(bump,)) if bump else LayerEdit(disabled=True)
    with pytest.raises(SpecError, match=message):
        flow.edit(Edits(layers={stage: edit}))
    assert not flow.edits

"""What can be seen inside a flow, for every family: points from any stage, the density of any stage, the reports."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.errors import SpecError
from flowviz.exporting.scene_fields import completed
from flowviz.flows import Flow, build_flow
from flowviz.flows.reporting import combination, spans_of
from flowviz.projects import Project
from flowviz.records import (
    Curve,
    Scene,
    Snapshot,
    StageReport,
    Trace,
    Weights,
    base_particles,
    cell_centers,
    lattice_points,
    written,
)
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec, ViewSpec
from flowviz.targets import build_target
from flowviz.training import train
from tests.flows.families import SPECS, random_weights, specs

USUAL = ("realnvp", "glow", "maf", "spline", "planar", "radial")  # every kind of stage; the laws hold for all specs
WIDE = (-8.0, 8.0, -7.0, 7.0)


@pytest.fixture(scope="module", params=specs(*USUAL))
def flow(request: pytest.FixtureRequest) -> Flow:
    return build_flow(request.param, random_weights(request.param, scale=0.2), dtype="float64")


@pytest.fixture(scope="module")
def trace(flow: Flow) -> Trace:
    return flow.trace(base_particles(500))


@pytest.fixture(scope="module")
def trained(project: Project) -> Flow:
    return build_flow(project.flow, project.weights)


class TestPointsFromAnyStage:
    def test_from_the_base_it_is_the_trace(self, flow: Flow, trace: Trace) -> None:
        through = flow.trace_through(base_particles(500), 0)
        np.testing.assert_array_equal(through.positions, trace.positions)
        np.testing.assert_array_equal(through.log_det, trace.log_det)
        assert through.names == trace.names

    def test_from_any_stage_the_same_points_are_at_every_other(self, flow: Flow, trace: Trace) -> None:
        for stage in range(len(trace.names)):
            through = flow.trace_through(trace.positions[stage], stage)
            np.testing.assert_array_equal(through.positions[stage], trace.positions[stage])
            np.testing.assert_allclose(through.positions, trace.positions, atol=1e-10)
            np.testing.assert_allclose(through.log_det, trace.log_det, atol=1e-10)

    def test_a_single_point_is_no_special_case(self, flow: Flow, trace: Trace) -> None:
        through = flow.trace_through(trace.positions[1, :1], 1)
        np.testing.assert_allclose(through.positions, trace.positions[:, :1], atol=1e-10)

    def test_the_last_stage_encodes(self, flow: Flow, trace: Trace) -> None:
        encoded = flow.trace_through(trace.positions[-1], trace.last_stage)
        assert np.nanmean(encoded.nlls) == pytest.approx(-flow.log_prob(trace.positions[-1]).mean(), abs=1e-6)

    def test_a_stage_that_does_not_exist_is_a_sentence(self, flow: Flow) -> None:
        for ask in (
            lambda stage: flow.trace_through(np.zeros((1, 2)), stage),
            lambda stage: flow.density(stage, WIDE),
            lambda stage: flow.report(stage),
        ):
            for stage in (-1, len(flow.stages) + 1):
                with pytest.raises(SpecError, match=f"from 0 to {len(flow.stages)}"):
                    ask(stage)


@pytest.mark.parametrize("flow", specs("realnvp", "spline", "radial"), indirect=True)  # by the laws, enough
class TestDensityOfAnyStage:
    def test_it_integrates_to_one(self, flow: Flow, trace: Trace) -> None:
        for stage in range(len(trace.names)):
            left, bottom = trace.positions[stage].min(axis=0) - 2
            right, top = trace.positions[stage].max(axis=0) + 2
            density = flow.density(stage, (left, right, bottom, top), side=120)
            cell = (right - left) * (top - bottom) / density.log_density.size
            assert np.exp(density.log_density).sum() * cell == pytest.approx(1, abs=4e-3), stage

    def test_it_is_the_log_density_of_the_trace(self, flow: Flow, trace: Trace) -> None:
        for stage in range(len(trace.names)):
            found = flow.log_density(stage, trace.positions[stage].astype(np.float64))
            np.testing.assert_allclose(found, trace.log_density(stage), atol=2e-3)

    def test_the_last_stage_is_scored_to_a_ten_thousandth(self, flow: Flow) -> None:
        density = flow.density(len(flow.stages), WIDE, side=100)
        rows, columns = density.log_density.shape
        assert (rows, columns) == (100, 114)
        scores = flow.log_prob(cell_centers(WIDE, (rows, columns))).reshape(rows, columns)
        seen = scores > -10
        assert seen.sum() > 500
        np.testing.assert_allclose(density.log_density[seen], scores[seen], atol=1e-5)
        np.testing.assert_allclose(density.log_density, scores, atol=0.05, rtol=5e-3)

    def test_positions_alone_give_nearly_the_same_density(self, flow: Flow, trace: Trace) -> None:
        located = flow.trace_positions(trace.positions[0])
        for stage in range(len(trace.names)):
            fine, coarse = (flow.density(stage, WIDE, particles, side=24) for particles in (trace, located))
            likely = fine.log_density > -10
            np.testing.assert_allclose(coarse.log_density[likely], fine.log_density[likely], atol=0.02)
            for mass in (0.5, 0.9):
                assert coarse.level(mass) == pytest.approx(fine.level(mass), abs=0.25)

    def test_any_number_of_points_goes_through_in_blocks(self, flow: Flow) -> None:
        points = np.random.default_rng(0).normal(size=(5000, 2))
        whole = flow.log_density(1, points)
        np.testing.assert_allclose(whole[4000:4003], flow.log_density(1, points[4000:4003]), atol=1e-5)
        assert flow.log_density(1, points[:0]).shape == (0,)


def test_the_usual_base_is_the_standard_normal() -> None:
    points = cell_centers(WIDE, (50, 60))
    expected = -0.5 * (points**2).sum(axis=1) - np.log(2 * np.pi)
    log_density = build_flow(SPECS["realnvp"]).log_density(0, points)
    np.testing.assert_allclose(log_density, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("family", ["realnvp", *(pytest.param(f, marks=pytest.mark.slow) for f in ("nice", "spline"))])
def test_a_flow_of_a_single_layer_is_no_special_case(family: str) -> None:
    spec = FlowSpec.model_validate({"family": family, "layers": 1, "width": 4, "depth": 1, "normalization": "none"})
    flow = build_flow(spec, random_weights(spec), dtype="float64")
    points = base_particles(20).astype(np.float64)
    through = flow.trace_through(points, len(flow.stages))
    np.testing.assert_allclose(flow.forward(through.positions[0]), points, atol=1e-12)
    np.testing.assert_allclose(flow.log_density(len(flow.stages), points), flow.log_prob(points), atol=1e-6)
    assert flow.report(len(flow.stages), through).curves


def test_in_float32_too_a_trained_density_is_that_of_score(trained: Flow, project: Project) -> None:
    exact = build_flow(project.flow, project.weights, dtype="float64")
    for rectangle in ((-3.0, 3.0, -3.0, 3.0), (-0.5, 0.5, -0.5, 0.5)):
        density = trained.density(len(trained.stages), rectangle).log_density.ravel()
        scores = exact.log_prob(cell_centers(rectangle, (256, 256)))
        assert (scores > -10).sum() > 1000
        np.testing.assert_allclose(density[scores > -10], scores[scores > -10], atol=1e-4)
        np.testing.assert_allclose(density, scores, rtol=2e-3, atol=1e-2)


def test_the_contour_of_90_percent_holds_90_percent(trained: Flow, project: Project) -> None:
    """Its level is a quantile over the particles; fresh particles are in it as often as it says."""
    fresh = trained.trace(base_particles(20_000, seed=5))
    for stage in range(len(project.trace.names)):
        level = np.quantile(project.trace.log_density(stage), 0.1)
        inside = trained.log_density(stage, fresh.positions[stage].astype(np.float64)) >= level
        assert inside.mean() == pytest.approx(0.9, abs=0.01), stage


def test_a_flow_that_overflows_has_no_nan_in_its_density(project: Project) -> None:
    grown = {name: 100 * a for name, a in project.weights.parameters.items()}
    flow = build_flow(project.flow, Weights(grown, project.weights.statistics))
    for stage in range(len(flow.stages) + 1):
        found = flow.density(stage, (-1e30, 1e30, -1e30, 1e30), side=20).log_density
        assert not np.isnan(found).any()
        assert (found < np.inf).all()


def named(report: StageReport, start: str) -> Curve:
    return next(curve for curve in report.curves if curve.name.startswith(start))


def interpolated(report: StageReport, start: str) -> Callable[[NDArray[Any]], NDArray[Any]]:
    curve = named(report, start)
    return lambda x: np.interp(x, curve.x.astype(np.float64), curve.y.astype(np.float64))


class TestReports:
    """A report is true: what it says of a stage is what the stage does to particles."""

    def test_affine_curves_move_the_particles(self, flow: Flow, trace: Trace) -> None:
        for _, report in moving(flow, trace, {"real_nvp", "additive_coupling"}):
            shift, *scaled = report.curves
            x, log_scale = shift.x.astype(np.float64), scaled[0].y if scaled else 0 * shift.y
            y = np.linspace(-2, 2, len(x))
            found = flow.trace_through(np.stack([x, y], axis=1), report.stage - 1)
            after, log_det = found.positions[report.stage], found.log_det_of(report.stage)
            np.testing.assert_allclose(after[:, 0], x, atol=1e-6)
            np.testing.assert_allclose(y * np.exp(log_scale) + shift.y, after[:, 1], atol=1e-5)
            np.testing.assert_allclose(log_scale, log_det, atol=1e-5)

    def test_autoregressive_curves_move_the_particles(self, flow: Flow, trace: Trace) -> None:
        for (before, after, log_det), report in moving(
            flow, trace, {"masked_autoregressive", "inverse_autoregressive"}
        ):
            scale, shift = report.numbers["horizontal scale"], report.numbers["horizontal shift"]
            np.testing.assert_allclose(scale * before[:, 0] + shift, after[:, 0], atol=1e-9)
            masked = report.kind == "masked_autoregressive"
            x, y, image = (after[:, 0], before[:, 1], after[:, 1]) if masked else (*before.T, after[:, 1])
            t, s = interpolated(report, "shift")(x), interpolated(report, "log-scale")(x)
            # A curve of 400 points cuts the corners of a table of random numbers.
            tolerance = 3e-2 if flow.spec.conditioner == "table" else 2e-3
            np.testing.assert_allclose(y * np.exp(s) + t if masked else (y - t) * np.exp(-s), image, atol=tolerance)
            np.testing.assert_allclose(np.log(scale) + (s if masked else -s), log_det, atol=tolerance)

    def test_maps_of_a_spline_move_points(self, flow: Flow, trace: Trace) -> None:
        for _, report in moving(flow, trace, {"spline_coupling"}):
            assert len(report.curves) == 5
            for curve in report.curves:
                x = float(curve.name.removeprefix("x = ").replace("−", "-"))  # to three digits
                y = curve.x[::20].astype(np.float64)
                points = np.stack([np.full(len(y), x), y], axis=1)
                moved = flow.trace_through(points, report.stage - 1).positions[report.stage, :, 1]
                np.testing.assert_allclose(moved, curve.y[::20], atol=0.02)
                assert (np.diff(curve.y) > 0).all()

    def test_shifts_of_a_planar_layer_move_the_particles(self, flow: Flow, trace: Trace) -> None:
        for (before, after, log_det), report in moving(flow, trace, {"planar"}):
            n = report.numbers
            u, w = (np.array([n[f"horizontal {each}"], n[f"vertical {each}"]]) for each in "uw")
            s = before @ w / np.linalg.norm(w)
            shift, log_scale = interpolated(report, "shift")(s), interpolated(report, "log-scale")(s)
            np.testing.assert_allclose(before - np.outer(shift, u) / np.linalg.norm(u), after, atol=1e-4)
            np.testing.assert_allclose(log_scale, log_det, atol=1e-4)
            assert n["w · u"] == pytest.approx(w @ u)
            np.testing.assert_allclose(after + np.outer(np.tanh(after @ w + n["b"]), u), before, atol=1e-9)

    def test_changes_of_the_radius_move_the_particles(self, flow: Flow, trace: Trace) -> None:
        for (before, after, log_det), report in moving(flow, trace, {"radial"}):
            n = report.numbers
            center = np.array([n["horizontal c"], n["vertical c"]])
            r, radius = (np.linalg.norm(points - center, axis=1) for points in (before, after))
            np.testing.assert_allclose(r + interpolated(report, "change")(r), radius, atol=1e-4)
            np.testing.assert_allclose(interpolated(report, "log-scale")(r), log_det, atol=1e-3)
            np.testing.assert_allclose(radius + n["β"] * radius / (n["α"] + radius), r, atol=1e-9)

    def test_scales_shifts_and_matrices_move_the_particles(self, flow: Flow, trace: Trace) -> None:
        kinds = {"batch_normalization", "actnorm", "scale", "linear_mixing"}
        for (before, after, log_det), report in moving(flow, trace, kinds):
            n = report.numbers
            if report.kind == "linear_mixing":
                rows = [[n[f"{row} from {column}"] for column in "xy"] for row in ("horizontal", "vertical")]
                matrix, shift = np.array(rows), np.zeros(2)
                assert n["determinant"] == pytest.approx(np.linalg.det(matrix))
            else:
                matrix = np.diag([n["horizontal scale"], n["vertical scale"]])
                shift = np.array([n["horizontal shift"], n["vertical shift"]])
            np.testing.assert_allclose(before @ matrix.T + shift, after, atol=1e-9)
            np.testing.assert_allclose(np.log(abs(np.linalg.det(matrix))), log_det, atol=1e-9)
            if report.kind == "batch_normalization":
                assert n["horizontal scale"] == pytest.approx(
                    np.sqrt(n["horizontal variance σ²"] + n["ε"]) / n["horizontal γ"]
                )
                assert n["vertical shift"] == pytest.approx(
                    n["vertical mean μ"] - n["vertical β"] * n["vertical scale"]
                )

    def test_every_stage_reports_in_lines_that_are_short(self, flow: Flow, trace: Trace) -> None:
        for stage, name in enumerate(trace.names):
            report = flow.report(stage, trace)
            assert f"{report.stage:02d}_{report.kind}" == name
            assert 2 <= len(report.formula) <= 6
            assert all(len(line) <= 64 for line in report.formula)
            assert all(np.isfinite(number) for number in report.numbers.values())
            for curve in report.curves:
                assert curve.x.shape == curve.y.shape == (400,)
                assert np.isfinite(curve.y).all()
            assert bool(report.curves) == bool(report.across)

    def test_curves_span_where_the_particles_are(self, flow: Flow, trace: Trace) -> None:
        for stage in range(1, len(trace.names)):
            report = flow.report(stage, trace)
            if report.curves and report.across == "horizontal x":
                x = trace.positions[stage - 1, :, 0]
                within = (x >= report.curves[0].x[0]) & (x <= report.curves[0].x[-1])
                assert 0.99 < within.mean() < 1


def moving(flow: Flow, trace: Trace, kinds: set[str]) -> Iterator[tuple[list[NDArray[Any]], StageReport]]:
    """The reports of some kinds, and what the stage does: particles before and after, and the log-dets.

    Without the outermost particles, where the curves are not known.
    """
    for stage, name in enumerate(trace.names):
        if name.partition("_")[2] in kinds:
            before = trace.positions[stage - 1]
            low, high = spans_of(before).T
            inside = ((before > low) & (before < high)).all(axis=1)
            moved = (before, trace.positions[stage], trace.log_det_of(stage))
            yield [each[inside] for each in moved], flow.report(stage, trace)


def test_the_base_reports_its_formula_and_entropy() -> None:
    report = build_flow(FlowSpec(layers=1)).report(0)
    assert report.kind == "base"
    particles = base_particles(100_000).astype(np.float64)
    nll = 0.5 * (particles**2).sum(axis=1) + np.log(2 * np.pi)
    assert report.numbers["entropy"] == pytest.approx(nll.mean(), abs=0.02)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (-0.12345, "−0.123"), (12.345, "12.3"), (1234567, "1.23·10⁶"), (-1e-12, "−1·10⁻¹²"), (5.49e-16, "0")],
)
def test_numbers_have_three_digits(number: float, text: str) -> None:
    assert written(number) == text


def test_combinations_leave_out_what_is_nothing() -> None:
    assert combination([1.2, 0], -0.3) == "1.2 · x − 0.3"
    assert combination([0, 1], 0) == "y"
    assert combination([-1, -2], 0) == "−x − 2 · y"
    assert combination([0, 0], 0) == "0"


def test_curves_of_particles_that_ran_away_are_still_somewhere() -> None:
    np.testing.assert_array_equal(spans_of(np.full((5, 2), np.nan)), [[-4, 4], [-4, 4]])
    assert (np.diff(spans_of(np.ones((5, 2)))) > 0).all()


class TestScenes:
    def test_a_scene_gets_what_its_view_shows(self, trained: Flow, project: Project) -> None:
        scene, view = Scene(project.trace), ViewSpec(marks=frozenset({"points"}))
        assert completed(trained, scene, 3, view, WIDE) == scene
        view = ViewSpec(marks=frozenset({"density", "grid"}))
        found = completed(trained, scene, 3, view, WIDE, probe=(2, (0.5, 0.25)))
        assert found.density is not None
        assert (found.density.stage, found.density.rectangle) == (3, WIDE)
        assert found.grid is not None
        np.testing.assert_array_equal(found.grid.positions[0], lattice_points())
        assert found.probe is not None
        np.testing.assert_array_equal(found.probe.positions[2], [[0.5, 0.25]])

    def test_what_fits_is_not_computed_again(self, trained: Flow, project: Project) -> None:
        view = ViewSpec(marks=frozenset({"density", "grid"}))
        found = completed(trained, Scene(project.trace), 3, view, WIDE)
        again, other = completed(trained, found, 3, view, WIDE), completed(trained, found, 4, view, WIDE)
        assert (again.density, again.grid) == (found.density, found.grid)
        assert other.density is not None
        assert other.density.stage == 4
        assert other.grid is found.grid


def test_it_answers_while_another_thread_trains() -> None:
    """As the window asks: about the numbers of a snapshot, and of another, in one graph."""
    spec, stop, started = FlowSpec(family="radial", layers=2), threading.Event(), threading.Event()
    weights = random_weights(spec)
    flow = build_flow(spec, weights)
    last = len(flow.stages)
    before = [flow.trace_through(np.array([[0.1, 0.2]]), stage) for stage in range(last + 1)]

    def run() -> None:
        training = TrainingSpec(steps=100_000)
        target = build_target(TextSpec(text="I"))
        for event in train(target, spec, training, stop_requested=stop.is_set, snapshot_seconds=0.0):
            if isinstance(event, Snapshot) and event.step > 0:
                started.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert started.wait(60)
        for stage, expected in enumerate(before):
            found = flow.trace_through(np.array([[0.1, 0.2]]), stage)
            np.testing.assert_array_equal(found.positions, expected.positions)
        other = build_flow(spec)
        for shown in (weights, other.weights()):
            other.restore(shown)
            assert np.isfinite(other.trace_through(np.array([[0.1, 0.2]]), last).positions).all()
            mass = np.exp(other.density(last, (-4, 4, -4, 4), side=64).log_density).sum() / 64
            assert mass == pytest.approx(1, abs=0.1)
    finally:
        stop.set()
        thread.join()

"""Flow matching: what it learns from, what it learns, and other integrators of a trained field."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import flowviz
from flowviz.cli.inspect import _project_info
from flowviz.errors import FileError, SpecError
from flowviz.exporting.scene_fields import velocity_fields
from flowviz.flows import build_flow, graphs
from flowviz.flows.flow_matching import FlowStep
from flowviz.flows.matching import FlowMatching, spread_times
from flowviz.flows.strips import in_strips, stratified
from flowviz.projects import Project, load_project, save_project
from flowviz.projects.format import from_bytes, to_bytes
from flowviz.projects.variant import Variant
from flowviz.records import FLOW_UNITS, FieldGrid, Finished, Snapshot, Trace, base_particles, lattice_points
from flowviz.specs import FlowSpec, ShapeSpec, TextSpec, TrainingSpec
from flowviz.specs.flow import Integrator
from flowviz.targets import build_target
from flowviz.training import train
from tests.records.scores import scored
from tests.test_cli import run

TRAINING = TrainingSpec(steps=1100)  # with a validation, and one at the end
FLOW = FlowSpec(family="flow_matching", base="normal", width=32, waves=4, depth=2)  # a coarse grid integrates it
pytestmark = pytest.mark.usefixtures("few_points")


@pytest.fixture(scope="module")
def frequent_validations() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowviz.training.validation.VALIDATION_CHUNKS", 1)
        yield


@pytest.fixture(scope="module")
def project(frequent_validations: None, few_points: None) -> Project:
    return flowviz.train(TextSpec(text="I"), FLOW, TRAINING)


class TestPairs:
    def test_transport_pairs_near_points(self) -> None:
        rng = np.random.default_rng(0)
        points = rng.uniform(-1.5, 1.5, (20, 64, 2)).astype(np.float32)
        distances = {}
        for pairing in ("independent", "transport"):
            objective = FlowMatching(FlowSpec(family="flow_matching", pairing=pairing))
            start, end, time = np.split(objective.prepared(points, np.random.default_rng(1)), [2, 4], axis=2)
            assert sorted(map(tuple, end.reshape(-1, 2))) == sorted(map(tuple, points.reshape(-1, 2)))
            assert abs(start.mean()) < 0.1
            assert ((time >= 0) & (time < 1)).all()
            distances[pairing] = float(((end - start) ** 2).sum(axis=2).mean())
        assert distances["transport"] < 0.1 * distances["independent"]

    @pytest.mark.parametrize("count", [1, 2, 3, 10, 100])
    def test_strips_hold_every_point_once(self, count: int) -> None:
        points = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
        order = in_strips(points, 3)
        assert sorted(order) == list(range(count))
        assert sorted(in_strips(np.zeros((count, 2), np.float32), 3)) == list(range(count)), "also of equal points"

    def test_strips_go_from_left_to_right_and_upward(self) -> None:
        grid = np.stack(np.meshgrid(np.arange(4.0), np.arange(4.0), indexing="ij"), axis=-1).reshape(-1, 2)
        shuffled = np.random.default_rng(0).permutation(grid.astype(np.float32))
        np.testing.assert_array_equal(shuffled[in_strips(shuffled, 4)], grid)

    @pytest.mark.parametrize(("steps", "batch"), [(1, 2), (7, 16), (20, 250)])
    def test_every_batch_is_spread_evenly(self, steps: int, batch: int) -> None:
        points = np.random.default_rng(0).uniform(0, 1, (steps, batch, 2)).astype(np.float32)
        found = stratified(points, np.random.default_rng(1))
        assert sorted(map(tuple, found.reshape(-1, 2))) == sorted(map(tuple, points.reshape(-1, 2)))
        assert found.mean(axis=1).var(axis=0).max() <= points.mean(axis=1).var(axis=0).max()

    def test_times_of_a_step_are_spread_evenly(self) -> None:
        times = spread_times(3, 8, np.random.default_rng(0))
        np.testing.assert_array_equal(np.floor(np.sort(times, axis=1) * 8), np.tile(np.arange(8), (3, 1)))


class TestUntrainedFlow:
    def test_is_the_identity(self) -> None:
        flow = build_flow(FLOW)
        trace = flow.trace(particles := flow.particles(700))
        np.testing.assert_array_equal(trace.positions, np.tile(particles, (21, 1, 1)))
        np.testing.assert_array_equal(trace.log_det, np.zeros((21, 700)))
        assert trace.round_trip_error is not None
        assert not trace.round_trip_error.any()

    def test_is_not_the_identity_once_it_moves_anything(self) -> None:
        flow = build_flow(FLOW)
        weights = flow.weights()
        weights.parameters["velocity_field/bias_2"][:] = [[0.0], [1.0]]
        flow.restore(weights)
        trace = flow.trace(particles := flow.particles(700))
        np.testing.assert_allclose(trace.positions[-1], particles + np.array([0, 1]), atol=1e-5)
        np.testing.assert_allclose(trace.log_det, 0, atol=1e-5)


class TestTrainedFlow:
    def test_density_integrates_to_one(self, project: Project) -> None:
        side = np.linspace(-4.5, 4.5, 120)
        grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        density = np.exp(flowviz.build_flow(FLOW, project.weights).log_prob(grid))
        assert np.nansum(density) * (side[1] - side[0]) ** 2 == pytest.approx(1, abs=0.01)

    def test_trace_agrees_with_the_score(self, project: Project) -> None:
        scored = flowviz.score(project, project.trace.positions[-1][:2000], units="flow")
        traced = project.trace.log_density(project.trace.last_stage)[:2000]
        assert np.nanmean(scored) == pytest.approx(traced[~np.isnan(scored)].mean(), abs=0.02)

    def test_report_describes_the_velocity_at_the_particles(self, project: Project) -> None:
        flow, trace = project.build_flow(), project.trace
        for stage in (1, 20):
            report = flow.report(stage, trace)
            found = report.numbers
            assert report.formula[0] == ("from t = 0.00 to 0.05" if stage == 1 else "from t = 0.95 to 1.00")
            assert not any("time" in name for name in found), "the formula says it"
            assert found["maximum speed"] >= found["mean speed"] > 0
            assert found["minimum divergence"] <= found["mean divergence"] <= found["maximum divergence"]
            moved = np.linalg.norm(trace.positions[stage] - trace.positions[stage - 1], axis=1)
            assert found["mean speed"] / 20 == pytest.approx(moved.mean(), rel=0.1)
            assert all(len(line) <= 60 for line in report.formula)
        assert flow.report(1).numbers["duration h"] == 0.05

    def test_field_of_the_last_stage_is_that_at_time_1(self, project: Project) -> None:
        grid = FieldGrid.across((-2.0, 2.0, -2.0, 2.0), 4.0)
        coarse, fine = (
            velocity_fields(build_flow(FLOW.with_integrator("euler", steps), project.weights), [grid] * steps)
            for steps in (1, 4)
        )
        assert [(field.stage, field.at_end) for field in fine] == [*((k, False) for k in (1, 2, 3, 4)), (4, True)]
        np.testing.assert_allclose(coarse[0].vectors, fine[0].vectors, atol=1e-5)
        np.testing.assert_allclose(coarse[-1].vectors, fine[-1].vectors, atol=1e-5)
        assert np.abs(coarse[-1].vectors - coarse[0].vectors).max() > 0.1

    def test_an_euler_step_follows_the_velocity(self, project: Project) -> None:
        flow = build_flow(FLOW.with_integrator("euler", 10), project.weights)
        stage = flow.stages[4]
        assert isinstance(stage, FlowStep)
        numbers = flow.chain.numbers(flow.parameters, flow.statistics)[4]
        points = tf.constant(base_particles(20))
        moved = points + 0.1 * stage.velocity(numbers, points)
        np.testing.assert_allclose(stage.forward(numbers, points), moved, atol=1e-5)

    def test_history_has_the_regression_loss_beside_the_nll(self, project: Project) -> None:
        history = from_bytes(to_bytes(project)).history
        np.testing.assert_array_equal(history.loss, project.history.loss)
        assert np.isnan(history.loss[0]), "it is not measured before the first step"
        assert history.loss[-1] < history.loss[1]
        assert (history.loss[1:] > 0).all(), "a mean of squares"
        assert history.validation_nll[-1] < history.validation_nll[0]
        assert not np.allclose(history.train_nll[1:], history.loss[1:])

    def test_other_families_have_no_loss_but_the_nll(self) -> None:
        other = flowviz.train(ShapeSpec(name="rings"), FlowSpec(family="radial", layers=1), TrainingSpec(steps=20))
        assert np.isnan(other.history.loss).all()

    def test_weights_do_not_depend_on_the_integrator_which_may_change(self, project: Project) -> None:
        requested = chain([None], repeat(Variant(FLOW.with_integrator("rk4", 2))))
        euler, target = FLOW.with_integrator("euler", 3), build_target(TextSpec(text="I"))
        events = list(train(target, euler, TRAINING, snapshot_seconds=0.0, vary=lambda: next(requested)))
        stages = [event.trace.last_stage for event in events if isinstance(event, Snapshot)]
        assert stages[0] == 3
        assert set(stages[1:]) == {2}
        end = events[-1]
        assert isinstance(end, Finished)
        assert end.trace.last_stage == 2
        for name, array in project.weights.parameters.items():
            np.testing.assert_array_equal(end.weights.parameters[name], array)
        assert project.checkpoint is not None
        assert project.checkpoint.kept is not None
        assert end.kept.validation_nll == project.checkpoint.kept.validation_nll, "measured with the usual steps"
        rescored = flowviz.rescored(project.with_integrator("rk4", 2)).score
        assert rescored is not None
        assert end.score.validation == rescored.validation
        assert (end.score.test is None, rescored.test) == (False, None), "only a training uses the test points"


class TestOtherIntegrators:
    @pytest.mark.parametrize("method", ["euler", "midpoint", "rk4"])
    def test_positions_alone_are_those_of_the_trace(self, project: Project, method: Integrator) -> None:
        flow = build_flow(FLOW.with_integrator(method, 5), project.weights)
        whole, positions = flow.trace(base_particles(500)), flow.trace_positions(base_particles(500))
        np.testing.assert_allclose(positions.positions, whole.positions, atol=1e-5)
        assert (positions.names, positions.base) == (whole.names, whole.base)
        assert whole.has_densities
        assert not positions.has_densities
        assert np.isnan(positions.volume_shares).all()

    def test_changes_the_steps_and_nothing_else(self, project: Project) -> None:
        changed = project.with_integrator("rk4", 7)
        assert changed.flow == FLOW.model_copy(update={"integrator": "rk4", "integrator_steps": 7})
        assert changed.weights is project.weights
        assert changed.score is None
        assert changed.trace.names == changed.flow.stage_names()
        np.testing.assert_allclose(changed.trace.positions[-1], project.trace.positions[-1], atol=0.2)
        assert project.with_integrator("midpoint", 20) is project
        again = from_bytes(to_bytes(changed))
        np.testing.assert_array_equal(again.trace.positions, changed.trace.positions)

    def test_steps_change_without_a_new_graph(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        project.build_flow().trace_positions(base_particles(50))
        monkeypatch.setattr(graphs, "stored_or_traced", lambda *_: pytest.fail("traced again"))
        for steps in (1, 21, 100):
            flow = build_flow(FLOW.with_integrator(steps=steps), project.weights)
            for trace in (flow.trace_positions(base_particles(50)), flow.trace(base_particles(50))):
                assert len(trace.names) == steps + 1

    def test_one_euler_step_folds_and_says_so(self, project: Project) -> None:
        folded = flowviz.rescored(project.with_integrator("euler", 1))
        assert folded.trace.folded_share > 0.01
        assert folded.score is not None
        assert 0.01 < folded.score.folded < 1
        sentence = folded.score.in_units(FLOW_UNITS).sentence()
        assert "(inexact: steps fold the plane over at " in sentence
        assert "increase the integrator steps" in sentence
        again = from_bytes(to_bytes(folded))
        assert again.score == folded.score
        assert again.trace.folded is not None
        assert folded.trace.folded is not None
        np.testing.assert_array_equal(again.trace.folded, folded.trace.folded)
        assert _project_info(folded)["folded_particles"] == folded.trace.folded_share

    @pytest.mark.parametrize("folded", [0.0, 1e-4])
    def test_the_score_is_exact_if_almost_nothing_folds(self, folded: float) -> None:
        assert "inexact" not in scored(1, 2.0, 2.0, 0.1, 1.0, folded).in_units(FLOW_UNITS).sentence()

    @pytest.mark.parametrize(("integrator", "steps"), [("heun", None), (None, 101), (None, 0)])
    def test_wrong_values_are_a_sentence(self, project: Project, integrator: str | None, steps: int | None) -> None:
        with pytest.raises(SpecError, match="The integrator"):
            project.with_integrator(integrator, steps)  # type: ignore[arg-type]

    def test_other_flows_have_none(self) -> None:
        other = Project.untrained(ShapeSpec(name="rings"), FlowSpec(), TrainingSpec(steps=1))
        with pytest.raises(SpecError, match="Only flow matching has an integrator"):
            other.with_integrator("euler")
        with pytest.raises(FileError, match="was not trained"):
            flowviz.rescored(other)

    def test_untrained_flow_only_gets_other_stages(self) -> None:
        other = Project.untrained(ShapeSpec(name="rings"), FLOW, TrainingSpec(steps=1)).with_integrator(steps=3)
        assert len(other.trace.names) == 4

    def test_joined_traces_know_what_is_folded(self, project: Project) -> None:
        whole = replace(project.trace, folded=None)
        part = replace(whole, folded=np.ones(whole.log_det.shape[1], np.bool_))
        assert Trace.joined([whole, part]).folded_share == 0.5
        assert Trace.joined([whole, whole]).folded is None


class TestCommands:
    @pytest.fixture
    def path(self, project: Project, tmp_path: Path) -> Path:
        path = tmp_path / "i.flowviz"
        save_project(project, path)
        return path

    def test_commands_take_another_integrator(self, path: Path, tmp_path: Path) -> None:
        euler = ("--integrator", "euler", "--integrator-steps", 5)
        assert run("sample", path, "-n", 30, "-o", tmp_path / "points.npy", *euler) == 0
        expected = flowviz.sample(load_project(path).with_integrator("euler", 5), 30, seed=0)
        np.testing.assert_array_equal(np.load(tmp_path / "points.npy"), expected)
        assert run("trace", path, "-n", 5, "-o", tmp_path / "trace.npz", *euler) == 0
        with np.load(tmp_path / "trace.npz") as trace:
            assert len(trace["names"]) == 6
        assert run("score", path, tmp_path / "points.npy", "-o", tmp_path / "scores.npy", *euler) == 0
        assert run("render", path, "-o", tmp_path / "stages/", "--size", "64x64", *euler) == 0
        assert len(list((tmp_path / "stages").iterdir())) == 6

    def test_score_says_which_points_have_no_density(
        self, path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        np.save(tmp_path / "points.npy", lattice_points())
        steps = ("--integrator", "euler", "--integrator-steps", 1)
        assert run("score", path, tmp_path / "points.npy", "-o", tmp_path / "scores.npy", *steps) == 0
        missing = np.isnan(np.load(tmp_path / "scores.npy")).sum()
        said = " ".join(capsys.readouterr().err.split())
        assert f"{missing:,} of {len(lattice_points()):,} points have no exact density (NaN)" in said

    def test_other_families_take_no_integrator(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        save_project(
            Project.untrained(ShapeSpec(name="rings"), FlowSpec(), TrainingSpec(steps=1)), tmp_path / "x.flowviz"
        )
        assert run("sample", tmp_path / "x.flowviz", "-o", tmp_path / "a.npy", "--integrator", "rk4") == 2
        assert "Only flow matching has an integrator." in " ".join(capsys.readouterr().err.split())

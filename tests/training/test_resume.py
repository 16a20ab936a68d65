"""A training that resumes after a recovery: exactly as if it had not been stopped."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.flows import Flow, build_flow
from flowviz.projects import Project, from_bytes, load_project, to_bytes
from flowviz.records import Checkpoint, Event, Finished, History, Progress, Recovered, Snapshot, Trace
from flowviz.specs import ConditionalSpec, FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.targets import Draws, build_target
from flowviz.training import train, trained
from flowviz.training.scoring import nlls_of
from flowviz.training.step import ChunkRunner, State

FILES = Path(__file__).parents[1] / "projects" / "files"
SPEC, FLOW, STEPS = TextSpec(text="I"), FlowSpec(layers=2, width=8, depth=1), TrainingSpec(steps=400)
TARGET = build_target(SPEC)
RESIDUE = 2  # of the points of the first chunk
pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")
STATE = ("parameters", "first_moment", "second_moment", "statistics", "losses")


@pytest.fixture
def spoiled_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make some chunks fail, depending on their points only: the first one, and about every fourth one."""
    run = ChunkRunner.run

    def spoiled(
        self: ChunkRunner, state: State, step: int, start: int, points: NDArray[Any], *rest: Any, **how: Any
    ) -> tuple[State, Any]:
        state, losses = run(self, state, step, start, points, *rest, **how)
        number = int(points.view(np.uint32).sum(dtype=np.uint64))
        return state, losses * np.float32("nan" if number % 4 == RESIDUE else 1)

    monkeypatch.setattr(ChunkRunner, "run", spoiled)


@pytest.fixture
def lost_particles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let particles of the trained flow run away now and then, depending on its weights only."""
    trace = Flow.trace

    def lost(self: Flow, particles: NDArray[Any]) -> Trace:
        found = trace(self, particles)
        number = int(self.parameters.numpy().view(np.uint32).sum(dtype=np.uint64))
        if len(particles) == 500 and number % 2 == 1:
            found.positions[-1, 0] = np.inf
        return found

    monkeypatch.setattr(Flow, "trace", lost)


@pytest.fixture
def rising_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the validation NLL of the trained flow be 1 nat higher now and then, depending on its weights only."""
    monkeypatch.setattr("flowviz.training.validation.VALIDATION_CHUNKS", 1)

    def risen(flow: Flow, points: Draws) -> NDArray[np.float64]:
        number = int(flow.parameters.numpy().view(np.uint32).sum(dtype=np.uint64))
        return nlls_of(flow, points) + (1.0 if number % 4 == RESIDUE else 0.0)

    monkeypatch.setattr("flowviz.training.validation.nlls_of", risen)


def finished(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def stored(checkpoint: Checkpoint) -> Checkpoint:
    """Return a checkpoint that was saved and opened."""
    untrained = Project.untrained(SPEC, FLOW, STEPS)
    project = replace(untrained, weights=build_flow(FLOW).weights(), checkpoint=checkpoint)
    opened = from_bytes(to_bytes(project)).checkpoint
    assert opened is not None
    return opened


def assert_resumes_exactly(events: list[Event]) -> None:
    """Check that the training ends the same from every sixth of its checkpoints, once stored, as without a stop."""
    whole = finished(events)
    recoveries = sum(isinstance(event, Recovered) for event in events)
    assert whole.recoveries == recoveries > 1
    checkpoints = [event for event in events if isinstance(event, Checkpoint)]
    for checkpoint in checkpoints[::6]:
        resumed = finished(list(train(TARGET, FLOW, STEPS, resume=stored(checkpoint))))
        for name in STATE:
            np.testing.assert_array_equal(getattr(resumed.checkpoint, name), getattr(whole.checkpoint, name))
        for name in ("recoveries", "largest_rise"):
            assert getattr(resumed, name) == getattr(whole, name), checkpoint.step
        assert resumed.kept.step == whole.kept.step


def test_a_training_resumes_exactly_after_chunks_that_failed(spoiled_chunks: None) -> None:
    assert_resumes_exactly(list(train(TARGET, FLOW, STEPS, snapshot_seconds=0.0)))


def test_a_training_resumes_exactly_before_and_after_particles_ran_away(lost_particles: None) -> None:
    assert_resumes_exactly(list(train(TARGET, FLOW, STEPS, snapshot_seconds=0.0)))


def test_a_training_resumes_exactly_before_and_after_its_loss_rose(rising_losses: None) -> None:
    assert_resumes_exactly(list(train(TARGET, FLOW, STEPS, snapshot_seconds=0.0)))


def test_it_recovers_to_a_state_from_before_the_budget_began(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best state may be from the time before XLA had compiled, which is not part of the budget."""
    checkpoints = [event for event in train(TARGET, FLOW, STEPS, snapshot_seconds=0.0) if isinstance(event, Checkpoint)]
    last = next(each for each in checkpoints if each.validated is not None and 0 < each.validated.step < each.step)
    run, spoiled = ChunkRunner.run, [np.float32("nan")]

    def spoil_once(*arguments: Any, **how: Any) -> tuple[State, Any]:
        state, losses = run(*arguments, **how)
        return state, losses * (spoiled.pop() if spoiled else np.float32(1))

    monkeypatch.setattr(ChunkRunner, "run", spoil_once)
    end = finished(list(train(TARGET, FLOW, STEPS, resume=replace(last, start_step=last.step))))
    assert end.ending == "completed"
    assert end.recoveries == last.recoveries + 1


def test_history_of_a_training_that_resumes_has_the_recoveries_so_far(rising_losses: None) -> None:
    histories, history = list[tuple[Checkpoint, History]](), History()
    for event in train(TARGET, FLOW, STEPS, snapshot_seconds=0.0):
        history = history.with_event(event)
        if isinstance(event, Checkpoint):
            histories.append((event, history))
    assert len(history.recoveries) > 1
    for checkpoint, then in histories:
        assert history.resumed(checkpoint).recoveries == then.recoveries


def test_recovery_returns_to_the_best_state_to_the_last_bit(rising_losses: None) -> None:
    states, best, returns = dict[int, Checkpoint](), dict[int, float](), 0
    events = list(train(TARGET, FLOW, STEPS, snapshot_seconds=0.0))
    for event, following in pairwise(events):
        match event:
            case Recovered():
                returns += 1
                assert event.step == min(best, key=lambda step: best[step], default=0) < event.failed_step
                assert event.rise is not None
                assert event.rise > 0.3
                assert f"The validation loss rose by {event.rise:.1f} nats" in event.sentence()
            case Progress():
                assert event.validation_nll is not None
                best[event.step] = event.validation_nll
            case Checkpoint() if event.step in states:
                for name in STATE[:-1]:
                    np.testing.assert_array_equal(getattr(event, name), getattr(states[event.step], name))
            case Checkpoint():
                states[event.step] = event
        assert not isinstance(event, Recovered) or isinstance(following, Snapshot)
    assert returns > 1


def test_a_training_of_an_older_file_resumes_and_is_saved_again() -> None:
    old = load_project(FILES / "format_8.flowviz")
    assert old.checkpoint is not None
    assert old.checkpoint.step == 450
    again = from_bytes(to_bytes(trained(old, build_target(old.target))))
    assert again.checkpoint is not None
    assert again.checkpoint.step == 1000
    assert again.score is not None
    assert again.score.test_nll is not None
    assert again.history.step[-1] == 1000
    assert again.history.kept_step == again.score.step


def test_a_training_that_leaves_out_values_resumes_exactly() -> None:
    words = ConditionalSpec(sources=(TextSpec(text="I"), TextSpec(text="O")))
    flow, target = FLOW.model_copy(update={"leave_out": 0.3}).conditioned_on(words.condition), build_target(words)
    events = list(train(target, flow, STEPS, snapshot_seconds=0.0))
    checkpoints = [event for event in events if isinstance(event, Checkpoint)]
    resumed = finished(list(train(target, flow, STEPS, resume=checkpoints[len(checkpoints) // 2])))
    for name in STATE:
        np.testing.assert_array_equal(
            getattr(resumed.checkpoint, name), getattr(finished(events).checkpoint, name), err_msg=name
        )


@pytest.mark.parametrize("edits", [Edits(), Edits(layers={1: LayerEdit(disabled=True)})])
def test_guidance_changes_neither_what_a_flow_learns_nor_its_score(edits: Edits) -> None:
    words = ConditionalSpec(sources=(TextSpec(text="I"), TextSpec(text="O")))
    usual = FlowSpec(family="flow_matching", width=8, depth=1, integrator_steps=3, leave_out=0.3)
    usual, found = usual.conditioned_on(words.condition), list[Project]()
    for flow in (usual, usual.model_copy(update={"given": 1.0, "guidance": 3.0})):
        start = replace(Project.untrained(words, flow, TrainingSpec(steps=60)), edits=edits)
        found.append(trained(start, build_target(words)))
    for name in STATE:
        np.testing.assert_array_equal(*(getattr(each.checkpoint, name) for each in found))
    assert found[0].score == found[1].score
    assert (found[0].trace.positions[-1] != found[1].trace.positions[-1]).any()

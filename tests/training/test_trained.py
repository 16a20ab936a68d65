"""From a project that asks for a training to one that holds what the training found."""

from dataclasses import replace

import numpy as np
import pytest

from flowviz.projects import Project, from_bytes, to_bytes
from flowviz.records import Environment, Event, Finished, Moment, Snapshot
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import train, trained
from flowviz.training.loop import Training
from tests.training.clock import Clock

pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")
TARGET, FLOW, SPEC = TextSpec(text="I"), FlowSpec(layers=2, width=8, depth=1), TrainingSpec(steps=110)


def test_moments_change_no_number_and_take_no_training_time(monkeypatch: pytest.MonkeyPatch) -> None:
    *_, plain = train(build_target(TARGET), FLOW, SPEC)
    snapshot, clock = Training._snapshot, Clock(monkeypatch)

    def slow(self: Training) -> Snapshot:
        clock.advance(1000)
        return snapshot(self)

    monkeypatch.setattr(Training, "_snapshot", slow)
    events = list(train(build_target(TARGET), FLOW, SPEC, moment_seconds=0))
    moments = [event for event in events if type(event) is Moment]
    end = events[-1]
    assert isinstance(end, Finished)
    assert isinstance(plain, Finished)
    assert len(moments) > 3
    steps = [moment.step for moment in moments]
    assert steps == sorted(set(steps))
    assert 0 < end.progress.seconds < 1000
    np.testing.assert_array_equal(end.checkpoint.parameters, plain.checkpoint.parameters)


def test_what_comes_out_is_what_a_file_has() -> None:
    found = trained(Project.untrained(TARGET, FLOW, SPEC), build_target(TARGET))
    again = from_bytes(to_bytes(found))
    assert [m.step for m in again.timeline.moments] == [m.step for m in found.timeline.moments]
    assert to_bytes(again) == to_bytes(found)
    assert found.timeline.moments[0].step == 0
    assert found.timeline.moments[-1].weights.parameters.keys() == found.weights.parameters.keys()


def test_every_minute_gives_a_project_that_continues_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, spoken, untrained = Clock(monkeypatch), list[Project](), Project.untrained(TARGET, FLOW, SPEC)
    plain = trained(untrained, build_target(TARGET))

    def keep(project: Project) -> None:
        clock.advance(1000)
        spoken.append(project)

    advance = Training._advance

    def slow(self: Training, count: int, *, compiled: bool) -> list[Event]:
        events = advance(self, count, compiled=compiled)
        self._clock.counted += 30
        return events

    monkeypatch.setattr(Training, "_advance", slow)
    elsewhere = Environment(flowviz="0.1.0", tensorflow="2.21.0", python="3.11.7", platform="Linux 6.1 x86_64")
    asked = replace(untrained, score=plain.score, environment=elsewhere)
    whole = trained(asked, build_target(TARGET), on_checkpoint=keep)
    assert [project.score for project in spoken] == [None, None], "the weights are not those of the score"
    assert [project.environment for project in spoken] == 2 * [Environment.current()]
    assert whole.checkpoint is not None
    assert whole.checkpoint.seconds < 1000  # saving takes no training time
    steps = [project.checkpoint.step for project in spoken if project.checkpoint]
    assert len(steps) == 2
    assert 0 < steps[0] < steps[1] < 110
    for project in spoken:
        resumed = trained(from_bytes(to_bytes(project)), build_target(TARGET))
        for end in (whole, resumed):
            assert end.checkpoint is not None
            assert plain.checkpoint is not None
            np.testing.assert_array_equal(end.checkpoint.parameters, plain.checkpoint.parameters)
            np.testing.assert_array_equal(end.trace.positions, plain.trace.positions)

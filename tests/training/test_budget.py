"""Budgets of trainings: extended, used up, or left unused because the flow no longer improves."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowviz
from flowviz.errors import FlowvizError
from flowviz.projects import Project, from_bytes, to_bytes
from flowviz.records import FLOW_UNITS, Event, Finished, Kept, Progress
from flowviz.specs import Entrant, FlowSpec, TextSpec, TrainingSpec
from flowviz.training.guard import Fault, Guard
from tests.test_cli import run

TARGET, FLOW = TextSpec(text="I"), FlowSpec(layers=2, width=8, depth=1)
IMPATIENT = TrainingSpec(steps=800, patience=3)
BEST = 100  # step with the lowest validation NLL, if validations stagnate
pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")


@pytest.fixture(scope="module")
def stagnating() -> Iterator[None]:
    """Validate after each chunk of 20 steps, with an NLL that is lowest at step `BEST`."""
    take = Guard.take_validation

    def taken(self: Guard, validated: Kept, **how: Any) -> Fault | None:
        return take(self, replace(validated, validation_nll=1 + abs(validated.step - BEST) / 1e5), **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowviz.training.validation.VALIDATION_CHUNKS", 1)
        patch.setattr(Guard, "take_validation", taken)
        patch.setattr("flowviz.training.validation.Validation.repeated", lambda _, kept: kept)
        yield


@pytest.fixture(scope="module")
def early(stagnating: None) -> Project:
    """Return a training whose patience was used up."""
    return flowviz.train(TARGET, FLOW, IMPATIENT)


def test_a_finished_training_says_so_and_goes_on_with_a_larger_budget() -> None:
    finished = flowviz.train(TARGET, FLOW, TrainingSpec(steps=60))
    with pytest.warns(UserWarning, match="whole budget of 60 steps. To train longer, pass steps or seconds"):
        assert flowviz.resume(finished) is finished
    longer = flowviz.resume(finished, steps=100)
    assert longer.training.steps == longer.history.step[-1] == 100
    assert longer.history.step[0] == finished.history.step[0]
    with pytest.raises(FlowvizError, match="already been trained for 60 steps"):
        flowviz.resume(finished, steps=50)
    with pytest.raises(FlowvizError, match="either seconds or steps"):
        flowviz.resume(finished, steps=100, seconds=9.0)


def test_a_training_ends_early_after_as_many_validations_without_progress_as_its_patience(early: Project) -> None:
    assert early.history.step[-1] == BEST + 3 * 20
    assert early.score is not None
    assert early.score.step == BEST


@pytest.mark.usefixtures("stagnating")
def test_the_ending_is_named_in_sentences_and_figures() -> None:
    heard = list[Event]()
    flowviz.train(TARGET, FLOW, IMPATIENT, on_event=heard.append)
    end = heard[-1]
    assert isinstance(end, Finished)
    assert end.ending == "patience"
    assert end.in_units(FLOW_UNITS).sentence().startswith("Ended early, without further improvement, after 160 steps: ")
    assert end.in_units(FLOW_UNITS).ended().startswith("Done early: 160 steps")


@pytest.mark.parametrize("stop", [80, 120, 140])
def test_patience_is_the_same_after_a_stop(early: Project, stop: int) -> None:
    reached = list[int]()

    def hear(event: Event) -> None:
        reached.extend([event.step] if isinstance(event, Progress) else [])

    stopped = flowviz.train(TARGET, FLOW, IMPATIENT, on_event=hear, should_stop=lambda: stop in reached)
    assert stopped.checkpoint is not None
    assert stopped.checkpoint.step == stop
    resumed = flowviz.resume(from_bytes(to_bytes(stopped)))
    assert resumed.checkpoint is not None
    assert early.checkpoint is not None
    np.testing.assert_array_equal(resumed.checkpoint.parameters, early.checkpoint.parameters)
    assert resumed.checkpoint.unimproved == early.checkpoint.unimproved == IMPATIENT.patience
    assert resumed.score == early.score


def test_a_training_that_ended_early_says_so_and_goes_on_with_a_larger_budget(early: Project) -> None:
    opened = from_bytes(to_bytes(early))
    with pytest.warns(UserWarning, match="ended early, because 3 validations in a row did not lower"):
        assert flowviz.resume(opened) is opened
    assert flowviz.resume(opened, steps=1000).history.step[-1] == BEST + 2 * 3 * 20


def test_the_command_says_so_too(early: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "early.flowviz"
    flowviz.save(early, path)
    assert run("resume", path, "-o", path) == 0
    assert "early.flowviz ended early, because 3 validations in a row" in capsys.readouterr().err
    assert run("info", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["ending"] == "patience"
    flowviz.save(replace(early, ending=None), path)  # as older versions did
    assert run("info", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["ending"] == "unknown"
    flowviz.save(Project.untrained(TARGET, FLOW, IMPATIENT), path)
    assert run("info", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["ending"] == "not trained"


@pytest.mark.usefixtures("stagnating")
def test_a_comparison_ends_early_for_each_entrant_and_is_complete_then() -> None:
    entrant = Entrant(name="a", target=TARGET, flow=FLOW, training=IMPATIENT)
    found = flowviz.compare(flowviz.ComparisonSpec(entrants=(entrant,), seeds=2))
    assert [(trial.seed, trial.ending, trial.figures["steps"]) for trial in found.trials] == [
        (0, "patience", 160),
        (1, "patience", 160),
    ]
    assert found.missing() == found.missing(1) == ()
    heard = list[str]()
    again = flowviz.compare(found, on_event=lambda name, _: heard.append(name))
    assert not heard
    assert again.trials == found.trials


@pytest.mark.usefixtures("stagnating")
def test_a_comparison_that_ended_early_goes_on_with_a_larger_budget() -> None:
    entrant = Entrant(name="a", target=TARGET, flow=FLOW, training=IMPATIENT)
    found = flowviz.compare(flowviz.ComparisonSpec(entrants=(entrant,), seeds=2))
    for budget in (IMPATIENT, TrainingSpec(steps=20), TrainingSpec(seconds=60)):
        with pytest.raises(FlowvizError, match="Give a larger one in the same unit"):
            found.with_budget(budget)
    longer = flowviz.compare(found.with_budget(TrainingSpec(steps=1000)))
    assert [(trial.seed, trial.ending, trial.figures["steps"]) for trial in longer.trials] == [
        (0, "patience", BEST + 2 * 3 * 20),
        (1, "patience", BEST + 3 * 20),
    ]
    assert longer["a"].training == IMPATIENT.with_budget(TrainingSpec(steps=1000))

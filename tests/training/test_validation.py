"""Three sets of points: to train on, to select the kept state, and to score it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Event as Flag

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz.flows import build_flow
from flowviz.projects import Project
from flowviz.records import FLOW_UNITS, Event, Finished, History, Overfitting, Progress, Snapshot
from flowviz.records.events import Ending
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.specs.flow import BaseName
from flowviz.targets import Ink, Points
from flowviz.training import train, trained
from flowviz.training.overfitting import CLEAR_RISE, MIN_RISE, SMOOTHED, OverfittingMonitor, with_final_report
from tests.training.clock import Clock

pytestmark = pytest.mark.usefixtures("short_chunks")
Losses = NDArray[np.floating]
SMALL, STEPS = FlowSpec(layers=2, width=8, depth=1), TrainingSpec(steps=90)


@pytest.fixture(autouse=True)
def frequent_validations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowviz.training.validation.VALIDATION_CHUNKS", 1)


def history_of(events: Iterator[Event] | list[Event]) -> tuple[History, Finished]:
    history = History()
    for event in events:
        history = history.with_event(event)
    assert isinstance(event, Finished)
    return history, event


class Recorded(Ink):
    """A target that remembers which points it gave."""

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        super().__init__(mask)
        self.drawn_points: dict[str, list[NDArray[np.float32]]] = {"sample": [], "validation": [], "test": []}

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        return self._recorded("sample", super().sample(count, rng))

    def validation(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        return self._recorded("validation", super().sample(count, rng))

    def test(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        return self._recorded("test", super().sample(count, rng))

    def _recorded(self, name: str, points: NDArray[np.float32]) -> NDArray[np.float32]:
        self.drawn_points[name].append(points)
        return points


def test_validation_selects_the_state_and_test_scores_it(target: Ink) -> None:
    recorded = Recorded(target.mask)
    _, end = history_of(train(recorded, SMALL, STEPS))
    [validation, again], [test] = recorded.drawn_points["validation"], recorded.drawn_points["test"]
    np.testing.assert_array_equal(validation, again)
    drawn = [{(x, y) for x, y in points.tolist()} for points in (*recorded.drawn_points["sample"], validation, test)]
    assert len(set.union(*drawn)) == sum(map(len, drawn)), "no point is in two sets"
    nlls = -build_flow(SMALL, end.weights).log_prob(test).astype(np.float64)
    assert end.score.test_nll == pytest.approx(nlls.mean(), abs=1e-5)
    assert end.score.standard_error == pytest.approx(nlls.std() / 100, rel=1e-3)
    assert end.score.validation_nll == pytest.approx(-build_flow(SMALL, end.weights).log_prob(validation).mean())
    assert end.score.test_nll is not None
    assert end.score.gap == end.figures()["gap"] == end.score.test_nll - target.entropy
    assert f"test gap {end.score.gap:.3f} ± {end.score.standard_error:.3f} nats" in end.in_units(FLOW_UNITS).sentence()


def test_all_seeds_are_scored_on_the_same_test_points(target: Ink) -> None:
    recorded = Recorded(target.mask)
    ends = [history_of(train(recorded, SMALL, STEPS.with_seed(seed)))[1] for seed in (1, 2)]
    first, second = recorded.drawn_points["test"]
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(recorded.drawn_points["validation"][0], recorded.drawn_points["validation"][-1])
    for end in ends:
        assert end.test_nlls is not None
        assert end.score.test is not None
        assert end.score.test.points == len(end.test_nlls) == len(first)
        assert end.score.test_nll == pytest.approx(end.test_nlls.mean(dtype=np.float64), abs=1e-5)


@pytest.mark.parametrize(("base", "suggests"), [("normal", True), ("student_t", False)])
def test_far_outliers_are_named_with_their_remedy(base: BaseName, suggests: bool) -> None:
    rng = np.random.default_rng(0)
    points = rng.standard_t(1.2, size=(20_000, 2))
    spec = SMALL.model_copy(update={"base": base})
    _, end = history_of(train(Points(points), spec, TrainingSpec(steps=200)))
    sentence = end.in_units(FLOW_UNITS).sentence()
    assert ("--base student_t" in sentence) == suggests
    if suggests:
        assert "A few points dominate the mean NLL" in sentence
        assert "(median NLL " in sentence


def test_ordinary_targets_have_no_such_advice(target: Ink) -> None:
    _, end = history_of(train(target, SMALL, TrainingSpec(steps=400)))
    assert end.advice == ""


def test_history_has_every_validation_once_and_the_best_is_kept(target: Ink) -> None:
    history, end = history_of(train(target, SMALL, TrainingSpec(steps=85, learning_rate=0.3, warmup_steps=0)))
    assert history.step.tolist() == [0, 20, 40, 60, 80, 85]
    best = history.validation_nll.argmin()
    assert (end.kept.step, history.kept_step) == (history.step[best], history.step[best])
    assert end.kept.validation_nll == history.validation_nll[best]
    assert history.kept_point() == (history.step[best], history.validation_nll[best])


def test_history_of_a_training_that_resumes_is_that_of_one_without_a_stop(target: Ink) -> None:
    whole = history_of(train(target, SMALL, STEPS))[0]
    stop, events = Flag(), list[Event]()
    for event in train(target, SMALL, STEPS, stop_requested=stop.is_set, snapshot_seconds=0.0):
        events.append(event)
        if isinstance(event, Snapshot) and event.step == 40:
            stop.set()
    before, stopped = history_of(events)
    resumed = before.resumed(stopped.checkpoint)
    for event in train(target, SMALL, STEPS, resume=stopped.checkpoint):
        resumed = resumed.with_event(event)
    for name in ("step", "train_nll", "validation_nll"):
        np.testing.assert_array_equal(getattr(resumed, name), getattr(whole, name))
    assert resumed.kept_step == whole.kept_step


def test_project_has_the_gap_of_its_weights(target: Ink) -> None:
    untrained = Project.untrained(TextSpec(text="I"), SMALL, STEPS)
    assert untrained.gap is None
    project = trained(untrained, target)
    nll = -build_flow(SMALL, project.weights).log_prob(target.sample(100_000, np.random.default_rng(9))).mean()
    assert project.gap == pytest.approx(nll - target.entropy, abs=0.03)


def test_without_a_test_the_score_is_that_of_the_validation() -> None:
    _, end = history_of(train(Points(np.random.default_rng(0).normal(size=(99, 2))), SMALL, TrainingSpec(steps=50)))
    assert (end.score.test_nll, end.score.gap, end.figures()["standard_error"]) == (None, None, None)
    assert f"validation NLL {end.score.validation_nll:.3f} ± " in end.in_units(FLOW_UNITS).sentence()


def test_score_knows_the_units_of_the_data() -> None:
    target = Points(np.random.default_rng(0).normal(5, (20, 10), size=(400, 2)))
    score = history_of(train(target, SMALL, TrainingSpec(steps=50)))[1].score
    assert score.in_units() == score.in_units(target.units) != score
    with pytest.raises(TypeError, match="already in the units of the data"):
        score.in_units().in_units()


def test_all_test_points_of_a_large_table_score_the_flow() -> None:
    target = Points(np.random.default_rng(0).normal(size=(100_000, 2)))
    spec = TrainingSpec(steps=50)
    end = history_of(train(target, SMALL, spec))[1]
    points = target.test(100_000, np.random.default_rng(0))
    assert points is not None
    assert len(points) == 20_000
    nlls = -build_flow(SMALL, end.kept.weights).log_prob(points).astype(np.float64)
    assert end.score.test_nll == pytest.approx(nlls.mean(), rel=1e-9)
    assert end.score.standard_error == pytest.approx(nlls.std(ddof=1) / np.sqrt(20_000), rel=1e-9)


def test_validations_by_the_clock_are_half_a_second_apart(target: Ink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.training.clock.TICK_SECONDS", 0.01)
    Clock(monkeypatch)
    events = list(train(target, SMALL, TrainingSpec(seconds=1.8)))
    seconds = [event.seconds for event in events if isinstance(event, Progress)]
    assert len(seconds) > 2
    assert 0.5 <= seconds[0] < 0.6
    assert (np.diff(seconds[:-1]) >= 0.5).all()  # the last one is at the end


def detections(validation_nlls: Sequence[float] | Losses, train_nlls: Losses) -> list[int]:
    """Return the steps at which a monitor reports overfitting; a report to it comes at every step."""
    monitor = OverfittingMonitor()
    kept = [int(np.argmin(validation_nlls[:step])) + 1 for step in range(1, len(validation_nlls) + 1)]
    losses = enumerate(zip(validation_nlls, train_nlls, kept, strict=True), 1)
    return [
        step
        for step, (validation, train_nll, kept_step) in losses
        if monitor.detects(Progress(step, step, 0.5, train_nll, validation, None, 1.0, 1.0, kept_step))
    ]


RISING, FALLING = 1 + 0.03 * np.arange(40), 1 - 0.03 * np.arange(80)


def test_a_rise_of_the_validation_loss_while_the_train_loss_falls_is_reported_once() -> None:
    assert len(detections(RISING, FALLING[:40])) == 1
    assert not detections(RISING, RISING), "a training that diverges does not overfit"


def test_overfitting_is_reported_again_only_after_a_better_state() -> None:
    better = [*RISING[:20], *(RISING - 0.5)]
    first, second = detections(better, FALLING[:60])
    assert first < 20 < second - SMOOTHED
    assert len(detections([*RISING[:20], *RISING], FALLING[:60])) == 1


def test_noise_is_not_reported_as_overfitting() -> None:
    for seed in range(50):
        noise = np.random.default_rng(seed).normal(scale=0.2, size=(2, 300))
        falling = np.linspace(2, 1, 300)
        assert not detections(falling + noise[0], falling + noise[1] - 0.5), seed


def test_a_small_rise_is_not_reported() -> None:
    assert not detections([1.0] * SMOOTHED + [1 + 0.9 * MIN_RISE] * 30, FALLING[:35])


def test_overfitting_with_few_validations_is_reported_at_the_end() -> None:
    _, end = history_of(train(Ink(np.ones((4, 4), bool)), SMALL, TrainingSpec(steps=50)))

    def reports(rise: float, points: int | None, *before: Event, ending: Ending = "completed") -> list[Event]:
        last = replace(end.progress, validation_nll=end.kept.validation_nll + rise)
        *found, _ = with_final_report([*before, replace(end, progress=last, ending=ending)], points)
        return found

    report = Overfitting(end.kept.step, 70)
    assert reports(2 * CLEAR_RISE, 70) == [report]
    assert reports(2 * CLEAR_RISE, 70, report) == [report], "it is reported once"
    assert not reports(0.5 * CLEAR_RISE, 70)
    assert not reports(2 * CLEAR_RISE, None), "new points cannot be memorized"
    assert not reports(2 * CLEAR_RISE, 70, ending="diverged")

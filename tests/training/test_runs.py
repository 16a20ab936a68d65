"""Comparisons in worker processes, which write each result as it is there and continue when they are repeated."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from flowviz.errors import TargetError
from flowviz.projects import Comparison, comparison_from_bytes, comparison_to_bytes
from flowviz.records import Trial
from flowviz.specs import ComparisonSpec, Entrant, FlowSpec, TextSpec, TrainingSpec
from flowviz.training import compared, runs
from flowviz.training.run_files import checkpoint_of
from flowviz.training.runs import Run, RunStopped, compared_in_processes, run_here

pytestmark = pytest.mark.usefixtures("short_chunks", "few_points")
FLOWS = {"affine": FlowSpec(layers=2, width=8, depth=1), "nice": FlowSpec(family="nice", layers=2, width=8, depth=1)}


def comparison(seeds: int = 1, text: str = "I") -> Comparison:
    target, steps = TextSpec(text=text), TrainingSpec(steps=50)
    entrants = tuple(Entrant(name=name, target=target, flow=flow, training=steps) for name, flow in FLOWS.items())
    return Comparison.untrained(ComparisonSpec(entrants=entrants, seeds=seeds))


def keys(found: Comparison) -> list[tuple[str, int, str]]:
    return [(trial.name, trial.seed, trial.ending) for trial in found.ordered_trials()]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Run everything in this process, and list what was run."""
    found = list[Run]()

    def run_all(asked: Sequence[Run], **_: object) -> Generator[runs.Result, None, None]:
        for run in asked:
            found.append(run)
            yield run_here(run)

    monkeypatch.setattr(runs, "run_all", run_all)
    return found


def test_runs_are_those_of_each_entrant_and_seed_and_are_the_same_as_in_turns(asked: list[Run]) -> None:
    steps = list(compared_in_processes(comparison(seeds=2)))
    assert [len(each.trials) for each in steps] == [1, 2, 3, 4]
    whole, found = compared(comparison(seeds=2)), steps[-1]
    assert keys(found) == keys(whole) == [(name, seed, "completed") for name in FLOWS for seed in (0, 1)]
    assert found.table()["gap"].tolist() == whole.table()["gap"].tolist()
    assert found["nice"].gap == whole["nice"].gap is not None
    assert [(run.entrant.seed, run.keeps_project) for run in asked] == [(0, True), (0, True), (1, False), (1, False)]


def test_runs_with_later_seeds_count_as_uses_of_the_test_points(
    asked: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def uses(found: Comparison) -> list[int]:
        return [project.test_uses for project in comparison_from_bytes(comparison_to_bytes(found)).projects.values()]

    assert uses(compared(comparison(seeds=3))) == [3, 3]
    in_order = runs.run_all
    monkeypatch.setattr(runs, "run_all", lambda asked, **options: in_order(asked[::-1], **options))
    *_, found = compared_in_processes(comparison(seeds=3))
    assert [(run.entrant.seed) for run in asked] == [2, 2, 1, 1, 0, 0], "they end in any order"
    assert uses(found) == [3, 3]
    *_, longer = compared_in_processes(found.with_budget(TrainingSpec(steps=70)))
    assert uses(longer) == [6, 6], "all runs were scored again"


class FakeParent:
    """A parent process whose number stays the same after its end, as on Windows."""

    sentinel = 1

    def __init__(self) -> None:
        self.checks = 0

    def is_alive(self) -> bool:
        self.checks += 1
        return self.checks < 2


def test_run_ends_when_its_parent_has_ended_and_keeps_its_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, entrant = FakeParent(), comparison().spec.entrants[0]
    monkeypatch.setattr(runs, "parent_process", lambda: parent)
    with pytest.raises(RunStopped):
        run_here(Run(entrant, folder=tmp_path))
    assert parent.checks > 1
    kept = checkpoint_of(entrant, tmp_path)
    assert kept is not None
    assert kept.resumes_at < 50


def test_what_was_interrupted_continues(asked: list[Run]) -> None:
    for partial in compared_in_processes(comparison(seeds=2)):
        if len(partial.trials) == 3:
            break
    asked.clear()
    reopened = replace(comparison_from_bytes(comparison_to_bytes(partial)), seeds=3)
    *_, whole = compared_in_processes(reopened)
    assert [(run.entrant.name, run.entrant.seed) for run in asked] == [("nice", 1), ("affine", 2), ("nice", 2)]
    assert keys(whole) == [(name, seed, "completed") for name in FLOWS for seed in range(3)]
    assert list(compared_in_processes(whole)) == []


def test_what_was_stopped_in_turns_continues_from_its_checkpoint(asked: list[Run]) -> None:
    count = list[object]()
    stopped = compared(comparison(), on_event=lambda *event: count.append(event), should_stop=lambda: len(count) > 12)
    assert {trial.ending for trial in stopped.trials} == {"stopped"}
    *_, found = compared_in_processes(stopped)
    assert max(run.start.checkpoint.step for run in asked if run.start and run.start.checkpoint) > 0
    assert found.table()["gap"].tolist() == compared(comparison()).table()["gap"].tolist()


def test_failed_run_is_kept_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(asked: Sequence[Run], **_: object) -> Generator[runs.Result, None, None]:
        for run in asked:
            failed = Trial.failed(run.entrant.name, run.entrant.flow, run.entrant.training, "it was killed")
            yield (failed, None) if run.entrant.name == "nice" else run_here(run)

    monkeypatch.setattr(runs, "run_all", failing)
    *_, found = compared_in_processes(comparison())
    assert keys(found) == [("affine", 0, "completed"), ("nice", 0, "failed")]
    assert [entrant.name for entrant in found.missing()] == ["nice"]


def test_target_without_ink_is_refused_before_processes_start(asked: list[Run]) -> None:
    with pytest.raises(TargetError):
        next(compared_in_processes(comparison(text=" ")))
    assert asked == []


@pytest.mark.slow  # a process loads TensorFlow and compiles; a test of `flowviz trials` does so by default
def test_results_come_from_processes() -> None:
    *_, found = compared_in_processes(comparison(), jobs=1)
    assert keys(found) == [("affine", 0, "completed"), ("nice", 0, "completed")]
    assert found["affine"].gap == found.rows()[0]["gap"] is not None

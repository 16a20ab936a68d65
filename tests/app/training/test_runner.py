"""The training runner: one job is current, and what happens in the other one waits until it is current again."""

from typing import Any

import pytest
from PyQt6.QtCore import QObject

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.training.runner import FLOW, TrainingRunner
from flowviz.projects import Project
from flowviz.records import Finished, Snapshot
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.training import Add, Remove, Turn
from tests.app.training.fake_thread import FakeThread
from tests.app.training.fakes import checkpoint, finished, snapshot
from tests.app.workspace.fakes import untrained

TARGET = TextSpec(text="Hi")


class Runs:
    """A runner, its threads, and everything that it announces."""

    def __init__(self) -> None:
        self.owner, self.threads, self.announced = QObject(), list[FakeThread](), list[Any]()
        self.runner = TrainingRunner(self.owner, self._make_thread)
        self.runner.turn_taken.connect(lambda turn: self.announced.append(_step(turn.event)))
        self.runner.scored.connect(lambda turn: self.announced.append(f"{turn.name} scored"))
        self.runner.ended.connect(lambda: self.announced.append("ended"))
        self.runner.failed.connect(lambda notice: self.announced.append(notice.text))

    def _make_thread(self, *arguments: Any) -> Any:
        self.threads.append(FakeThread(*arguments))
        return self.threads[-1]

    @property
    def current(self) -> Any:
        """The thread of the current job."""
        return self.runner.job.thread

    def train(self) -> FakeThread:
        """Train the flow of an ordinary window."""
        self.runner.train(_built(), Project.untrained(TARGET, FlowSpec(), TrainingSpec(steps=1000)))
        return self.threads[-1]

    def compare(self) -> FakeThread:
        """Train two entrants, whose keys are their names here, and display the first one."""
        comparison = untrained("0", "1")
        self.runner.compare(comparison, [_built()])
        self.runner.attend("0", _built(), comparison["0"])
        return self.threads[-1]


def _built() -> BuiltTarget:
    built = build_or_explain(TARGET)
    assert isinstance(built, BuiltTarget)
    return built


def _step(event: object) -> object:
    return event.step if isinstance(event, Snapshot) else type(event).__name__


@pytest.fixture
def runs(qapp: object) -> Runs:
    return Runs()


def test_turns_of_a_job_that_is_set_aside_arrive_in_order_when_it_returns(runs: Runs) -> None:
    thread = runs.train()
    thread.take(FLOW, snapshot(100))
    runs.runner.exchange()
    for step in (200, 300, 400):
        thread.take(FLOW, snapshot(step))
    assert runs.announced == [100]
    runs.runner.exchange()
    assert runs.announced == [100], "they wait until the flow is shown again"
    runs.runner.catch_up()
    assert runs.announced == [100, 200, 300, 400]
    thread.take(FLOW, snapshot(500))
    assert runs.announced == [100, 200, 300, 400, 500]


def test_what_has_waited_arrives_once(runs: Runs) -> None:
    thread = runs.train()
    runs.runner.exchange()
    thread.take(FLOW, snapshot(100))
    for _ in range(2):
        runs.runner.exchange()
        runs.runner.catch_up()
        runs.runner.exchange()
    assert runs.announced == [100]


def test_a_run_that_is_set_aside_learns_of_its_turns_when_it_returns(runs: Runs) -> None:
    thread = runs.train()
    runs.runner.exchange()
    assert (runs.runner.job.run, runs.current) == (None, None)
    thread.take(FLOW, checkpoint(300))
    runs.runner.exchange()
    runs.runner.catch_up()
    assert runs.runner.job.run is not None
    last = runs.runner.job.run.project.checkpoint
    assert last is not None
    assert last.step == 300


def test_the_end_of_a_comparison_that_is_set_aside_is_announced_when_it_returns(runs: Runs) -> None:
    thread = runs.compare()
    runs.runner.exchange()
    thread.take("1", snapshot(100))
    thread.ended.emit(thread.number)
    assert runs.announced == []
    runs.runner.exchange()
    assert runs.current is thread
    runs.runner.catch_up()
    assert runs.announced == [100, "ended"]
    assert runs.current is None


def test_a_failure_of_a_job_that_is_set_aside_waits(runs: Runs) -> None:
    thread = runs.train()
    runs.runner.exchange()
    other = runs.compare()
    thread.failed.emit(thread.number, Notice("training", "Out of memory."))
    assert (runs.announced, runs.current) == ([], other)
    runs.runner.exchange()
    runs.runner.catch_up()
    assert runs.announced == ["Out of memory."]


def test_both_jobs_keep_their_trainings(runs: Runs) -> None:
    first = runs.train()
    runs.runner.exchange()
    second = runs.compare()
    assert first.calls == ["start"], "another training of the other job does not end it"
    second.take("1", snapshot(100))
    assert runs.announced == [100]
    runs.runner.exchange()
    assert runs.current is first
    assert second.calls == ["start"]


def test_what_has_waited_is_dropped_if_its_training_is_abandoned_meanwhile(runs: Runs) -> None:
    thread = runs.train()
    runs.runner.exchange()
    thread.take(FLOW, snapshot(100))
    runs.runner.exchange()
    runs.runner.abandon()
    runs.runner.catch_up()
    assert runs.announced == []
    assert thread.calls == ["start", "abandon"]


def test_a_shared_training_becomes_that_of_the_first_entrant(runs: Runs) -> None:
    thread = runs.train()
    thread.take(FLOW, snapshot(100))
    runs.runner.share()
    assert runs.current is thread
    assert thread.calls == ["start"]
    thread.take("0", snapshot(200))
    assert runs.announced == [100, 200], "it goes on at once"


def test_the_end_of_a_shared_training_is_announced(runs: Runs) -> None:
    thread = runs.train()
    runs.runner.share()
    thread.take("0", finished(500))
    thread.ended.emit(thread.number)
    assert runs.announced == [Finished.__name__, "Trial", "ended"]
    assert runs.current is None


def test_the_end_of_the_training_of_a_single_flow_is_its_result_alone(runs: Runs) -> None:
    thread = runs.train()
    thread.take(FLOW, finished(500))
    thread.ended.emit(thread.number)
    assert "ended" not in runs.announced


def test_the_result_of_the_entrant_that_is_displayed_does_not_end_a_shared_training(runs: Runs) -> None:
    thread = runs.train()
    runs.runner.share()
    runs.runner.finish()
    assert runs.runner.job.run is None
    assert runs.current is thread
    assert thread.calls == ["start"]
    runs.runner.exchange()
    runs.train()
    runs.runner.finish()
    assert runs.threads[-1].calls == ["start", "abandon"], "a flow that trains alone needs no thread anymore"


def test_a_shared_training_ends_that_of_the_comparison_before(runs: Runs) -> None:
    runs.runner.exchange()
    former = runs.compare()
    runs.runner.exchange()
    thread = runs.train()
    runs.runner.share()
    assert former.calls == ["start", "abandon"]
    runs.runner.exchange()
    assert runs.current is None, "the flow of the window has no training of its own anymore"
    former.take("0", snapshot(900))
    assert thread.calls == ["start"]
    assert runs.announced == []


def test_both_trainings_end_with_the_window(runs: Runs) -> None:
    first = runs.train()
    runs.runner.exchange()
    second = runs.compare()
    runs.runner.abandon_all()
    assert (first.calls, second.calls) == (["start", "abandon"], ["start", "abandon"])
    for thread in (first, second):
        thread.take("0", snapshot(100))
        thread.ended.emit(thread.number)
    runs.runner.catch_up()
    assert runs.announced == []


def test_results_that_are_computed_for_a_job_that_is_set_aside_wait(runs: Runs) -> None:
    comparison = untrained("0", "1")
    comparison = comparison.with_project("1", comparison["1"].after(checkpoint(100)))
    runs.runner.score(comparison)
    runs.runner.exchange()
    runs.threads[-1].send_result("1", "stopped", {"gap": 0.1})
    assert runs.announced == []
    runs.runner.exchange()
    runs.runner.catch_up()
    assert runs.announced == ["1 scored"]


def test_only_turns_of_the_entrant_that_is_displayed_change_the_run(runs: Runs) -> None:
    thread = runs.compare()
    thread.take("1", checkpoint(300))
    assert runs.runner.job.run is not None
    assert runs.runner.job.run.project.checkpoint is None
    runs.runner.attend("1", _built(), thread.comparison["1"])
    thread.take("1", checkpoint(400))
    last = runs.runner.job.run.project.checkpoint
    assert last is not None
    assert last.step == 400


def test_turns_of_an_entrant_that_starts_over_are_dropped_until_it_does(runs: Runs) -> None:
    thread = runs.compare()
    runs.runner.change(Remove("1"))
    runs.runner.change(Add("1", thread.comparison["1"]))
    assert thread.changes == [Remove("1"), Add("1", thread.comparison["1"])]
    thread.take("1", snapshot(900))
    assert runs.announced == []
    thread.turn_taken.emit(thread.number, Turn("1", None, thread.comparison))
    thread.take("1", snapshot(100))
    assert runs.announced == [100]

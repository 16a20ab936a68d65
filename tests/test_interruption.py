"""Ctrl+C and errors in callbacks end a training of the library without losing its result."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import flowviz
from flowviz import ComparisonSpec, Entrant, FlowSpec, Project, ShapeSpec, TrainingSpec
from flowviz.records import Advanced, Checkpoint, Event, Finished, Progress
from flowviz.targets import build_target
from flowviz.training import comparison as comparison_module
from flowviz.training import trained
from flowviz.training.trained import CHECKPOINT_SECONDS
from tests.training.conftest import short_chunks as short_chunks

TARGET, FLOW = ShapeSpec(name="two_moons"), FlowSpec(layers=2, width=8, depth=1)
LONG, SHORT = TrainingSpec(steps=100_000_000), TrainingSpec(steps=300)
ENTRANTS = tuple(
    Entrant(name=name, target=TARGET, flow=FLOW.model_copy(update={"layers": layers}), training=SHORT)
    for name, layers in (("two", 2), ("three", 3))
)


pytestmark = pytest.mark.usefixtures("short_chunks")


@pytest.fixture(scope="module")
def whole(short_chunks: None) -> Project:
    """Return the project of a training that was never interrupted."""
    return flowviz.train(TARGET, FLOW, SHORT)


class CtrlC:
    """Sends SIGINT to this process from another thread when `press` is called."""

    def __init__(self, times: int = 1) -> None:
        self._wanted, self.taken = threading.Event(), threading.Event()
        self._times = times
        threading.Thread(target=self._send, daemon=True).start()

    def press(self) -> None:
        self._wanted.set()

    def _send(self) -> None:
        self._wanted.wait()
        for _ in range(self._times):
            self.taken.wait(0.05)  # of the main thread, which has to wait for the training again
            os.kill(os.getpid(), signal.SIGINT)


def assert_same(one: Project, other: Project) -> None:
    for name, array in one.weights.parameters.items():
        np.testing.assert_array_equal(array, other.weights.parameters[name])
    np.testing.assert_array_equal(one.history.validation_nll, other.history.validation_nll)
    assert one.score == other.score is not None


def test_ctrl_c_ends_a_training_and_keeps_what_it_has_learned() -> None:
    keys, heard = CtrlC(), list[Event]()

    def take(event: Event) -> None:
        heard.append(event)
        if isinstance(event, Progress):
            keys.press()

    handler = signal.getsignal(signal.SIGINT)
    with pytest.warns(UserWarning, match="interrupt again") as warned:
        found = flowviz.train(TARGET, FLOW, LONG, on_event=take)
    assert warned[0].filename == __file__
    assert signal.getsignal(signal.SIGINT) is handler
    assert isinstance(end := heard[-1], Finished)
    assert found.ending == end.ending == "interrupted"
    assert "interrupted" in repr(found)
    assert found.score == end.score is not None
    assert 0 < found.resumes_at == end.progress.step < 100_000_000


@pytest.mark.parametrize("at", [0, 1, 3, 6])
def test_an_interrupted_training_resumes_as_if_it_had_not_been(at: int, whole: Project) -> None:
    count = 0

    def interrupt(_: Event) -> None:
        nonlocal count
        count += 1
        if count == at + 1:
            signal.raise_signal(signal.SIGINT)

    with pytest.warns(UserWarning, match="interrupt again"):
        found = flowviz.train(TARGET, FLOW, SHORT, on_event=interrupt)
    assert found.ending == "interrupted"
    assert found.resumes_at < 300
    assert_same(flowviz.resume(found), whole)


def interrupting(kind: type) -> Callable[..., None]:
    """Return a callback that is interrupted, as by Ctrl+C, by the first event of a kind."""
    left = [signal.SIGINT]

    def interrupt(*event: object) -> None:
        if isinstance(event[-1], kind) and left:
            signal.raise_signal(left.pop())

    return interrupt


def test_a_resumed_training_can_be_interrupted_too(whole: Project) -> None:
    stopped = flowviz.train(TARGET, FLOW, SHORT, should_stop=lambda: True)
    assert stopped.ending == "stopped"
    with pytest.warns(UserWarning, match="interrupt again"):
        found = flowviz.resume(stopped, on_event=interrupting(Progress))
    assert found.ending == "interrupted"
    assert_same(flowviz.resume(found), whole)


def test_a_second_ctrl_c_gives_up() -> None:
    keys = CtrlC(times=2)

    def wait(event: Event) -> None:
        """Wait in two callbacks, which both interruptions end."""
        keys.press()
        if isinstance(event, Progress | Finished):
            threading.Event().wait(60)

    with pytest.warns(UserWarning, match="interrupt again"), pytest.raises(KeyboardInterrupt):
        flowviz.train(TARGET, FLOW, LONG, on_event=wait)
    assert_no_thread_is_left()


def assert_no_thread_is_left() -> None:
    for thread in threading.enumerate():
        if thread.name == "training":
            thread.join(20)
            assert not thread.is_alive()


def fail_at(kind: type) -> Callable[..., None]:
    def fail(*event: object) -> None:
        if isinstance(event[-1], kind):
            raise ZeroDivisionError

    return fail


@pytest.mark.parametrize("kind", [Checkpoint, Progress, Finished])
def test_an_error_in_a_callback_brings_the_project_with_it(kind: type, whole: Project) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        flowviz.train(TARGET, FLOW, SHORT, on_event=fail_at(kind))
    found = getattr(caught.value, "project")  # noqa: B009
    assert "`project`" in caught.value.__notes__[0]
    assert found.ending == ("completed" if kind is Finished else "stopped")
    assert_same(found if kind is Finished else flowviz.resume(found), whole)


def test_an_error_in_the_question_whether_to_stop_brings_the_project_with_it(whole: Project) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        flowviz.train(TARGET, FLOW, SHORT, should_stop=lambda: bool(1 // 0))
    assert_same(flowviz.resume(getattr(caught.value, "project")), whole)  # noqa: B009


def test_an_error_of_the_training_itself_is_raised_as_it_is() -> None:
    huge = FlowSpec(layers=32, width=1024, depth=8, hats=1024)
    with pytest.raises(flowviz.FlowvizError):
        flowviz.train(TARGET, huge, SHORT)
    assert_no_thread_is_left()


def test_callbacks_run_in_the_thread_of_the_caller() -> None:
    threads = set[threading.Thread]()

    def note(*_: object) -> bool:
        threads.add(threading.current_thread())
        return False

    flowviz.train(TARGET, FLOW, SHORT, on_event=note, should_stop=note)
    assert threads == {threading.current_thread()}


def test_ctrl_c_ends_a_comparison_which_can_be_continued() -> None:
    spec = ComparisonSpec(entrants=ENTRANTS)
    with pytest.warns(UserWarning, match="interrupt again"):
        found = flowviz.compare(spec, on_event=interrupting(Progress))
    assert {trial.ending for trial in found.trials} == {"interrupted"}
    assert {project.ending for project in found.projects.values()} == {"interrupted"}
    again, expected = flowviz.compare(found), flowviz.compare(spec)
    assert set(again.table()["ending"]) == {"completed"}
    for name in expected.names:
        assert_same(again[name], expected[name])


def test_an_error_in_a_callback_of_a_comparison_brings_the_comparison_with_it() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        flowviz.compare(ComparisonSpec(entrants=ENTRANTS), on_event=fail_at(Progress))
    found = getattr(caught.value, "comparison")  # noqa: B009
    assert isinstance(found, flowviz.Comparison)
    assert {trial.ending for trial in found.trials} == {"stopped"}


def test_a_checkpoint_is_emitted_every_minute_of_training() -> None:
    assert CHECKPOINT_SECONDS == 60
    heard, now = list[Event](), 0.0

    def clock() -> float:
        nonlocal now
        now += 1.0
        return now

    trained(
        Project.untrained(TARGET, FLOW, TrainingSpec(seconds=400)),
        build_target(TARGET),
        on_event=heard.append,
        clock=clock,
    )
    chunks = [event for event in heard if isinstance(event, Checkpoint)]
    assert 1 + 4 <= len(chunks) <= 1 + 7
    assert all(one.seconds + 55 < other.seconds < one.seconds + 80 for one, other in pairwise(chunks[1:]))


def test_checkpoints_of_a_comparison_are_emitted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison_module, "CHECKPOINT_SECONDS", 1e-6)
    heard = list[tuple[str, object]]()
    flowviz.compare(ComparisonSpec(entrants=ENTRANTS), on_event=lambda *event: heard.append(event))
    steps = {event.step for name, event in heard if name == "two" and isinstance(event, Checkpoint)}
    chunks = {event.step for name, event in heard if name == "two" and isinstance(event, Advanced)}
    assert steps - {0} == chunks


SCRIPT = """
import sys
from flowviz import FlowSpec, ShapeSpec, TrainingSpec, save, train

def tell(event):
    if type(event).__name__ == "Progress":
        print("learning", flush=True)

flow, training = FlowSpec(layers=2, width=8, depth=1), TrainingSpec(seconds=600)
project = train(ShapeSpec(name="two_moons"), flow, training, on_event=tell)
save(project, sys.argv[1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot send Ctrl+C to another one")
def test_a_script_that_is_interrupted_saves_its_project(tmp_path: Path) -> None:
    file = tmp_path / "found.flowviz"
    command = [sys.executable, "-c", SCRIPT, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as script:
        assert script.stdout is not None
        assert script.stdout.readline() == "learning\n"
        script.send_signal(signal.SIGINT)
        _, said = script.communicate(timeout=120)
    assert script.returncode == 0, said
    assert "UserWarning: Interrupted after" in said
    found = flowviz.load(file)
    assert found.ending == "interrupted"
    assert found.resumes_at > 0
    assert found.score is not None

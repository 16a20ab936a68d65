from collections.abc import Callable
from threading import Thread

import numpy as np
import pytest

from flowviz.flows import Flow
from flowviz.specs import FlowSpec, TextSpec, TrainingSpec
from flowviz.targets import build_target
from flowviz.training import prepare, train
from flowviz.training.step import ChunkRunner

BATCH = 57  # with which, and with slightly less, nothing else trains, so that nothing is in the compile cache
PARTS = ["trace steps", "optimize", "trace", "log_prob", "compile"]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the parts of the preparation in their order."""
    parts = list[str]()

    def recorded(name: str, owner: type, method: str) -> None:
        original: Callable[..., object] = getattr(owner, method)

        def record(*arguments: object) -> object:
            parts.append(name)
            return original(*arguments)

        monkeypatch.setattr(owner, method, record)

    for name, owner, method in (
        ("trace steps", ChunkRunner, "_trace"),
        ("optimize", ChunkRunner, "optimize"),
        ("trace", Flow, "trace"),
        ("log_prob", Flow, "log_prob"),
        ("compile", ChunkRunner, "_compile"),
    ):
        recorded(name, owner, method)
    return parts


def test_training_does_not_repeat_what_was_prepared(done: list[str]) -> None:
    flow = FlowSpec(family="planar", layers=1)
    prepare(flow, TrainingSpec(steps=1, batch=BATCH))
    assert done == PARTS
    done.clear()
    list(train(build_target(TextSpec(text="I")), flow, TrainingSpec(steps=60, seed=3, batch=BATCH)))
    assert not {"trace steps", "compile"} & set(done)


def test_preparation_ends_between_two_parts(done: list[str]) -> None:
    for count in (0, 2, 4):
        done.clear()
        flow, spec = FlowSpec(family="radial", layers=1), TrainingSpec(steps=1, batch=BATCH - count)
        prepare(flow, spec, stop_requested=lambda count=count: len(done) >= count)  # type: ignore[misc]
        assert done == PARTS[:count]


def test_training_that_starts_during_the_preparation_waits_for_the_same_graphs(done: list[str]) -> None:
    flow, spec = FlowSpec(family="planar", layers=1), TrainingSpec(steps=60, batch=BATCH - 1)
    warming = Thread(target=prepare, args=(flow, spec))
    warming.start()
    *_, end = train(build_target(TextSpec(text="I")), flow, spec)
    warming.join()
    *_, again = train(build_target(TextSpec(text="I")), flow, spec)
    assert done.count("trace steps") == done.count("compile") == 1
    np.testing.assert_array_equal(end.checkpoint.parameters, again.checkpoint.parameters)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("budget", "snapshot_seconds", "compiles"),
    [
        (TrainingSpec(steps=1), 0.0, False),
        (TrainingSpec(seconds=0.5), 0.0, True),
        (TrainingSpec(seconds=0.5), None, False),
    ],
)
def test_only_a_watched_training_by_the_clock_compiles_its_particles(
    budget: TrainingSpec,
    snapshot_seconds: float | None,
    compiles: bool,
    done: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise, what a budget of steps shows would depend on when XLA is ready."""
    monkeypatch.setattr(Flow, "compile_trace", lambda _: done.append("compile particles"))
    monkeypatch.setattr("flowviz.training.loop.in_thread", lambda _, work: work())
    flow, training = FlowSpec(family="planar", layers=1), budget.model_copy(update={"batch": BATCH - 3})
    prepare(flow, training, is_watched=snapshot_seconds is not None)
    assert (done[-1] == "compile particles") == compiles
    done.clear()
    list(train(build_target(TextSpec(text="I")), flow, training, snapshot_seconds=snapshot_seconds))
    assert ("compile particles" in done) == compiles

"""Preparation for training: load TensorFlow, then trace and compile the graphs of the flow."""

from collections.abc import Callable

from flowviz.records import Settings
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.training import ObjectiveName

Shape = tuple[FlowSpec, int, ObjectiveName]


def shape_of(flow: FlowSpec, training: TrainingSpec) -> Shape:
    """Return what the compiled code of a training depends on: the flow but for its seed, the batch, the objective."""
    return flow.model_copy(update={"seed": 0}), Settings.of(training, flow.recipe).batch, training.objective


def prepare(
    flow: FlowSpec,
    training: TrainingSpec,
    *,
    is_watched: bool = True,
    stop_requested: Callable[[], bool] = lambda: False,
) -> None:
    """Load TensorFlow, then trace and compile a flow, so that `train` starts at once. May run in another thread.

    A concurrent call of `train` does not repeat the work: it waits for the current part and does the rest.

    Args:
        flow: The flow to train. Its seed has no effect.
        training: The training. Only its batch size, its objective and whether it has a budget of steps have an effect.
        is_watched: Whether there will be snapshots. They are then compiled as well, unless the budget is one of steps.
        stop_requested: Called between parts of the work, each of which takes up to a few seconds. If it returns true,
            the remaining parts are skipped.

    Raises:
        MachineError: If TensorFlow cannot be loaded.
    """
    if stop_requested():
        return
    from flowviz.flows import build_flow

    if stop_requested():
        return
    from flowviz.training.schedule import chunk_steps
    from flowviz.training.step import chunk_runner

    fresh = build_flow(flow.as_trained())
    particles = fresh.particles()
    fresh.fit_start(particles)
    if stop_requested():
        return
    runner = chunk_runner(flow, training, chunk_steps(flow, training))
    for part in (runner.optimize, lambda: fresh.trace(particles), lambda: fresh.log_prob(particles), runner.compile):
        if stop_requested():
            return
        part()
    runner.wait()
    if is_watched and training.steps is None and not stop_requested():
        fresh.compile_trace()  # flows of a kind share the compiled code

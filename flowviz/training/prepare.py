"""Prepare for a training: load TensorFlow, trace the graphs of the flow, and compile them."""

from collections.abc import Callable

from flowviz.records import base_particles
from flowviz.specs import FlowSpec, TrainingSpec


def prepare(flow: FlowSpec, training: TrainingSpec, *, stop_requested: Callable[[], bool] = lambda: False) -> None:
    """Load TensorFlow, trace and compile such a flow, so that `train` starts at once. May run in another thread.

    A call of `train` that arrives meanwhile does not repeat the work: it waits for the present part, and does the rest.

    Args:
        flow: The flow to train. Its seed has no influence.
        training: The training. Only its batch size has an influence.
        stop_requested: Asked between two parts of the work, each of which takes up to some seconds.

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

    fresh, particles = build_flow(flow), base_particles()
    fresh.fit_start(particles)
    if stop_requested():
        return
    runner = chunk_runner(flow, training, chunk_steps(flow, training))
    for part in (runner.optimize, lambda: fresh.trace(particles), lambda: fresh.log_prob(particles), runner.compile):
        if stop_requested():
            return
        part()
    runner.wait()

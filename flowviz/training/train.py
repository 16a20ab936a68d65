"""The one entry to training, for the terminal, the window and the library."""

from collections.abc import Callable, Iterator
from time import perf_counter

from flowviz.records import Event, Preparing
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.targets import Target


def train(
    target: Target,
    flow_spec: FlowSpec,
    spec: TrainingSpec,
    *,
    snapshot_seconds: float | None = None,
    stop_requested: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Train a fresh flow on the target; yields events, the last of them `Finished`.

    A generator: it pauses while nobody asks for the next event, and its clock with it. With `snapshot_seconds`
    a `Snapshot` of the particles comes about that often. Once `stop_requested()` is true it ends after the
    current chunk of steps (about 50 ms), keeping what was learned.
    """
    started = perf_counter()
    yield Preparing("Loading TensorFlow")
    from flowviz.flows import build_flow
    from flowviz.training.loop import Training

    yield Preparing("Compiling the training step")
    training = Training(build_flow(flow_spec), target, spec, snapshot_seconds, stop_requested)
    yield from training.events(prepare_started=started)

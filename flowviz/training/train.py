"""The one entry to training, for the terminal, the window and the library."""

from collections.abc import Callable, Iterator
from time import perf_counter

from flowviz.errors import MachineError
from flowviz.projects import check_storable
from flowviz.records import Checkpoint, Event, Preparing
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.targets import Target
from flowviz.training.new_target import Retarget, same_target


def train(
    target: Target,
    flow_spec: FlowSpec,
    spec: TrainingSpec,
    *,
    snapshot_seconds: float | None = None,
    moment_seconds: float | None = None,
    checkpoint_seconds: float | None = None,
    clock: Callable[[], float] | None = None,
    stop_requested: Callable[[], bool] = lambda: False,
    resume: Checkpoint | None = None,
    retarget: Retarget = same_target,
) -> Iterator[Event]:
    """Train a flow on the target, a fresh one or that of the checkpoint; yields events, the last of them `Finished`.

    A generator: it pauses while nobody asks for the next event, and its clock with it. With `snapshot_seconds`
    a `Snapshot` of the particles comes about that often, and then the `Checkpoint` of that moment; with
    `moment_seconds` a `Moment`, which has no particles and whose time is not counted; with `checkpoint_seconds` a
    `Snapshot` and its `Checkpoint`, whose time is not counted either. Training time is that of `clock`, which is
    `time.perf_counter` unless another one is given. Once `stop_requested()` is true
    it ends after the current chunk of steps (about 100 ms), keeping the best state. With a
    checkpoint as `resume`, and the same specs, it goes on step for step as if it had never been stopped. Raises
    `FileError` where they do not fit, and `MachineError` where memory runs out or TensorFlow does not load;
    `SpecError` where the flow is too large for a project file.

    `retarget` is asked before every chunk. Where it returns another target, the flow turns to that: it keeps its
    weights and its compiled code, and has the whole budget anew, with its warm-up; `Retargeted` marks the step.
    """
    check_storable(flow_spec)
    started = perf_counter()
    yield Preparing("Loading TensorFlow")
    from flowviz.flows import build_flow
    from flowviz.flows.machine import OUT_OF_MEMORY
    from flowviz.training.loop import Training

    yield Preparing("Compiling the training step")
    try:
        flow = build_flow(flow_spec)
        training = Training(
            flow,
            target,
            spec,
            snapshot_seconds,
            stop_requested,
            resume,
            retarget,
            moment_seconds,
            checkpoint_seconds,
            clock,
        )
        yield from training.events(prepare_started=started)
    except OUT_OF_MEMORY as error:
        raise MachineError(
            f"There is not enough memory to train this flow with {spec.batch:,} points a step. "
            "Choose a smaller batch, a smaller width or fewer layers."
        ) from error

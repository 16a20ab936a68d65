"""The entry point to training for the command line, the window and the library."""

from collections.abc import Callable, Iterator
from time import perf_counter

from flowviz import projects
from flowviz.projects.variant import Variant
from flowviz.records import Adjusted, Checkpoint, Event, Preparing, Settings
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.targets import Target
from flowviz.training.density import check_density
from flowviz.training.requests import NewTarget, Requests, Stop, no_change


def train(
    target: Target,
    flow_spec: FlowSpec,
    spec: TrainingSpec,
    *,
    snapshot_seconds: float | None = None,
    moment_seconds: float | None = None,
    checkpoint_seconds: float | None = None,
    clock: Callable[[], float] | None = None,
    stop_requested: Callable[[], Stop] = lambda: False,
    resume: Checkpoint | None = None,
    retarget: Callable[[], NewTarget | None] = no_change,
    adjust: Callable[[], TrainingSpec | None] = no_change,
    reports_chunks: bool = False,
    vary: Callable[[], Variant | None] = no_change,
) -> Iterator[Event]:
    """Train a flow on a target, from scratch or from a checkpoint.

    This is a generator: training, and its clock, are paused between events until the caller requests the next one.

    Args:
        target: The target to learn.
        flow_spec: The flow to train.
        spec: The training, with its budget of seconds or steps.
        snapshot_seconds: Training time between two snapshots of the particles, each followed by its checkpoint. None
            for a snapshot only at the start.
        moment_seconds: Training time between two moments, which have no particles. They do not count as training time.
        checkpoint_seconds: Training time between two checkpoints, each preceded by its snapshot. They do not count as
            training time.
        clock: Returns the time in seconds. By default `time.perf_counter`.
        stop_requested: Called before each chunk of steps, which takes about 100 ms. If it returns true, training ends
            with the best state so far, and with the ending "interrupted" if it returns "interrupted".
        resume: A checkpoint to continue from. With the same specs, training continues exactly as if it had not been
            interrupted. The flow keeps the edits of the checkpoint: disabled layers remain the identity and learn
            nothing, and bumps are added to what is learned.
        retarget: Called before each chunk. If it returns a new target, the flow learns that target with its current
            weights and compiled code, and with a new budget and warm-up. A `Retargeted` event marks the step.
        adjust: Called before each chunk. If it returns a training, its learning rate, clip norm and batch apply from
            then on, with the same state of the optimizer; another batch as soon as its step is compiled, while the
            training goes on with the previous one. An `Adjusted` event marks the step.
        reports_chunks: Whether to report every chunk, so that the caller can let other trainings take turns, and the
            final checkpoint before the score is computed. Snapshots do not count as training time then.
        vary: Called before each snapshot. If it returns a variant of the flow, with another integrator or edits that
            fit it, that variant moves the particles from then on; what is learned does not depend on it. The end is
            shown and scored with the same integrator, but only with edits that are part of the training; then, it has
            the integrator of the start, to whose steps those edits belong.

    Yields:
        The events of the training, the last of which is `Finished`.

    Raises:
        FileError: If the checkpoint does not fit the flow.
        MachineError: If there is not enough memory, or if TensorFlow cannot be loaded.
        SpecError: If the flow is too large for a project file, or if it has to learn from the log-density of the target
            and cannot, or that is unknown or invalid.
    """
    projects.check_storable(flow_spec)
    if spec.learns_from_density:
        check_density(flow_spec, target)
    started = perf_counter()
    yield Preparing("Loading TensorFlow")
    from flowviz.flows import build_flow
    from flowviz.flows.machine import OUT_OF_MEMORY
    from flowviz.training.batch_change import out_of_memory
    from flowviz.training.loop import Training

    yield Preparing("Compiling the training step")
    batch = Settings.of(spec, flow_spec.recipe).batch
    try:
        training = Training(
            build_flow(flow_spec, edits=resume.edits if resume else None, objective=spec.objective),
            target,
            spec,
            snapshot_seconds,
            Requests(stop_requested, retarget, adjust, vary),
            resume=resume,
            moment_seconds=moment_seconds,
            checkpoint_seconds=checkpoint_seconds,
            clock=clock,
            reports_chunks=reports_chunks,
        )
        for event in training.events(prepare_started=started):
            batch = event.after.batch if isinstance(event, Adjusted) else batch
            yield event
    except OUT_OF_MEMORY as error:
        raise out_of_memory(batch) from error

"""A change of the batch of a running training, whose step has to be compiled again."""

from concurrent.futures import Future

from flowviz.errors import MachineError
from flowviz.flows.machine import OUT_OF_MEMORY
from flowviz.records import Settings
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.edits import Edits
from flowviz.training.schedule import chunk_steps
from flowviz.training.step import ChunkRunner, chunk_runner, in_thread


class BatchChange:
    """Compiles the step for another batch in a thread, while the training goes on with the previous one."""

    def __init__(self, flow: FlowSpec, edits: Edits | None = None) -> None:
        self._flow, self._edits = flow, edits
        self._coming: tuple[int, Future[ChunkRunner]] | None = None

    def runner(self, spec: TrainingSpec) -> ChunkRunner | None:
        """Return the compiled runner for the batch of a training, or None until it is ready.

        Only one batch is compiled at a time; another one that is requested meanwhile comes next.

        Raises:
            MachineError: If there is not enough memory for the batch.
        """
        if self._coming is None:
            compiling = in_thread("batch", _compiled, self._flow, spec, self._edits)
            self._coming = self._batch_of(spec), compiling
        batch, compiling = self._coming
        if not compiling.done():
            return None
        self._coming = None
        if batch != self._batch_of(spec):
            return self.runner(spec)
        try:
            return compiling.result()
        except OUT_OF_MEMORY as error:
            raise out_of_memory(batch) from error

    def _batch_of(self, spec: TrainingSpec) -> int:
        return Settings.of(spec, self._flow.recipe).batch


def out_of_memory(batch: int) -> MachineError:
    """Return the error of a training whose batch takes too much memory."""
    return MachineError(
        f"There is not enough memory to train this flow with {batch:,} points per step. "
        "Choose a smaller batch, a smaller width or fewer layers."
    )


def _compiled(flow: FlowSpec, spec: TrainingSpec, edits: Edits | None) -> ChunkRunner:
    runner = chunk_runner(flow, spec, chunk_steps(flow, spec), edits)
    runner.compile()
    runner.wait()
    return runner

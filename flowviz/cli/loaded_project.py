"""A project that a command reads, and its flow."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from flowviz.cli.messages import say
from flowviz.errors import FileError
from flowviz.exporting.scenes import TOGETHER, slices
from flowviz.projects import Project, load_project
from flowviz.records import Trace, base_particles
from flowviz.targets import Target, build_target

if TYPE_CHECKING:
    from flowviz.flows import Flow

Direction = Literal["generate", "encode"]

DRAWN_TOGETHER = 16 * TOGETHER  # points of a target


@dataclass(frozen=True)
class LoadedProject:
    """A project and its file. The flow is built, and TensorFlow loaded, when it is first used."""

    path: Path
    project: Project

    @classmethod
    def at(cls, path: Path) -> "LoadedProject":
        """Read a file. Raises `FileError`."""
        return cls(path, load_project(path))

    @cached_property
    def flow(self) -> "Flow":
        """The flow, in float32. Raises `FileError` if the weights do not fit it."""
        return self.built("float32")

    def built(self, dtype: str) -> "Flow":
        """Return the flow, in a precision. Raises `FileError` if the weights do not fit it."""
        from flowviz.flows import build_flow  # loads TensorFlow

        try:
            return build_flow(self.project.flow, self.project.weights, dtype)
        except FileError as error:
            raise FileError(f"{self.path} cannot be opened. {error}") from error

    @cached_property
    def fine_flow(self) -> "Flow":
        """The flow, in float64, for log-densities. Raises `FileError` if the weights do not fit it."""
        return self.built("float64")

    def followed(self, direction: Direction, count: int, seed: int = 0) -> Iterator[Trace]:
        """Yield traces of particles of the base, or of points of the target, in parts; print the NLL of the latter."""
        if direction == "generate":
            particles = base_particles(count, seed)
            yield from (self.flow.trace(particles[some]) for some in slices(count))
            return
        total = 0.0
        for points in drawn(build_target(self.project.target), count, np.random.default_rng(seed)):
            for some in slices(len(points)):
                found = self.flow.encoded(points[some])
                total += found.nll * found.positions.shape[1]
                yield found
        say_nll(total / count, count)


def drawn(target: Target, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.float32]]:
    """Yield points (n, 2) of a target, in parts that take little memory."""
    for first in range(0, count, DRAWN_TOGETHER):
        yield target.sample(min(DRAWN_TOGETHER, count - first), rng)


def say_nll(nll: float, count: int) -> None:
    """Print the NLL of points of the target."""
    say(f"The NLL of {count:,} points of the target is {nll:.3f} nats.")

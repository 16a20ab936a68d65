"""A project file that a command works with."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from flowviz.cli.talk import say
from flowviz.errors import FileError
from flowviz.projects import Project, load_project
from flowviz.records import Trace, base_particles
from flowviz.targets import build_target

if TYPE_CHECKING:
    from flowviz.flows import Flow

Direction = Literal["generate", "encode"]


@dataclass(frozen=True)
class Opened:
    """A project and where it lies. Its flow is built, and TensorFlow loaded, when it is first asked for."""

    path: Path
    project: Project

    @classmethod
    def at(cls, path: Path) -> "Opened":
        """Read the file. Raises `FileError`."""
        return cls(path, load_project(path))

    @cached_property
    def flow(self) -> "Flow":
        """The flow, in float32. Raises `FileError` where the weights do not fit."""
        return self.built("float32")

    def built(self, dtype: str) -> "Flow":
        """The flow, in that precision. Raises `FileError` where the weights do not fit."""
        from flowviz.flows import build_flow  # loads TensorFlow

        try:
            return build_flow(self.project.flow, self.project.weights, dtype)
        except FileError as error:
            raise FileError(f"{self.path} cannot be opened. {error}") from error

    def followed(self, direction: Direction, count: int, seed: int = 0) -> Trace:
        """Particles of the base through every stage; or points of the target, pulled back: then it says their NLL."""
        if direction == "generate":
            return self.flow.trace(base_particles(count, seed))
        points = build_target(self.project.target).sample(count, np.random.default_rng(seed))
        found = self.flow.encoded(points)
        say_nll(found)
        return found


def say_nll(encoded: Trace) -> None:
    """Say what points of the target have told."""
    say(f"The NLL of {encoded.positions.shape[1]:,} points of the target is {encoded.nll:.3f} nats.")

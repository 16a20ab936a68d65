"""A project that a command reads, and its flow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from flowviz.cli.messages import say
from flowviz.errors import FileError
from flowviz.library import trace_in_parts
from flowviz.projects import Project, load_project
from flowviz.records import Trace
from flowviz.specs import TargetSpec
from flowviz.specs.view import Direction, UnitName
from flowviz.targets import spec_units

if TYPE_CHECKING:
    from flowviz.flows import Flow

Part = TypeVar("Part")


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
        with self._named():
            return self.project.build_flow()

    def parts(self, parts: Iterator[Part]) -> Iterator[Part]:
        """Yield parts that the library computes. Raises `FileError` if the weights do not fit it."""
        with self._named():
            yield from parts

    def followed(self, direction: Direction, count: int, seed: int, units: UnitName) -> Iterator[Trace]:
        """Yield traces of particles of the base, or of points of the target, in parts; print the NLL of the latter.

        The traces are in flow units, the NLL in the given ones.
        """
        total = 0.0
        for part in self.parts(trace_in_parts(self.project, count, seed, direction)):
            total += part.nll * part.positions.shape[1]
            yield part
        if direction == "encode":
            say_nll(total / count, count, self.project.target, units)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Name the file in errors about what is in it."""
        try:
            yield
        except FileError as error:
            raise FileError(f"{self.path} cannot be opened. {error}") from error


def say_nll(nll: float, count: int, target: TargetSpec, name: UnitName) -> None:
    """Print the NLL of points of the target, which is given in flow units, per area in other units."""
    units = spec_units(target, name)
    per = "" if units.are_flow_units else f" per area in {'pixels' if name == 'pixels' else 'the units of the data'}"
    say(f"The NLL of {count:,} points of the target is {units.nll(nll):.3f} nats{per}.")

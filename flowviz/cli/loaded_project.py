"""A project that a command reads, and its flow."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from flowviz.cli.messages import say
from flowviz.cli.spec_options import Given, spec_options
from flowviz.errors import FileError
from flowviz.library import score_in_parts, trace_in_parts
from flowviz.projects import Project, load_project
from flowviz.records import Trace
from flowviz.specs import FlowSpec, TargetSpec
from flowviz.specs.fields import fields_of
from flowviz.specs.flow import INTEGRATOR_FIELDS
from flowviz.specs.view import Direction, UnitName
from flowviz.targets import spec_units

if TYPE_CHECKING:
    from flowviz.flows import Flow

Part = TypeVar("Part")

integrator_options = spec_options({name: fields_of(FlowSpec)[name] for name in INTEGRATOR_FIELDS})


@dataclass(frozen=True)
class LoadedProject:
    """A project and its file. The flow is built, and TensorFlow loaded, when it is first used."""

    path: Path
    project: Project

    @classmethod
    def at(cls, path: Path, integrator: Given | None = None) -> "LoadedProject":
        """Read a file, and change the integrator to that of some options. Raises `FileError` and `SpecError`."""
        loaded = cls(path, load_project(path))
        if not integrator:
            return loaded
        with loaded._named():
            changed = {name: integrator.get(name) for name in INTEGRATOR_FIELDS}
            return cls(path, loaded.project.with_integrator(changed["integrator"], changed["integrator_steps"]))

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
        total, known = 0.0, 0
        for part in self.parts(trace_in_parts(self.project, count, seed, direction)):
            total += part.known_nlls.sum()
            known += len(part.known_nlls)
            yield part
        if direction == "encode":
            say_nll(total, known, count, self.project.target, units)

    def scored(self, points: NDArray[np.float64], units: UnitName) -> Iterator[NDArray[np.floating]]:
        """Yield the log-densities of points (n, 2) in parts; print how many points have none."""
        folded = 0
        for part in self.parts(score_in_parts(self.project, points, units)):
            folded += int(np.isnan(part).sum())
            yield part
        _say_folded(folded, len(points))

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Name the file in errors about what is in it."""
        try:
            yield
        except FileError as error:
            raise FileError(f"{self.path} cannot be opened. {error}") from error


def say_nll(total: float, known: int, count: int, target: TargetSpec, name: UnitName) -> None:
    """Print the NLL of points of the target, per area in other units than flow units, and how many have none.

    Args:
        total: Sum of the known NLLs, in flow units.
        known: Number of the points whose NLL is known.
        count: Number of all points.
        target: The target.
        name: The units.
    """
    _say_folded(count - known, count)
    if not known:
        return
    units = spec_units(target, name)
    per = "" if units.are_flow_units else f" per area in {'pixels' if name == 'pixels' else 'the units of the data'}"
    say(f"The NLL of {known:,} points of the target is {units.nll(total / known):.3f} nats{per}.")


def _say_folded(folded: int, count: int) -> None:
    if folded:
        say(
            f"{folded:,} of {count:,} points have no exact density (NaN), because steps fold the plane over there. "
            "Increase the integrator steps."
        )

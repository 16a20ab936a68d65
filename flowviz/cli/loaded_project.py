"""A project that a command reads, and its flow."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import numpy as np
import typer
from numpy.typing import NDArray

from flowviz.cli.messages import say
from flowviz.cli.spec_options import Given, read_json, spec_options, takes
from flowviz.errors import FileError, SpecError
from flowviz.library.distribution import score_in_parts, trace_in_parts
from flowviz.projects import Project, is_comparison, load_comparison, load_project
from flowviz.records import Trace
from flowviz.records.measured import Measured, not_comparable
from flowviz.records.score import inexact_note
from flowviz.specs import FlowSpec, TargetSpec
from flowviz.specs.edits import Edits
from flowviz.specs.fields import fields_of
from flowviz.specs.flow import INTEGRATOR_FIELDS
from flowviz.specs.shares import counted
from flowviz.specs.view import Direction, UnitName
from flowviz.targets import spec_units, untrained_count

if TYPE_CHECKING:
    from flowviz.flows import Flow

Part = TypeVar("Part")
GIVEN, GUIDANCE = "given", "guidance"


@takes(integrator=spec_options({name: fields_of(FlowSpec)[name] for name in INTEGRATOR_FIELDS}))
def shown_options(
    integrator: Given,
    given: Annotated[
        str | None,
        typer.Option(
            metavar="VALUE",
            help="Value of the condition: the name of a class, a number, or any. By default, that at which the project "
            "was saved.",
        ),
    ] = None,
    guidance: Annotated[
        float | None,
        typer.Option(
            metavar="WEIGHT",
            help="Weight of the value of the condition, from 0 to 5, for a flow trained with --leave-out; 1 is none.",
        ),
    ] = None,
) -> Given:
    """Return how the options show a flow: its integrator, the value of its condition, and its guidance."""
    told = {GIVEN: given, GUIDANCE: guidance}
    return {**integrator, **{name: value for name, value in told.items() if value is not None}}


def project_at(path: Path, entrant: str | None) -> Project:
    """Read a project, or that of an entrant from a comparison. Raises `FileError` and `SpecError`."""
    if not is_comparison(path):
        if entrant is not None:
            raise SpecError(f"{path} is not a comparison, so it has no flows to choose from. Leave out --entrant.")
        return load_project(path)
    found = load_comparison(path)
    if entrant is None:
        raise SpecError(f"{path} is a comparison. Choose one of its flows with --entrant: {', '.join(found.names)}.")
    return found[entrant]


def edited(project: Project, path: Path) -> Project:
    """Return a project with the edits of a JSON file, if they are not its own. Raises `FileError` and `SpecError`."""
    try:
        return project.with_edits(Edits(**read_json(path)))
    except SpecError as error:
        raise SpecError(f"{path} cannot be used. {error}") from error


@dataclass(frozen=True)
class LoadedProject:
    """A project and its file. The flow is built, and TensorFlow loaded, when it is first used."""

    path: Path
    project: Project

    @classmethod
    def at(
        cls, path: Path, entrant: str | None = None, shown: Given | None = None, edits: Path | None = None
    ) -> "LoadedProject":
        """Read a file, show its flow as some options say, and change its edits to those of another file.

        Raises `FileError` and `SpecError`.
        """
        loaded = cls(path, project_at(path, entrant))
        with loaded._named():
            project, chosen = loaded.project, shown or {}
            if GIVEN in chosen:
                project = project.given(chosen[GIVEN])
            if GUIDANCE in chosen:
                project = project.guided(chosen[GUIDANCE])
            if any(name in chosen for name in INTEGRATOR_FIELDS):
                project = project if edits is None else project.with_edits(Edits())  # they belong to its present steps
                project = project.with_integrator(*map(chosen.get, INTEGRATOR_FIELDS))
        return cls(path, project if edits is None else edited(project, edits))

    @cached_property
    def flow(self) -> "Flow":
        """Return the flow, in float32. Raises `FileError` if the weights do not fit it."""
        with self._named():
            return self.project.build_flow()

    def parts(self, parts: Iterator[Part]) -> Iterator[Part]:
        """Yield parts that the library computes. Raises `FileError` if the weights do not fit it."""
        with self._named():
            yield from parts

    def untrained_count(self, count: int) -> int:
        """Return how many of `count` untrained points the target has, and print their number if it is smaller."""
        found = untrained_count(self.project.build_target(), count)
        if found < count:
            points = counted(found, "validation point")
            say(f"The target has only {points}. Its other points train or test flows, and are left out.")
        return found

    def followed(self, direction: Direction, count: int, seed: int, units: UnitName) -> Iterator[Trace]:
        """Yield traces of particles of the base, or of points of the target, in parts; print the NLL of the latter.

        The traces are in flow units, the NLL in the given ones.
        """
        nlls, folded = [np.zeros(0)], 0.0
        for part in self.parts(trace_in_parts(self.project, count, seed, direction)):
            nlls.append(part.nlls)
            folded += part.folded_share * len(part.nlls)
            yield part
        if direction == "encode":
            say_nll(np.concatenate(nlls), folded, self.project.target, units)

    def scored(
        self, points: NDArray[np.float64], units: UnitName, given: NDArray[Any] | None, *, as_json: bool
    ) -> Iterator[NDArray[np.floating]]:
        """Yield the log-densities of points (n, 2), whose values of the condition may be given (n,), in parts.

        Print at which value they are scored, how many have no density, and the NLL as JSON.
        """
        nlls, label = [np.zeros(0)], self.project.flow.given_label
        if label and given is None:
            say(f"Scoring all points at {label}. To score each at its own value, use --condition-column.")
        for part in self.parts(score_in_parts(self.project, points, units, given)):
            nlls.append(-part.astype(np.float64))
            yield part
        found = np.concatenate(nlls)
        _say_folded(int(np.isnan(found).sum()), len(points))
        if as_json:
            measured, shown = Measured.of(found, "test", can_fold=True), spec_units(self.project.target, units)
            figures = {
                "points": measured.points,
                "nll": measured.mean,
                "standard_error": measured.standard_error,
                "nll_median": measured.median,
                "without_density": measured.without_density,
                "nll_units": "flow" if shown.are_flow_units else units,
            }
            typer.echo(json.dumps(figures))

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Name the file in errors about what is in it."""
        try:
            yield
        except FileError as error:
            raise FileError(f"{self.path} cannot be opened. {error}") from error


def say_nll(nlls: NDArray[np.float64], folded: float, target: TargetSpec, name: UnitName) -> None:
    """Print the mean NLL of points that a flow encodes, and whether it is inexact.

    It is unknown if some of the points have no density.

    Args:
        nlls: NLL of each point (n,) in nats and flow units, NaN if it is unknown.
        folded: Number of the points at which densities are inexact or unknown, because steps fold the plane over.
        target: The target.
        name: The units in which to print it.
    """
    unknown = int(np.isnan(nlls).sum())
    _say_folded(unknown, len(nlls))
    if unknown:
        say(f"The NLL of the points is {not_comparable(unknown / len(nlls))}.")
        return
    units = spec_units(target, name)
    area = "pixels" if name == "pixels" else "the units of the data"
    per = "" if units.are_flow_units else f" per area in {area}"
    nll, note = units.nll(float(nlls.mean())), inexact_note(folded / len(nlls))
    say(f"The NLL of {len(nlls):,} validation points is {nll:.3f} nats{per}{note}.")


def _say_folded(folded: int, count: int) -> None:
    if folded:
        say(
            f"{folded:,} of {count:,} points have no exact density (NaN), because steps fold the plane over there. "
            "Increase the integrator steps."
        )

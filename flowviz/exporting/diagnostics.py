"""Exports that compare both directions of a flow, or explain its density: four panels, ledgers and latents."""

import json
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from flowviz.arguments import checked
from flowviz.errors import SpecError
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.scenes import Scenes
from flowviz.exporting.shots import seen_moment, shots
from flowviz.exporting.tables import Columns
from flowviz.projects import Project
from flowviz.records import Moment, checked_points
from flowviz.records.latents import Latents
from flowviz.records.ledger import Ledger, common_limits
from flowviz.records.trace import PARTICLES
from flowviz.rendering.annotate import Measure
from flowviz.rendering.drawing import Drawing
from flowviz.rendering.four_panels import SHOWN, four_panels
from flowviz.rendering.latents import draw_latents
from flowviz.rendering.ledger import draw_ledger
from flowviz.rendering.panel_table import PanelTable, draw_table
from flowviz.specs import ExportSpec, PictureSize, Seen, ViewSpec
from flowviz.specs.view import Direction, UnitName
from flowviz.targets import spec_units, untrained_points

Dump = dict[str, Any]


class Diagnostic:
    """A ledger, the latents, or the four panels of a project, as a picture or a table; reproducible to the byte.

    The ledger of a probed point and the latents are computed from the flow; so is everything that concerns the data,
    which the flow pulls back. This loads TensorFlow.
    """

    def __init__(self, project: Project, spec: ExportSpec, keeper: FlowKeeper | None = None) -> None:
        """Prepare a diagnostic; nothing is computed yet.

        Args:
            project: The project.
            spec: The kind (`ledger`, `latents` or `four_panels`), the moment, and the view.
            keeper: A cache of the flow, which can be shared in the same thread; None for a new one.
        """
        self._project, self._spec, self._keeper = project, spec, keeper or FlowKeeper()

    def drawing(self, size: PictureSize, length: Measure) -> Drawing:
        """Return the drawing for a size in pixels; `length` returns the width of a text in pixels.

        Raises:
            SpecError: If the panels do not fit.
            TargetError: If there is nothing to learn.
        """
        view = self._spec.seen.view
        if self._spec.what == "four_panels":
            return draw_table(self._panels(size), view, size, length)
        if self._spec.what == "latents":
            return draw_latents(self.latents, view, size, length)
        limits = None if self.ledger.is_mean else common_limits(self._generated.trace(self._moment))
        return draw_ledger(self.ledger, view, size, limits, length=length)

    def columns(self) -> Columns:
        """Return the numbers of a ledger or of latents by column. Raises as `drawing` does."""
        return self.latents.columns() if self._spec.what == "latents" else self.ledger.columns()

    def as_json(self) -> str:
        """Return the numbers of a ledger or of latents as JSON, null where unknown. Raises as `drawing` does."""
        about = latents_summary(self.latents) if self._spec.what == "latents" else ledger_summary(self.ledger)
        return (
            json.dumps({**about, "rows": _rows(self.columns())}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        )

    @cached_property
    def ledger(self) -> Ledger:
        """Return the ledger of the probed point or, without one, the mean ledger of the data."""
        units = self._generated.units
        if self._spec.seen.probe is None:
            return Ledger.mean_of(self._encoded.trace(self._moment), units)
        probe = self._generated.probe(self._moment)
        is_folded = bool(self._generated.trace(self._moment).folds_near(probe.positions[-1])[0])
        return Ledger.of_point(probe, units, is_inexact=is_folded)

    @cached_property
    def latents(self) -> Latents:
        """Return the latents of points on which the flow was not trained."""
        points = untrained_points(self._project.build_target(), self._spec.particles or PARTICLES)
        return Latents.of(self._generated.encoded(points, self._moment))

    def _panels(self, size: PictureSize) -> PanelTable:
        encoded, generated = (
            scenes.scene(shots(self._project, self._spec)[0], size) for scenes in (self._encoded, self._generated)
        )
        return four_panels(replace(encoded, selection=None), generated, self._spec.seen.view, size)

    @cached_property
    def _moment(self) -> Moment | None:
        return seen_moment(self._project, self._spec)

    @cached_property
    def _encoded(self) -> Scenes:
        return self._scenes("encode")

    @cached_property
    def _generated(self) -> Scenes:
        return self._scenes("generate")

    def _scenes(self, direction: Direction) -> Scenes:
        spec, has_panels = self._spec, self._spec.what == "four_panels"
        view = spec.seen.view.model_copy(update={"marks": spec.seen.view.marks & SHOWN if has_panels else frozenset()})
        changes = {"view": view, "direction": direction, "probe": None if has_panels else spec.seen.probe}
        count = spec.particles if has_panels or direction == "encode" else None
        seen = spec.seen.model_copy(update=changes)
        return Scenes(self._project, seen, count, shots(self._project, spec), self._keeper)


@checked
def ledger(project: Project, point: ArrayLike | None = None, units: UnitName = "data") -> Ledger:
    """Return what the base and each stage add to the log-density of a point, or to the mean one of the data.

    `ledger(project, point).total` is the log-density, `terms` are the summands, in nats. Loads TensorFlow.

    Args:
        project: The project.
        point: A point (2,) of the target. None for the means over 8,000 points on which the flow is not trained, or
            over at most the validation points of a table. The means add up to −NLL.
        units: The units of the point and of the log-density: `data`, `pixels` or `flow`; see `flowviz.units`.

    Raises:
        SpecError: If the point has another shape.
        FileError: If the weights do not fit the flow.
        TargetError: If the target has no pixels, or there is nothing to learn.
    """
    seen = Seen(view=ViewSpec(units=units))
    if point is not None:
        points = checked_points(np.atleast_2d(point))
        if len(points) != 1:
            raise SpecError(f"ledger() takes one point, not {len(points)}. Call it once for each point.")
        [(x, y)] = spec_units(project.target, units).points(points).tolist()
        seen = seen.model_copy(update={"probe": (project.trace.last_stage, (x, y))})
    return Diagnostic(project, ExportSpec(what="ledger", seen=seen)).ledger


@checked
def latents(project: Project, n: int = PARTICLES) -> Latents:
    """Pull points of the target on which the flow was not trained back to the base, to compare them with it.

    `latents(project).regions` are the shares of the points in the regions that hold 50%, 90% and 99% of the base, with
    standard errors, and `quantiles(0)` the quantiles of the horizontal coordinate for a Q-Q plot. Loads TensorFlow.

    Args:
        project: The project.
        n: Number of points. For a table, at most all of its validation points are used.

    Raises:
        SpecError: If there are no points.
        FileError: If the weights do not fit the flow.
        TargetError: If there is nothing to learn.
    """
    return Diagnostic(project, ExportSpec(what="latents", particles=n)).latents


def ledger_summary(ledger: Ledger) -> Dump:
    """Return the fields of a ledger in JSON, without its lines. The sum is None if some points have no density."""
    about = {"points": ledger.count, "unknown_points": ledger.unknown} if ledger.is_mean else {}
    total = None if ledger.unknown else _number(ledger.total)
    return {"base": ledger.base, **about, "inexact": ledger.is_inexact, "log_density": total}


def latents_summary(latents: Latents) -> Dump:
    """Return the fields of latents in JSON, without their numbers."""
    return {"base": latents.base.name, "points": len(latents.points), "unknown_points": latents.unknown}


def _rows(columns: Columns) -> list[Dump]:
    values = [[_number(value) for value in column] for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _number(value: Any) -> Any:
    """Return a value as JSON knows it: None where it is not finite."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not np.isfinite(plain) else plain

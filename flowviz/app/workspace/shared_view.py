"""The view that all clouds of a comparison share: depth, camera, selection, tool and the particle under the mouse."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from flowviz.app.state.state import State
from flowviz.app.state.view import Tool
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.records import Combination, Selection, Trace
from flowviz.rendering import Frame, fitted_view
from flowviz.rendering.camera import common_box
from flowviz.rendering.projection import Panel
from flowviz.specs import ViewSpec

Box = NDArray[np.float64]  # (2, 2): lower left and upper right corner
MAX_EXTENT_RATIO = 4.0  # of the half extent between base and target to the larger of theirs: diverging clouds leave it
ENDS = 0.15  # share of the depth at either end in which the view widens, so that it never jumps


@dataclass(frozen=True)
class SharedView:
    """The view of all clouds.

    Attributes:
        depth: The share of each flow that the particles have passed, from 0, the base, to 1, the target.
        frame: The visible part of the plane. None follows the particles.
        selection: The selected particles, by their numbers in the base. None if there are none.
        hovered: Number of the particle under the mouse. None if there is none.
        tool: What a drag does.
        jumps: Whether each flow is only drawn at whole stages, never in between.
        reference: Key of the entrant whose log-density is subtracted from those of the others. Empty to subtract none.
        enlarged: Key of the entrant whose cloud takes the place of all. Empty if all are visible.
    """

    depth: float = 1.0
    frame: Frame | None = None
    selection: Selection | None = None
    hovered: int | None = None
    tool: Tool = "move"
    jumps: bool = False
    reference: str = ""
    enlarged: str = ""

    def stage(self, trace: Trace) -> float:
        """Return the stage of a trace at the depth; 2.25 is a quarter of the way from stage 2 to stage 3."""
        stage = self.depth * trace.last_stage
        return float(round(stage)) if self.jumps else stage

    def selection_of(self, trace: Trace) -> Selection | None:
        """Return the selection if a trace has as many particles."""
        fits = self.selection is not None and len(self.selection.chosen) == trace.positions.shape[1]
        return self.selection if fits else None


class SharedViewState(State[SharedView]):
    """Observable view of all clouds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(SharedView(), parent)

    def set_depth(self, depth: float) -> None:
        """Go to a depth, from 0, the base, to 1, the target."""
        self.set(replace(self.value, depth=min(max(depth, 0.0), 1.0)))

    def zoom_to(self, center: tuple[float, float], half_extent: float) -> None:
        """Show a part of the plane in all clouds."""
        self.set(replace(self.value, frame=Frame(center, half_extent)))

    def follow(self) -> None:
        """Follow the particles."""
        self.set(replace(self.value, frame=None))

    def hover(self, particle: int | None) -> None:
        """Mark a particle in all clouds, or none."""
        self.set(replace(self.value, hovered=particle))

    def reduce_motion(self, reduced: bool) -> None:
        """Set whether to jump from stage to stage instead of gliding."""
        self.set(replace(self.value, jumps=reduced))

    def set_tool(self, tool: Tool) -> None:
        """Set what a drag does."""
        self.set(replace(self.value, tool=tool))

    def select(self, chosen: Selection, how: Combination) -> None:
        """Select particles in all clouds."""
        current = self.value.selection
        fits = current is not None and current.chosen.shape == chosen.chosen.shape
        before = current if current is not None and fits else Selection.none(len(chosen.chosen))
        found = before.combined(chosen, how)
        self.set(replace(self.value, selection=found if found.count else None))

    def subtract(self, key: str) -> None:
        """Subtract the log-density of an entrant from those of the others, or of none for an empty key."""
        self.set(replace(self.value, reference=key))

    def enlarge(self, key: str) -> None:
        """Let the cloud of an entrant take the place of all, or show all again if it does already."""
        self.set(replace(self.value, enlarged="" if self.value.enlarged == key else key))

    def forget_missing(self, keys: Collection[str]) -> None:
        """Enlarge and subtract no entrant that has none of some keys."""
        view = self.value
        enlarged, reference = (key if key in keys else "" for key in (view.enlarged, view.reference))
        self.set(replace(view, enlarged=enlarged, reference=reference))

    def clear_selection(self) -> None:
        """Select no particles."""
        self.set(replace(self.value, selection=None))


def shared_frame(runs: Sequence[EntrantRun], view: SharedView, spec: ViewSpec, panel: Panel) -> Frame:
    """Return the part of the plane that all clouds show: the chosen one, or one around the particles of all entrants.

    At the base and at the target, it does not depend on how well the flows are trained. In between it is as large as
    most of the clouds need, so that one that is spread widely does not make all others tiny.

    Args:
        runs: The entrants.
        view: The shared view.
        spec: How the clouds are drawn.
        panel: The size of each cloud, in pixels.
    """
    if view.frame is not None or not runs:
        return view.frame or Frame(spec.center, spec.half_extent)
    traces = [run.project.trace for run in runs]
    base = _frame_of([trace.boxes[0] for trace in traces], spec, panel)
    target = _frame_of([_target_box(run, with_particles=not is_begun(runs)) for run in runs], spec, panel)
    way, depth = 1 - (1 - min(view.depth * 4, 1.0)) ** 2, view.depth  # it centers the target early on
    (x, y), (to_x, to_y) = base.center, target.center
    center = x + way * (to_x - x), y + way * (to_y - y)
    extent = base.half_extent ** (1 - depth) * target.half_extent**depth
    if 0 < depth < 1:
        boxes = [_box_at(trace, view.stage(trace)) for trace in traces]
        extents = sorted(_frame_of([box], spec, panel, center).half_extent for box in boxes)
        most = MAX_EXTENT_RATIO * max(base.half_extent, target.half_extent)
        needed = min(extents[len(extents) // 2], most)
        extent *= max(needed / extent, 1.0) ** min(min(depth, 1 - depth) / ENDS, 1.0)
    return Frame(center, extent)


def is_begun(runs: Sequence[EntrantRun]) -> bool:
    """Return whether any flow has been trained. Until then, the frame holds the particles of all."""
    return any(run.is_begun for run in runs)


def _target_box(run: EntrantRun, *, with_particles: bool) -> Box:
    """Return the box of the target and, on request, of the particles as well."""
    particles: Box = run.project.trace.boxes[-1]
    if run.built is None:
        return particles
    left, right, bottom, top = run.built.target.extent
    box: Box = np.array([[left, bottom], [right, top]])
    return common_box(np.stack([box, particles])) if with_particles else box


def _box_at(trace: Trace, stage: float) -> Box:
    before = min(int(stage), trace.last_stage)
    boxes: NDArray[np.float64] = trace.boxes[before : before + 2]
    return common_box(boxes)


def _frame_of(boxes: list[Box], spec: ViewSpec, panel: Panel, center: tuple[float, float] | None = None) -> Frame:
    box = common_box(np.array(boxes))
    if center is not None:  # the smallest box around this center
        half = np.maximum(box[1] - center, np.array(center) - box[0])
        box = np.stack([np.array(center) - half, np.array(center) + half])
    found = fitted_view(box, spec, panel)
    return Frame(found.center, found.half_extent)

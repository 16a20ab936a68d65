"""Links between panes: the enlarged pane, the subtracted flow, the marked particle, and a common frame and depth."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowviz.app.state.state import State
from flowviz.app.state.view import View
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.records import Trace
from flowviz.rendering.camera import Boxes, common_box

Box = NDArray[np.float64]  # (2, 2): lower left and upper right corner
MAX_EXTENT_RATIO = 4.0  # of the extent of a stage to that of base and target: diverging clouds leave the frame


@dataclass(frozen=True)
class Links:
    """State that all panes share, in addition to the view of the window.

    Attributes:
        hovered: Number of the particle under the mouse. None if there is none.
        reference: Key of the entrant whose log-density is subtracted from those of the others. Empty to subtract none.
        enlarged: Whether the pane of the selected entrant fills the whole area. Otherwise, all panes are visible.
    """

    hovered: int | None = None
    reference: str = ""
    enlarged: bool = False


class LinksState(State[Links]):
    """Observable links."""

    def enlarge(self) -> None:
        """Show only the selected pane, or all panes again if it is the only one that is visible."""
        self.change(enlarged=not self.value.enlarged)

    def forget_missing(self, selected: str, keys: Collection[str]) -> None:
        """Stop enlarging the entrant that was selected, and subtracting one, if their keys are not among `keys`."""
        links = self.value
        reference = links.reference if links.reference in keys else ""
        self.change(enlarged=links.enlarged and selected in keys, reference=reference)


def shared_boxes(runs: Sequence[EntrantRun], trace: Trace) -> Boxes:
    """Return, for each stage of a trace, the box that the panes of all entrants show at its depth.

    At the base and at the target, the boxes do not depend on how well the flows are trained. In between, they are as
    large as most of the clouds need, so that a single cloud that is spread widely does not make all others tiny.

    Args:
        runs: The entrants.
        trace: The particles of the selected entrant.
    """
    last = trace.last_stage
    first = common_box(np.array([run.project.trace.boxes[0] for run in runs]))
    target = common_box(np.array([_target_box(run, with_particles=not is_begun(runs)) for run in runs]))
    largest = MAX_EXTENT_RATIO * np.maximum(_half(first), _half(target))
    between = [_limited(_usual_box(runs, stage / last), largest) for stage in range(1, last)]
    return np.array([first, *between, target])


def matching_stage(stage: float, view: View, last: int) -> float:
    """Return the stage of another flow that is equally deep in it. It is a whole number if the given stage is one.

    Args:
        stage: The stage that is drawn, which may be between two stages.
        view: The view of its flow.
        last: The last stage of the other flow.
    """
    before = min(int(stage), view.last_stage)
    start, end = (round(view.depth_of(each) * last) for each in (before, min(before + 1, view.last_stage)))
    return start + (stage - before) * (end - start)


def is_begun(runs: Sequence[EntrantRun]) -> bool:
    """Return whether any flow has been trained. Until then, the frame holds the particles of all."""
    return any(run.is_begun for run in runs)


def _usual_box(runs: Sequence[EntrantRun], depth: float) -> Box:
    """Return the box that most of the clouds need at a depth, or both of two."""
    boxes = np.array([run.project.trace.boxes[round(depth * run.project.trace.last_stage)] for run in runs])
    middle = len(runs) // 2
    low, high = np.sort(boxes[:, 0], axis=0)[::-1][middle], np.sort(boxes[:, 1], axis=0)[middle]
    return np.stack([low, high])


def _limited(box: Box, largest: NDArray[np.float64]) -> Box:
    center = box.mean(axis=0)
    half = np.minimum(_half(box), largest)
    return np.stack([center - half, center + half])


def _half(box: Box) -> NDArray[np.float64]:
    half: NDArray[np.float64] = (box[1] - box[0]) / 2
    return half


def _target_box(run: EntrantRun, *, with_particles: bool) -> Box:
    """Return the box of the target and, on request, of the particles as well."""
    particles: Box = run.project.trace.boxes[-1]
    if run.built is None:
        return particles
    left, right, bottom, top = run.built.target.extent
    box: Box = np.array([[left, bottom], [right, top]])
    return common_box(np.stack([box, particles])) if with_particles else box

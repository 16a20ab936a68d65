"""The view state: what the user sees of the flow."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from PyQt6.QtCore import QObject

from flowviz.app.state.known import Known
from flowviz.app.state.state import State
from flowviz.records import Combination, Selection, selection_among
from flowviz.specs import Seen
from flowviz.specs.view import CameraMode, Direction, Mark

Tool = Literal["move", "rectangle", "lasso", "probe", "bend"]
Figure = Literal["four_panels", "latents"]


class ExactDepth(NamedTuple):
    """The depth of a stage that was chosen in a flow of another length.

    For example, layer 3 of 8 is shown as layer 2 of 4. The depth, 3/8, leads back to layer 3 of 8, while that of
    layer 2 of 4 would lead to layer 4 of 8.

    Attributes:
        stage: The stage of the displayed flow that is nearest to the depth, as in `Seen`. The depth holds only there.
        last_stage: The last stage of the displayed flow.
        depth: The depth, from 0 at the base to 1 at the target.
    """

    stage: int | None
    last_stage: int
    depth: float


@dataclass(frozen=True)
class View:
    """The current view: the stage, the moment, the marks and colors, the tool and the selection.

    Attributes:
        seen: Stage, moment, direction, marks and colors, as saved in a project. The stage is None for the last one,
            whatever its number. While the view follows the cloud, `center` and `half_extent` have no effect.
        tool: The tool that decides what a drag on the cloud does.
        selection: The selected particles, or None if there are none.
        last_stage: The number of the last stage of the displayed flow.
        exact: The depth that was chosen in a flow of another length. None if the stage was chosen in this flow.
        particles: The number of displayed particles.
        figure: The figure that covers the cloud, or None. It is not saved in a project.
        camera: How the cloud is framed as a lesson says, instead of as the project does, or None. It is not saved in a
            project.
        is_continuous: Whether the displayed stages are the steps of an integrator, at equal distances of time.
        known: What the displayed flow can show.
        shared: What at least one of the panes that share the view can show. None if there is only one pane. The view
            contains only these marks and colors; its tool, probe and figure must also fit the displayed flow.
    """

    seen: Seen = field(default_factory=Seen)
    tool: Tool = "move"
    selection: Selection | None = None
    last_stage: int = 0
    exact: ExactDepth | None = None
    particles: int = 0
    is_continuous: bool = False
    figure: Figure | None = None
    camera: CameraMode | None = None
    known: Known = field(default_factory=Known)
    shared: Known | None = None

    @property
    def stage(self) -> int:
        """Return the number of the current stage."""
        return self.last_stage if self.seen.stage is None else min(self.seen.stage, self.last_stage)

    def depth_of(self, stage: int) -> float:
        """Return how deep a stage is in the flow, from 0 at the base to 1 at the target."""
        if self.exact and stage == self.stage:
            return self.exact.depth
        return stage / self.last_stage if self.last_stage else 1.0

    def at_depth(self, depth: float, last_stage: int) -> "View":
        """Return the view at the stage of a flow that is nearest to a depth, which it remembers for other flows."""
        probe, ratio = self.seen.probe, last_stage / max(self.last_stage, 1)
        changes = {"stage": round(depth * last_stage), "probe": probe and (round(probe[0] * ratio), probe[1])}
        seen = without_stage_from(last_stage, self.seen.model_copy(update=changes))
        return replace(self, seen=seen, last_stage=last_stage, exact=ExactDepth(seen.stage, last_stage, depth))

    @property
    def possible(self) -> "View":
        """Return the view without what cannot be shown, and without the depth of a stage that it has left."""
        problems, seen = self.known.problems, self.offered.possible(self.seen)
        tool: Tool = "move" if self.tool in problems else self.tool
        figure = None if self.figure in problems else self.figure
        seen = seen.model_copy(update={"probe": None}) if "probe" in problems else seen
        exact = self.exact if self.exact and self.exact[:2] == (seen.stage, self.last_stage) else None
        return replace(self, seen=seen, tool=tool, figure=figure, exact=exact)

    @property
    def offered(self) -> Known:
        """Return which marks, velocities, colors and directions can be chosen."""
        return self.known if self.shared is None else self.shared

    def problem(self, name: str) -> str:
        """Return why a mark, tool, figure or the like cannot be chosen for the displayed flow; empty if it can."""
        return self.known.problems.get(name, "")

    @property
    def is_explored(self) -> bool:
        """Return whether the user has left the default view: the last stage of the current flow, fitted."""
        seen = self.seen
        return (
            seen.stage is not None
            or seen.moment is not None
            or seen.probe is not None
            or seen.overview
            or seen.direction == "encode"
            or not seen.fitted
            or self.figure is not None
        )


class ViewState(State[View]):
    """Observable view, with a setter for each part that the user can change."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(View(), parent)

    @property
    def seen(self) -> Seen:
        """Return the part of the view that is saved in a project."""
        return self.value.seen

    def set(self, value: View) -> None:
        super().set(value.possible)

    def update(self, **changes: Any) -> None:
        """Change some fields of `Seen`."""
        self.change(seen=self.seen.model_copy(update=changes))

    def update_view(self, **changes: Any) -> None:
        """Change some fields of the `ViewSpec`."""
        self.update(view=self.seen.view.model_copy(update=changes))

    def show_flow(
        self, last_stage: int, particles: int, *, is_continuous: bool = False, known: Known | None = None
    ) -> None:
        """Adapt to a flow of another size: drop a stage or a selection that it does not have.

        If the steps of an integrator change in number, the stage is kept by its time, and so is that of the probe.
        """
        view = self.value
        if is_continuous and view.is_continuous and last_stage != view.last_stage:
            view = view.at_depth(view.depth_of(view.stage), last_stage)
        self.set(replace(
            view,
            seen=without_stage_from(last_stage, view.seen),
            selection=selection_among(particles, view.selection),
            last_stage=last_stage,
            particles=particles,
            is_continuous=is_continuous,
            known=known or Known(),
        ))  # fmt: skip

    def with_current_style(self, view: View) -> View:
        """Return an earlier view with its stage, moment and frame, but the present marks, colors and playback."""
        frame = {name: getattr(view.seen.view, name) for name in ("center", "half_extent")}
        changes = {"view": self.seen.view.model_copy(update=frame), "playback": self.seen.playback}
        return replace(view, seen=view.seen.model_copy(update=changes))

    def show_whole(self) -> None:
        """Go to the last stage of the latest moment, follow the cloud, and select nothing."""
        changes = {"stage": None, "moment": None, "probe": None, "overview": False, "fitted": True}
        self.change(seen=self.seen.model_copy(update=changes), selection=None, figure=None, exact=None)

    def set_stage(self, stage: int) -> None:
        """Go to a stage. The last stage is stored as *last*, so it stays the last one in a flow of another length."""
        self.update(stage=self._stored(stage))

    def show_last_stage(self) -> None:
        """Go to the last stage, which stays the last one when another flow is shown."""
        self.change(seen=self.seen.model_copy(update={"stage": None}), exact=None)

    def open_stage(self, stage: int) -> None:
        """Leave the overview and go to a stage."""
        self.update(stage=self._stored(stage), overview=False)

    def step(self, stages: int) -> None:
        """Go forward, or back if negative, by a number of stages, at most to the first or the last one."""
        self.set_stage(self.value.stage + stages)

    def set_mark(self, mark: Mark, shown: bool) -> None:
        """Show or hide a mark."""
        marks = self.seen.view.marks
        self.update_view(marks=marks | {mark} if shown else marks - {mark})

    def set_direction(self, direction: Direction) -> None:
        """Set the direction, and clear the selection, because other particles are displayed then."""
        seen = self.seen.model_copy(update={"direction": direction})
        self.change(seen=seen, selection=None)

    def update_playback(self, **changes: Any) -> None:
        """Change some fields of the `Playback`."""
        self.update(playback=self.seen.playback.model_copy(update=changes))

    def set_tool(self, tool: Tool) -> None:
        """Set the tool. Only the probe tool keeps the probed point."""
        probe = self.seen.probe if tool == "probe" else None
        self.change(seen=self.seen.model_copy(update={"probe": probe}), tool=tool)

    def set_selection(self, selection: Selection | None) -> None:
        """Replace the selection; an empty one becomes None."""
        self.change(selection=selection if selection is not None and selection.count else None)

    def combine_selection(self, chosen: Selection, how: Combination) -> None:
        """Select particles in place of the selected ones, or add them to these, or remove them."""
        selection = self.value.selection or Selection.none(self.value.particles)
        self.set_selection(selection.combined(chosen, how))

    def invert_selection(self) -> None:
        """Select all other particles."""
        selection = self.value.selection or Selection.none(self.value.particles)
        self.set_selection(selection.inverted())

    def zoom_to(self, center: tuple[float, float], half_extent: float) -> None:
        """Show a part of the plane, in target units, and stop following the cloud."""
        view = self.seen.view.model_copy(update={"center": center, "half_extent": half_extent})
        self.update(view=view, fitted=False)

    def follow(self) -> None:
        """Follow the cloud from stage to stage."""
        self.update(fitted=True)

    def _stored(self, stage: int) -> int | None:
        return None if stage >= self.value.last_stage else max(stage, 0)


def without_stage_from(last_stage: int, seen: Seen) -> Seen:
    """Return the view at the last stage if its own stage is not before that one."""
    return seen.model_copy(update={"stage": None}) if seen.stage is not None and seen.stage >= last_stage else seen

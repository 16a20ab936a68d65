"""What the user looks at."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from PyQt6.QtCore import QObject

from flowviz.app.state.state import State
from flowviz.records import Selection
from flowviz.specs import Playback, Seen
from flowviz.specs.view import Direction, Mark

Tool = Literal["move", "rectangle", "lasso", "probe"]
Probe = tuple[int, tuple[float, float]]


@dataclass(frozen=True)
class View:
    """What the user looks at.

    Attributes:
        seen: Stage, moment, direction, marks and colors, as a project saves them. The stage is None for the last one,
            however many there are. `center` and `half_extent` have no effect while the view follows the cloud.
        tool: What a drag on the cloud does.
        selection: The selected particles; None if none is selected.
        last_stage: The number of the last stage of the flow that is shown.
        particles: The number of particles that are shown.
    """

    seen: Seen = field(default_factory=Seen)
    tool: Tool = "move"
    selection: Selection | None = None
    last_stage: int = 0
    particles: int = 0

    @property
    def stage(self) -> int:
        """The number of the stage that is shown."""
        return self.last_stage if self.seen.stage is None else min(self.seen.stage, self.last_stage)


class ViewState(State[View]):
    """Holds what the user looks at."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(View(), parent)

    @property
    def seen(self) -> Seen:
        """What is looked at now, as a project saves it."""
        return self.value.seen

    def update(self, **changes: Any) -> None:
        """Change some fields of `Seen`."""
        self.set(replace(self.value, seen=self.seen.model_copy(update=changes)))

    def update_view(self, **changes: Any) -> None:
        """Change some fields of the `ViewSpec`."""
        self.update(view=self.seen.view.model_copy(update=changes))

    def show_flow(self, last_stage: int, particles: int) -> None:
        """Look at a flow of this size. What it does not have is no longer looked at."""
        seen, selection = self.seen, self.value.selection
        if seen.stage is not None and seen.stage >= last_stage:
            seen = seen.model_copy(update={"stage": None})
        if selection is not None and len(selection.chosen) != particles:
            selection = None
        self.set(replace(self.value, seen=seen, selection=selection, last_stage=last_stage, particles=particles))

    def set_stage(self, stage: int) -> None:
        """Look at a stage; whoever looks at the last one also sees the last one of the next flow."""
        self.update(stage=None if stage >= self.value.last_stage else max(stage, 0))

    def open_stage(self, stage: int) -> None:
        """Leave the overview for a stage."""
        self.update(stage=None if stage >= self.value.last_stage else stage, overview=False)

    def step(self, stages: int) -> None:
        """Go on or back by a number of stages, as far as they go."""
        self.set_stage(self.value.stage + stages)

    def set_mark(self, mark: Mark, shown: bool) -> None:
        """Show or hide a mark."""
        marks = self.seen.view.marks
        self.update_view(marks=marks | {mark} if shown else marks - {mark})

    def set_direction(self, direction: Direction) -> None:
        """Look in a direction. The particles are others then, so none of them is selected."""
        seen = self.seen.model_copy(update={"direction": direction})
        self.set(replace(self.value, seen=seen, selection=None))

    def set_playback(self, playback: Playback) -> None:
        """Choose how the stages are played."""
        self.update(playback=playback)

    def set_tool(self, tool: Tool) -> None:
        """Choose what a drag does. Only the probe tool keeps the probed point."""
        probe = self.seen.probe if tool == "probe" else None
        self.set(replace(self.value, seen=self.seen.model_copy(update={"probe": probe}), tool=tool))

    def set_selection(self, selection: Selection | None) -> None:
        """Select these particles."""
        self.set(replace(self.value, selection=selection if selection is not None and selection.count else None))

    def invert_selection(self) -> None:
        """Select all other particles."""
        selection = self.value.selection or Selection.none(self.value.particles)
        self.set_selection(selection.inverted())

    def zoom_to(self, center: tuple[float, float], half_extent: float) -> None:
        """Look at a part of the plane, and follow the cloud no longer."""
        view = self.seen.view.model_copy(update={"center": center, "half_extent": half_extent})
        self.update(view=view, fitted=False)

    def follow(self) -> None:
        """Follow the cloud from stage to stage."""
        self.update(fitted=True)

"""What is seen of a project: its particles, and what is computed of its flow to be seen beside them."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from flowviz.exporting.shots import Shot
from flowviz.projects import Project
from flowviz.records import Moment, Scene, Selection, Snapshot, Trace, Weights, base_particles
from flowviz.records.trace import PARTICLES
from flowviz.rendering import fitted_view, render_frame, visible_rectangle
from flowviz.rendering.raster import RGBA
from flowviz.specs import PictureSize, Seen, ViewSpec
from flowviz.targets import build_target

if TYPE_CHECKING:
    from flowviz.flows import Flow


class Scenes:
    """The scenes of a project as it is seen, for the use of one thread.

    `particles` is how many are followed; None for as many as the project has or, of the target, as the window shows.
    TensorFlow is loaded only for what is not in the project.
    """

    def __init__(self, project: Project, seen: Seen, particles: int | None) -> None:
        self._project = project
        self._seen = seen
        self._particles = particles
        self._flow: Flow | None = None
        self._weights: Weights | None = None
        self._last: tuple[Moment | None, Scene] | None = None

    @property
    def count(self) -> int:
        """How many particles are followed."""
        usual = PARTICLES if self._seen.direction == "encode" else self._project.trace.positions.shape[1]
        return usual if self._particles is None else self._particles

    @property
    def selection(self) -> Selection | None:
        """The selection, if there is one among so many particles."""
        found = self._project.selection
        return found if found is not None and len(found.chosen) == self.count else None

    def view(self, shots: Iterable[Shot]) -> ViewSpec:
        """The view of pictures; where it is fitted, wide enough for the particles at each of their moments."""
        if not self._seen.fitted:
            return self._seen.view
        moments = {id(shot.moment): shot.moment for shot in shots}.values()
        fitted = [fitted_view(self.trace(moment), self._seen.view) for moment in moments]
        return max(fitted, key=lambda view: view.half_extent)

    def picture(self, shot: Shot, view: ViewSpec, size: PictureSize) -> RGBA:
        """One picture, (height, width, 4)."""
        scene = self.scene(shot, view, size)
        return render_frame(scene, shot.stage, view, size, title=scene.trace.title(round(shot.stage)))

    def scene(self, shot: Shot, view: ViewSpec, size: PictureSize) -> Scene:
        """What a picture of that size shows."""
        if self._last is None or self._last[0] is not shot.moment:
            trace = self.trace(shot.moment)
            self._last = shot.moment, Scene(trace, self.selection)
        scene = self._completed(self._last[1], shot, view, size)
        self._last = shot.moment, scene
        return scene

    def trace(self, moment: Moment | None) -> Trace:
        """The particles at every stage, as the flow was at a moment."""
        if self._last is not None and self._last[0] is moment:
            return self._last[1].trace
        if self._seen.direction == "encode":
            return self.flow(moment).encoded(self._target_points)
        present = self._project.trace
        if self.count == present.positions.shape[1]:
            if moment is None:
                return present
            return moment.trace if isinstance(moment, Snapshot) else self.flow(moment).trace(present.positions[0])
        return self.flow(moment).trace(base_particles(self.count))

    def flow(self, moment: Moment | None) -> "Flow":
        """The flow as it was at a moment. Raises `FileError` where the weights do not fit."""
        from flowviz.flows import build_flow  # loads TensorFlow

        weights = self._project.weights if moment is None else moment.weights
        if self._flow is None:
            self._flow = build_flow(self._project.flow, weights if weights.parameters else None)
        elif weights is not self._weights:
            self._flow.restore(weights)
        self._weights = weights
        return self._flow

    @cached_property
    def _target_points(self) -> NDArray[np.floating]:
        """Points of the target (n, 2), always the same ones."""
        return build_target(self._project.target).sample(self.count, np.random.default_rng(0))

    def _completed(self, scene: Scene, shot: Shot, view: ViewSpec, size: PictureSize) -> Scene:
        """The scene with density, grid and probe, where they are asked for."""
        probe = self._seen.probe if scene.probe is None else None
        if not view.marks & {"density", "grid"} and probe is None:
            return scene
        flow = self.flow(shot.moment)
        from flowviz.flows.scenes import completed  # loads TensorFlow

        return completed(flow, scene, round(shot.stage), view, visible_rectangle(view, size), probe)

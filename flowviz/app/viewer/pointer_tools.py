"""The pointer tools: selecting particles, describing the one under the mouse, and moving the probe."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from flowviz.app.state.view import View, ViewState
from flowviz.app.viewer.displays import CloudDisplay, ReadoutDisplay
from flowviz.records import Combination, Scene, Selection, nearest
from flowviz.rendering import positions_at

REACH = 8.0  # pixels from the mouse to a particle

Point = tuple[float, float]


class PointerTools(QObject):
    """Turns what the mouse does on the cloud into a selection, a probed point, and a line of text.

    Particles are where the cloud draws them, also while it glides from one stage to the next.
    """

    def __init__(self, view: ViewState, cloud: CloudDisplay, readout: ReadoutDisplay, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._cloud, self._readout = view, cloud, readout
        self._scene: Scene | None = None
        self._pointer: Point | None = None  # where the mouse rests
        cloud.region_drawn.connect(self._select_region)
        cloud.point_clicked.connect(self._select_point)
        cloud.pointer_moved.connect(self._take_pointer)
        view.changed.connect(self._take_view)
        readout.show_stage(view.value.stage)

    def show_scene(self, scene: Scene) -> None:
        """Describe what is under the resting mouse, in another scene."""
        self._scene = scene
        self._describe()

    def _positions(self) -> NDArray[np.float32]:
        assert self._scene is not None
        return positions_at(self._scene.trace, self._cloud.stage)

    def _select_region(self, corners: NDArray[np.float64], how: Combination) -> None:
        self._select(Selection.in_polygon(self._positions(), corners), how)

    def _select_point(self, x: float, y: float, how: Combination) -> None:
        self._select(Selection.nearest(self._positions(), (x, y), REACH * self._cloud.pixel), how)

    def _select(self, chosen: Selection, how: Combination) -> None:
        selection = self._view.value.selection or Selection.none(self._view.value.particles)
        self._view.set_selection(selection.combined(chosen, how))

    def _take_pointer(self, point: Point | None) -> None:
        if self._view.value.tool != "probe":
            self._pointer = point
            self._describe()
        elif point is not None:  # the probe stays where it is when the mouse leaves
            self._view.update(probe=(self._view.value.stage, point))

    def _take_view(self, old: View, new: View) -> None:
        if old.tool != new.tool:
            self._pointer = None
            self._describe()
        if old.stage != new.stage:
            self._readout.show_stage(new.stage)

    def _describe(self) -> None:
        if self._scene is None:
            return
        if self._view.value.tool == "probe":
            if self._scene.probe is not None:
                self._readout.show_probe(self._scene.probe)
            elif self._view.seen.probe is None:
                self._readout.show_nothing()
            return
        particle = self._particle()
        if particle is None:
            self._readout.show_nothing()
        else:
            self._readout.show_particle(self._scene.trace, particle)

    def _particle(self) -> int | None:
        """Return the number of the particle under the mouse."""
        if self._pointer is None:
            return None
        return nearest(self._positions(), self._pointer, REACH * self._cloud.pixel)

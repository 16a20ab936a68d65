"""The pointer tools: select particles, describe the particle under the mouse, and move the probe."""

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject

from flowviz import rendering
from flowviz.app.state.view import View, ViewState
from flowviz.app.viewer.displays import CloudDisplay, ReadoutDisplay
from flowviz.records import Combination, Scene, Selection, nearest

REACH = 8.0  # largest distance from the mouse to a particle, in pixels

Point = tuple[float, float]  # x, y in target units


class PointerTools(QObject):
    """Updates the selection, the probed point and the readout as the mouse moves and clicks on the cloud.

    Hit testing uses the positions at which the cloud is drawn, also while it glides from one stage to the next.
    """

    def __init__(self, view: ViewState, cloud: CloudDisplay, readout: ReadoutDisplay, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._cloud, self._readout = view, cloud, readout
        self._scene: Scene | None = None
        self._pointer: Point | None = None  # where the mouse rests
        cloud.region_drawn.connect(self._on_region_drawn)
        cloud.point_clicked.connect(self._on_point_clicked)
        cloud.pointer_moved.connect(self._on_pointer_moved)
        view.changed.connect(self._on_view_changed)
        readout.show_stage(view.value.stage)

    def show_scene(self, scene: Scene) -> None:
        """Use another scene, and describe what is under the resting mouse in it."""
        self._scene = scene
        self._describe()

    def _positions(self) -> NDArray[np.float32]:
        assert self._scene is not None
        return rendering.positions_at(self._scene.trace, self._cloud.stage)

    def _on_region_drawn(self, corners: NDArray[np.float64], how: Combination) -> None:
        self._select(Selection.in_polygon(self._positions(), corners), how)

    def _on_point_clicked(self, x: float, y: float, how: Combination) -> None:
        self._select(Selection.nearest(self._positions(), (x, y), REACH * self._cloud.pixel), how)

    def _select(self, chosen: Selection, how: Combination) -> None:
        selection = self._view.value.selection or Selection.none(self._view.value.particles)
        self._view.set_selection(selection.combined(chosen, how))

    def _on_pointer_moved(self, point: Point | None) -> None:
        if self._view.value.tool != "probe":
            self._pointer = point
            self._describe()
        elif point is not None:  # the probe stays when the mouse leaves the cloud
            self._view.update(probe=(self._view.value.stage, point))

    def _on_view_changed(self, old: View, new: View) -> None:
        if old.tool != new.tool or old.seen.overview != new.seen.overview:
            self._pointer = None
            self._describe()
        if old.stage != new.stage:
            self._readout.show_stage(new.stage)

    def _describe(self) -> None:
        """Describe the probed point or the particle under the mouse."""
        if self._scene is None:
            return
        if self._view.value.tool == "probe":
            if self._scene.probe is not None:
                self._readout.show_probe(self._scene.probe, self._scene.units)
            elif self._view.seen.probe is None:  # or else the result of a query is awaited
                self._readout.show_nothing()
            return
        particle = self._particle_under_pointer()
        if particle is None:
            self._readout.show_nothing()
        else:
            self._readout.show_particle(self._scene.trace, particle, self._scene.units)

    def _particle_under_pointer(self) -> int | None:
        if self._pointer is None or self._view.value.tool == "bend":  # then what the layer does is described
            return None
        return nearest(self._positions(), self._pointer, REACH * self._cloud.pixel)

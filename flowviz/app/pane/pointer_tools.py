"""The pointer tools: describe the particle under the mouse, and move the probe."""

from functools import partial

from PyQt6.QtCore import QObject

from flowviz.app.pane.cloud_view import CloudView, Point
from flowviz.app.pane.readout import Numbers, Readout, describe_particle, describe_probe
from flowviz.app.pane.scene_model import SceneModel
from flowviz.app.state.view import ViewState


class PointerTools(QObject):
    """Updates the probed point and the readout as the mouse moves on the cloud."""

    def __init__(
        self, view: ViewState, cloud: CloudView, readout: Readout, scenes: SceneModel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._view, self._cloud, self._readout, self._scenes = view, cloud, readout, scenes
        self._pointer: Point | None = None  # where the mouse rests
        cloud.pointer_moved.connect(self._on_pointer_moved)
        view.observe(lambda value: (value.tool, value.seen.overview), self._forget_pointer)

    def _on_pointer_moved(self, point: Point | None) -> None:
        if self._view.value.tool != "probe":
            self._pointer = point
            self.describe()
        elif point is not None:  # the probe stays when the mouse leaves the cloud
            self._view.update(probe=(self._view.value.stage, point))

    def _forget_pointer(self, _: object) -> None:
        self._pointer = None
        self.describe()

    def describe(self) -> None:
        """Describe the probed point, or the particle under the mouse in the scene, which the cloud shows already."""
        scene, tool = self._scenes.scene, self._view.value.tool
        probe = scene.probe if tool == "probe" else None
        if tool == "probe" and probe is None and self._view.seen.probe is not None:
            return  # the result of a query is awaited
        particle = None if tool in {"probe", "bend"} else self._cloud.particle_at(self._pointer)
        if probe is not None:
            self._readout.describe(partial(describe_probe, probe, Numbers.of(scene)))
        elif particle is not None:
            self._readout.describe(partial(describe_particle, scene.trace, particle, Numbers.of(scene)))
        else:
            self._readout.describe(None)

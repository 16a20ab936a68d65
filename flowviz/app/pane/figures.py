"""The figures that cover the cloud: the four panels, and the latents beside the base."""

from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject

from flowviz.app.pane.figure_maker import DrawnFigure, FigureRequest
from flowviz.app.pane.figure_view import FigureView
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.scene_model import SceneModel
from flowviz.app.state.view import Figure, View, ViewState
from flowviz.records import Scene

TITLES: dict[Figure, str] = {"four_panels": "Four panels", "latents": "Latents against the base"}
COMPUTING = "Computing the figure…"
NO_TARGET = "There is no target whose points the flow could pull back. Choose one first."


class FigureController(QObject):
    """Shows the figure of the view state, and leaves it when the user goes elsewhere in the flow."""

    def __init__(
        self, view: ViewState, display: FigureView, queries: FlowQueries, scenes: SceneModel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._view, self._display, self._queries, self._scenes = view, display, queries, scenes
        self._asked: FigureRequest | None = None  # of the latest picture
        view.changed.connect(self._on_view_changed)
        scenes.changed.connect(self._ask)
        display.resized.connect(self._ask)

    def _on_view_changed(self, old: View, new: View) -> None:
        if new.figure is None:
            self._display.hide()
        elif new.figure != old.figure:
            self._asked = None
            self._display.show_title(TITLES[new.figure])
            self._display.show_sentence(COMPUTING)
            self._ask()
        elif _place(old) != _place(new):
            self._view.change(figure=None)
        elif old.seen.view != new.seen.view:
            self._ask()

    def _ask(self) -> None:
        figure, scenes = self._view.value.figure, self._scenes
        if figure is None:
            return
        target = scenes.shown_target
        if target is None:
            self._display.show_sentence(NO_TARGET)
            return
        view = self._view.seen.view.model_copy(update={"word_height": self._display.word_height})
        asked = FigureRequest(figure, scenes.subject, target, self._scene(), view, self._display.size_in_pixels)
        if asked != self._asked:
            self._asked = asked
            self._queries.figure(asked, partial(self._on_drawn, figure))

    def _scene(self) -> Scene:
        """Return the scene with particles of the base, without what the figures do not show."""
        scenes = self._scenes
        scene = replace(scenes.scene, probe=None, density=None, velocities=None)
        if not scenes.is_encoded:
            return scene
        return replace(scene, trace=scenes.generated, selection=None, leaked=None, log_weights=None)

    def _on_drawn(self, figure: Figure, drawn: DrawnFigure) -> None:
        if self._view.value.figure != figure:
            return
        if drawn.pixels is None:
            self._display.show_sentence(drawn.sentences)
        else:
            self._display.show_picture(drawn.pixels, drawn.sentences)


def _place(view: View) -> tuple[object, ...]:
    """Return what a user changes who goes elsewhere in the flow."""
    return view.seen.stage, view.seen.overview, view.seen.direction, view.tool

"""The editing of layers in the window: connects the layer editor to the session and to the widgets."""

from functools import partial

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMainWindow

from flowviz.app.editing.cloud_bending import CloudBending, Layer
from flowviz.app.editing.entries import LayerMenu
from flowviz.app.editing.glimpse_key import GlimpseKey
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.session.session import Session
from flowviz.app.state.view import ViewState
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.widgets import ViewerWidgets


class Editing(QObject):
    """Connects the editing of layers."""

    def __init__(
        self,
        window: QMainWindow,
        session: Session,
        editor: LayerEditor,
        widgets: ViewerWidgets,
        view: ViewState,
        status_bar: StatusBar,
    ) -> None:
        super().__init__(window)
        bending = CloudBending(editor, partial(_layer_of, session, view), self)
        editor.gesture_began.connect(session.undo.end_burst)
        editor.glimpse_requested.connect(session.glimpse)
        session.edit_problem_changed.connect(editor.set_problem)
        widgets.strip.menu_requested.connect(LayerMenu(editor, widgets.strip).open)
        self._connect_cloud(bending, widgets.cloud, view)
        bending.refused.connect(status_bar.show_message)
        GlimpseKey(window, editor, widgets.cloud)

    def _connect_cloud(self, bending: CloudBending, cloud: CloudView, view: ViewState) -> None:
        cloud.bend_began.connect(lambda point: bending.begin(point, cloud.pixel))
        cloud.bend_dragged.connect(bending.drag)
        cloud.bend_ended.connect(bending.end)
        cloud.bend_widened.connect(bending.widen)
        bending.arrows_changed.connect(cloud.show_arrows)
        view.changed.connect(lambda _, new: bending.set_shown(new.tool == "bend"))


def _layer_of(session: Session, view: ViewState) -> Layer:
    """Return the current layer of the flow of a session."""
    names, flow = session.project().trace.names, session.project().flow
    stage = min(view.value.stage, len(names) - 1)
    duration = 1 / (flow.integrator_steps or 1)
    return Layer(names[stage].partition("_")[2], duration, view.seen.direction == "encode")

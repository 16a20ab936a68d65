"""The editing of layers in the window: connects the layer editor to the session and to the widgets."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtWidgets import QMainWindow

from flowviz.app.by_hand.by_hand import ByHand
from flowviz.app.document.actions import DocumentActions
from flowviz.app.editing.cloud_arrows import CloudArrows
from flowviz.app.editing.cloud_bending import CloudBending, Layer, inverse_lever
from flowviz.app.editing.entries import open_layer_menu
from flowviz.app.editing.glimpse_key import GlimpseKey
from flowviz.app.editing.intent import FOCUS, FOCUS_OR_MOUSE, EditingIntent
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.notices.notice import Notice
from flowviz.app.pane.central_widget import CentralWidget
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.state.view import View, ViewState
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.training.session import Session
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.window.dock import Dock
from flowviz.projects import Project
from flowviz.specs import recipes


def connect_editing(
    window: QMainWindow,
    session: Session,
    editor: LayerEditor,
    builder: TargetBuilder,
    document_actions: DocumentActions,
    widgets: ViewerWidgets,
    view: ViewState,
    center: CentralWidget,
    inspector: Dock,
    status_bar: StatusBar,
    post: Callable[[Notice], object],
) -> ByHand:
    """Connect the editing of layers, and return what builds flows by hand, which shows them with the inspector."""

    def show_project(project: Project, built: BuiltTarget) -> None:
        document_actions.show_unsaved(project, built)
        inspector.show()
        inspector.raise_()

    by_hand = ByHand(window, session, builder, show_project, status_bar.show_message, post)
    center.set_banner(by_hand.bar)
    bending = CloudBending(editor, partial(_layer_of, session, view), status_bar.show_message, window)
    EditingIntent(editor, FOCUS, widgets.strip, widgets.strip)
    EditingIntent(editor, FOCUS_OR_MOUSE, widgets.condition, widgets.condition)  # needs similar preparations
    widgets.strip.menu_requested.connect(partial(open_layer_menu, editor, widgets.strip))
    _connect_cloud(bending, widgets.cloud, view, editor)
    GlimpseKey(window, editor, widgets.cloud)
    return by_hand


def _connect_cloud(bending: CloudBending, cloud: CloudView, view: ViewState, editor: LayerEditor) -> None:
    cloud.bending = bending
    bending.arrows_changed.connect(lambda arrows: cloud.change(arrows=arrows))
    cloud.cover(CloudArrows(bending, lambda: (cloud.view.center, cloud.view.half_extent)))

    def on_view_changed(old: View, new: View) -> None:
        bending.set_shown(new.tool == "bend")
        if new.tool == "bend" != old.tool:
            editor.announce()

    view.changed.connect(on_view_changed)


def _layer_of(session: Session, view: ViewState) -> Layer:
    """Return the current layer of the flow of a session."""
    project = session.project()
    names, flow = project.trace.names, project.flow
    stage = min(view.value.stage, len(names) - 1)
    duration = 1 / (flow.integrator_steps or 1)
    kind = names[stage].partition("_")[2]
    layer = Layer(kind, duration, view.seen.direction == "encode")
    is_inverse = kind == recipes.INVERSE_AUTOREGRESSIVE
    return replace(layer, lever=partial(inverse_lever, project.trace, stage)) if is_inverse else layer

"""The widgets of the viewer."""

from PyQt6.QtGui import QImage

from flowviz.app.editing.edited_note import EditedNote
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.condition_bar import ConditionBar
from flowviz.app.pane.example_view import ExampleView
from flowviz.app.pane.figure_view import FigureView
from flowviz.app.pane.history_bar import HistoryBar
from flowviz.app.pane.inspector import Inspector
from flowviz.app.pane.integrator_bar import IntegratorBar
from flowviz.app.pane.ledger_panel import LedgerPanel
from flowviz.app.pane.playback_bar import PlaybackBar
from flowviz.app.pane.readout import Readout, Score
from flowviz.app.pane.stage_slider import StageSlider
from flowviz.app.pane.stage_strip import StageStrip
from flowviz.app.pane.tool_palette import ToolPalette
from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.state.request import RequestState
from flowviz.app.state.view import ViewState


class ViewerWidgets:
    """The cloud and the widgets that navigate and describe it."""

    def __init__(self, view: ViewState, request: RequestState, editor: LayerEditor) -> None:
        """Create widgets that show and change a view, the integrator of a request, and edits of layers."""
        self.cloud = CloudView(view)
        self.view_bar = ViewBar(view, self.cloud.hold)
        self.cloud.chip.add_actions(self.view_bar.invert_action, self.view_bar.zoom_action)
        self.figure, self.example = FigureView(self.cloud, view), ExampleView(self.cloud)  # the example covers both
        self.tools, self.readout, self.score = ToolPalette(self.view_bar.tool_actions), Readout(view), Score()
        self.slider, self.playback, self.history = StageSlider(view), PlaybackBar(view), HistoryBar(view)
        self.strip = StageStrip(view, editor.edits, self.slider.align)
        self.integrator, self.condition = IntegratorBar(request, view), ConditionBar(request, view)
        self.inspector, self.ledger, self.edited = Inspector(editor), LedgerPanel(view), EditedNote(editor)

    def picture(self) -> QImage:
        """Return the visible picture, of the cloud or of the figure that covers it, in device pixels."""
        return self.figure.picture or self.cloud.picture()

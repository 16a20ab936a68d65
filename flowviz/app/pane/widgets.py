"""The widgets of the viewer."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class ViewerWidgets:
    """The cloud and the widgets that navigate and describe it."""

    view_bar: ViewBar
    tools: ToolPalette
    cloud: CloudView
    example: ExampleView
    readout: Readout
    score: Score
    strip: StageStrip
    slider: StageSlider
    playback: PlaybackBar
    integrator: IntegratorBar
    condition: ConditionBar
    history: HistoryBar
    inspector: Inspector
    figure: FigureView
    ledger: LedgerPanel
    edited: EditedNote

    def picture(self) -> QImage:
        """Return the visible picture, of the cloud or of the figure that covers it, in device pixels."""
        return self.figure.picture or self.cloud.picture()

    @classmethod
    def create(cls, view: ViewState, request: RequestState, editor: LayerEditor) -> "ViewerWidgets":
        """Create widgets that show and change a view, the integrator of a request, and edits of layers."""
        bar, cloud = ViewBar(view), CloudView()
        cloud.chip.add_actions(bar.invert_action, bar.zoom_action)
        slider = StageSlider(view)
        figure, example = FigureView(cloud, view), ExampleView(cloud)  # the example covers both
        return cls(
            bar,
            ToolPalette(bar.tool_actions),
            cloud,
            example,
            Readout(),
            Score(),
            StageStrip(view, editor.edits, slider.align),
            slider,
            PlaybackBar(view),
            IntegratorBar(request, view),
            ConditionBar(request, view),
            HistoryBar(view),
            Inspector(editor),
            figure,
            LedgerPanel(view),
            EditedNote(editor),
        )

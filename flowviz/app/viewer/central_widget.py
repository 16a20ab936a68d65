"""The central widget: the cloud and its navigation."""

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.viewer.widgets import ViewerWidgets
from flowviz.app.widgets.controls import row
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.labels import WrappingLabel, breakable
from flowviz.app.widgets.scroll_column import ScrollColumn

MARGIN, SPACING = 6, 4  # pixels
CLOUD_SHARE, EXPLANATION_SHARE = 7, 3  # of the width, in presentation mode
ROW_SPACING = 24  # pixels


class CentralWidget(QWidget):
    """The cloud and its navigation.

    Presentation mode shows only the cloud, the slider, the playback bar and the explanation of the stage.
    """

    def __init__(self, widgets: ViewerWidgets) -> None:
        super().__init__()
        self.setObjectName("center")
        self._widgets = widgets
        self._explanation = StageExplanation()
        self._explanation.hide()
        self._is_presenting, self._shows_explanations = False, True
        self._text_scale = 1.0
        widgets.inspector.stage_described.connect(self._explanation.show_stage)
        widgets.inspector.explanations_toggled.connect(self._on_explanations_toggled)
        self._lay_out()

    def _lay_out(self) -> None:
        widgets = self._widgets
        pictures = QHBoxLayout()
        pictures.addWidget(widgets.cloud, stretch=CLOUD_SHARE)
        pictures.addWidget(self._explanation, stretch=EXPLANATION_SHARE)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(SPACING)
        column.addWidget(widgets.view_bar)
        column.addLayout(pictures, stretch=1)
        column.addLayout(row(widgets.readout, widgets.score, stretched=widgets.readout))
        for widget in (widgets.strip, widgets.slider):
            column.addWidget(widget)
        column.addWidget(WrappingRow(ROW_SPACING, widgets.playback, widgets.slider.label))
        column.addWidget(widgets.history)

    def present(self, scale: float) -> None:
        """Enter presentation mode, with text enlarged by a factor."""
        self._arrange(scale, is_presenting=True)
        self._widgets.slider.setFocus()

    def end_presentation(self) -> None:
        """Leave presentation mode."""
        self._arrange(1.0, is_presenting=False)

    def _arrange(self, text_scale: float, *, is_presenting: bool) -> None:
        widgets, self._is_presenting, self._text_scale = self._widgets, is_presenting, text_scale
        for widget in (widgets.view_bar, widgets.readout, widgets.score, widgets.strip, widgets.history):
            widget.setHidden(is_presenting)
        widgets.cloud.set_word_scale(text_scale)
        self._update_text_size()
        self._on_explanations_toggled(self._shows_explanations)

    def _update_text_size(self) -> None:
        size = self._text_scale * QApplication.font().pointSizeF()
        # setFont would not override the style sheet of the window.
        style = f"* {{ font-size: {size:.1f}pt; }}" if self._is_presenting else ""
        if style != self.styleSheet():
            self.setStyleSheet(style)

    def _on_explanations_toggled(self, shown: bool) -> None:
        """In presentation mode, show the explanation beside the cloud or only the title of the stage below it."""
        self._shows_explanations = shown
        self._explanation.setVisible(self._is_presenting and shown)
        self._widgets.slider.label.setHidden(self._is_presenting and shown)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._update_text_size()


class StageExplanation(ScrollColumn):
    """Title and explanation of a stage."""

    def __init__(self) -> None:
        self._title = WrappingLabel("layerTitle", "Stage")
        self._text = WrappingLabel("layerInWords", "What this stage does")
        super().__init__(self._title, self._text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_stage(self, title: str, explanation: str) -> None:
        """Show the title and the explanation of a stage."""
        self._title.setText(f"<b>{breakable(title)}</b>")
        self._text.setText(explanation)

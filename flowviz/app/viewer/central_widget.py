"""The central widget: the cloud and its navigation."""

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.viewer.widgets import ViewerWidgets
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.labels import WrappingLabel, breakable
from flowviz.app.widgets.scroll_column import ScrollColumn

MARGIN, SPACING = 6, 4  # pixels
CLOUD_SHARE, WORDS_SHARE = 7, 3  # of the width, in presentation mode


class CentralWidget(QWidget):
    """The cloud and its navigation; presentation mode shows only the cloud, the slider and the layer's explanation."""

    def __init__(self, widgets: ViewerWidgets) -> None:
        super().__init__()
        self.setObjectName("center")
        self._widgets = widgets
        self._words = LayerInWords()
        self._words.hide()
        self._is_presented, self._has_words = False, True
        self._scale = 1.0  # of the text size
        widgets.inspector.stage_described.connect(self._words.show_stage)
        widgets.inspector.words_toggled.connect(self._toggle_words)
        pictures = QHBoxLayout()
        pictures.addWidget(widgets.cloud, stretch=CLOUD_SHARE)
        pictures.addWidget(self._words, stretch=WORDS_SHARE)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(SPACING)
        column.addWidget(widgets.view_bar)
        column.addLayout(pictures, stretch=1)
        for widget in (widgets.readout, widgets.strip, widgets.slider):
            column.addWidget(widget)
        column.addWidget(WrappingRow(24, widgets.playback, widgets.slider.label))
        column.addWidget(widgets.history)

    def present(self, scale: float) -> None:
        """Show only what an audience needs, with text enlarged by a factor."""
        self._arrange(scale, is_presented=True)
        self._widgets.slider.setFocus()

    def present_no_more(self) -> None:
        """Show everything at its usual size."""
        self._arrange(1.0, is_presented=False)

    def _arrange(self, scale: float, *, is_presented: bool) -> None:
        widgets, self._is_presented, self._scale = self._widgets, is_presented, scale
        for widget in (widgets.view_bar, widgets.readout, widgets.strip, widgets.history):
            widget.setHidden(is_presented)
        widgets.cloud.set_word_scale(scale)
        self._size_words()
        self._toggle_words(self._has_words)

    def _size_words(self) -> None:
        size = self._scale * QApplication.font().pointSizeF()
        style = (
            f"* {{ font-size: {size:.1f}pt; }}" if self._is_presented else ""
        )  # setFont would not override the style sheet of the window
        if style != self.styleSheet():
            self.setStyleSheet(style)

    def _toggle_words(self, shown: bool) -> None:
        """Show the explanation with the title of the stage, or the title alone below the cloud."""
        self._has_words = shown
        self._words.setVisible(self._is_presented and shown)
        self._widgets.slider.label.setHidden(self._is_presented and shown)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._size_words()


class LayerInWords(ScrollColumn):
    """Title and explanation of a stage."""

    def __init__(self) -> None:
        self._title = WrappingLabel("layerTitle", "Stage")
        self._does = WrappingLabel("layerInWords", "What this stage does")
        super().__init__(self._title, self._does)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_stage(self, title: str, explanation: str) -> None:
        """Show a stage."""
        self._title.setText(f"<b>{breakable(title)}</b>")
        self._does.setText(explanation)

"""The middle of the window: the cloud, what of it is shown, and the ways through it."""

from PyQt6.QtCore import QEvent
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from flowviz.app.viewer.widgets import ViewerWidgets
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.labels import WrappingLabel, breakable
from flowviz.app.widgets.scroll_column import ScrollColumn

MARGIN, SPACING = 6, 4  # pixels
CLOUD_SHARE, WORDS_SHARE = 7, 3  # of the width, in front of a class


class CentralWidget(QWidget):
    """What is looked at, above the ways through it; in front of a class the layer in words beside it, and no more."""

    def __init__(self, show: ViewerWidgets) -> None:
        super().__init__()
        self.setObjectName("center")
        self._show = show
        self._words = LayerInWords()
        self._words.hide()
        self._is_presented, self._has_words = False, True
        self._scale = 1.0  # of all words
        show.inspector.stage_told.connect(self._words.show_stage)
        show.inspector.words_toggled.connect(self._toggle_words)
        seen = QHBoxLayout()
        seen.addWidget(show.cloud, stretch=CLOUD_SHARE)
        seen.addWidget(self._words, stretch=WORDS_SHARE)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(SPACING)
        column.addWidget(show.bar)
        column.addLayout(seen, stretch=1)
        for widget in (show.readout, show.strip, show.scrubber):
            column.addWidget(widget)
        column.addWidget(WrappingRow(24, show.playback, show.scrubber.label))
        column.addWidget(show.history)

    def present(self, scale: float) -> None:
        """Show no more than a class has to see, all words so many times as large."""
        self._arrange(scale, is_presented=True)
        self._show.scrubber.setFocus()

    def present_no_more(self) -> None:
        """Show everything, as large as it was."""
        self._arrange(1.0, is_presented=False)

    def _arrange(self, scale: float, *, is_presented: bool) -> None:
        show, self._is_presented, self._scale = self._show, is_presented, scale
        for widget in (show.bar, show.readout, show.strip, show.history):
            widget.setHidden(is_presented)
        show.cloud.set_word_scale(scale)
        self._size_words()
        self._toggle_words(self._has_words)

    def _size_words(self) -> None:
        size = self._scale * QApplication.font().pointSizeF()
        style = f"* {{ font-size: {size:.1f}pt; }}" if self._is_presented else ""  # setFont stops at that of the window
        if style != self.styleSheet():
            self.setStyleSheet(style)

    def _toggle_words(self, shown: bool) -> None:
        """Where they are shown, the title of the stage stands above them."""
        self._has_words = shown
        self._words.setVisible(self._is_presented and shown)
        self._show.scrubber.label.setHidden(self._is_presented and shown)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._size_words()


class LayerInWords(ScrollColumn):
    """The title of a stage, and what it does."""

    def __init__(self) -> None:
        self._title = WrappingLabel("layerTitle", "Stage")
        self._does = WrappingLabel("layerInWords", "What this stage does")
        super().__init__(self._title, self._does)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_stage(self, title: str, explanation: str) -> None:
        """Show this stage."""
        self._title.setText(f"<b>{breakable(title)}</b>")
        self._does.setText(explanation)

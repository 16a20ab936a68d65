"""The central widget: the cloud and its navigation."""

from collections.abc import Callable
from math import floor

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import QBoxLayout, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from flowviz.app.pane.chip import Chip
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.style.tokens import GAP, MARGIN, TIGHT, UNIT, WIDE
from flowviz.app.widgets.controls import lay_out, on_click, row, row_widget, share_out
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.font_follower import FontFollower

PICTURE_SHARE = 0.72  # of the height, in presentation mode
STRIP_HEIGHT = 6 * UNIT  # pixels, in a comparison, which has little room, and at least in presentation mode
CAPTION_LENGTH = 68  # average characters of a sentence about a layer and the score, below which they share no line
PANES_SHARE, FIGURES_SHARE = 34, 8  # of the height, in a comparison


class CentralWidget(FontFollower, QWidget):
    """The cloud and its navigation.

    Presentation mode shows only the cloud, the sentence about the layer, the strip, and a bar that other parts of the
    window provide.

    Attributes:
        next_step: Chip on the cloud, shown while the next training would differ from the flow on display.
    """

    def __init__(self, widgets: ViewerWidgets, picture: QWidget, train: Callable[[], object]) -> None:
        """Create the widget.

        Args:
            widgets: The cloud and its navigation.
            picture: Contains the cloud, and those of other flows beside it.
            train: Starts the next training.
        """
        super().__init__()
        self.setObjectName("center")
        self._widgets, self._picture = widgets, picture
        self._playback = WrappingRow(WIDE, widgets.playback, widgets.integrator, widgets.slider.label)
        chip = Chip("nextStepChip", "Next training", "Train what you have chosen (Ctrl+Return)")
        self.next_step = on_click(chip, train)
        widgets.cloud.cover(self.next_step, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight)
        self._bar = QWidget()
        self._is_comparing = self._is_presenting = False
        self._comparison: list[QWidget] = []  # parts that only a comparison shows
        self._lay_out()

    def _lay_out(self) -> None:
        widgets = self._widgets
        self._upper = QWidget()
        self._rows = lay_out(QVBoxLayout(self), self._upper)
        self._canvas = row_widget(widgets.tools, self._picture, stretched=self._picture)
        notes = row(widgets.edited, widgets.score, stretched=widgets.score)
        notes.setAlignment(widgets.score, Qt.AlignmentFlag.AlignRight)
        self._caption = lay_out(QHBoxLayout(), widgets.readout, notes, stretched=widgets.readout)
        self._column = lay_out(
            QVBoxLayout(self._upper), widgets.view_bar, self._canvas, self._caption, widgets.strip, widgets.slider,
            widgets.condition, self._playback, widgets.history, stretched=self._canvas, margin=GAP, spacing=TIGHT,
        )  # fmt: skip

    def add_bar(self, bar: QWidget) -> None:
        """Add a bar above everything else."""
        self._column.insertWidget(0, bar)

    def set_presentation_bar(self, bar: QWidget) -> None:
        """Set the bar below the strip, which is visible in presentation mode."""
        self._bar = bar
        bar.hide()
        self._column.addWidget(bar)

    def set_banner(self, banner: QWidget) -> None:
        """Set a widget above the cloud, which is visible when it has something to say."""
        self._column.insertWidget(self._column.indexOf(self._canvas), banner)

    def add_comparison(self, bar: QWidget, figures: QWidget) -> None:
        """Add a bar above everything else, and figures below it, for comparisons."""
        self._comparison = [bar, figures]
        self.add_bar(bar)
        splitter = QSplitter(Qt.Orientation.Vertical)  # only now, because it lays out its first picture twice
        share_out(splitter, {self._upper: PANES_SHARE, figures: FIGURES_SHARE})
        self._rows.addWidget(splitter)

    def set_comparing(self, comparing: bool) -> None:
        """Show or hide the parts that only a comparison needs."""
        self._is_comparing = comparing
        self._show_comparison()
        self._fit_rows()

    def _show_comparison(self) -> None:
        for widget in self._comparison:
            widget.setVisible(self._is_comparing and not self._is_presenting)

    def set_presenting(self, presenting: bool) -> None:
        """Enter or leave presentation mode."""
        widgets, self._is_presenting = self._widgets, presenting
        margin, spacing = (MARGIN, GAP) if presenting else (GAP, TIGHT)
        self._column.setContentsMargins(margin, margin, margin, margin)
        self._column.setSpacing(spacing)
        for widget in (widgets.view_bar, widgets.tools, widgets.slider, self._playback, widgets.history):
            widget.setHidden(presenting)
        self._show_comparison()
        self._bar.setVisible(presenting)
        self._fit_rows()
        if presenting and self.isVisible():  # else a lesson presents a page of its own
            widgets.strip.setFocus()

    def _fit_rows(self) -> None:
        """Fit the caption and the strip below the cloud.

        In presentation mode, the strip gets the height that the cloud, the sentence and the bar leave. A banner takes
        its room from the cloud, which has no minimum height that could make it cover the sentence.
        """
        self.fit_font()
        widgets = self._widgets
        if self._is_presenting:
            others = max(each.sizeHint().height() for each in (widgets.readout, widgets.edited))
            others += self._bar.sizeHint().height() + 2 * MARGIN + 3 * GAP
            others += 0 if widgets.condition.isHidden() else widgets.condition.sizeHint().height() + GAP
            rest = floor((1 - PICTURE_SHARE) * self.height()) - others
            widgets.strip.limit_height(max(rest, STRIP_HEIGHT))
        else:
            widgets.strip.limit_height(STRIP_HEIGHT if self._is_comparing else None)

    def fit_font(self) -> None:
        """Move the score below the sentence about the layer where there is too little room beside it.

        The clouds of a comparison need the height, and its table has the scores.
        """
        is_narrow = self.width() < CAPTION_LENGTH * self.fontMetrics().averageCharWidth()
        stacked = is_narrow and not (self._is_presenting or self._is_comparing)
        self._caption.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)

    def event(self, event: QEvent | None) -> bool:
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._fit_rows()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Let Escape clear the selection, before a presentation can take it as the key to leave."""
        clear = self._widgets.view_bar.clear_action
        if event is not None and event.key() == Qt.Key.Key_Escape and clear.isEnabled():
            clear.trigger()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._fit_rows()
        super().resizeEvent(event)

"""The history bar: a slider over the moments of the training."""

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from flowviz.app.state.view import ViewState
from flowviz.app.style.icons import icon
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.records import Timeline

CAPTION_FROM = 60  # characters of width
LONGEST_STEP = "step 100,000,000"


class HistoryBar(QWidget):
    """Slider over the moments of the training. The last one is live: it follows the training."""

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self._view = view
        self._timeline = Timeline()
        self._is_showing = False
        self._slider = JumpSlider()
        self._slider.setObjectName("historyScrubber")
        self._slider.setAccessibleName("Moment of the training")
        self._slider.setAccessibleDescription("Moments of the training that were kept; the last one is the present")
        self._slider.setToolTip("Go back through the training (Alt+Down, Alt+Up)")
        self._slider.valueChanged.connect(self._request)
        self._label = QLabel()
        self._label.setObjectName("momentLabel")
        self._label.setAccessibleName("Step of the training that is shown")
        self._live = QToolButton()
        self._live.setObjectName("liveButton")
        self._live.setText("Live")
        self._live.setIcon(icon("live"))
        self._live.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._live.setAccessibleName("Follow the training")
        self._live.setToolTip("Show the present and follow the training (Alt+PgUp)")
        self._live.setCheckable(True)
        self._live.clicked.connect(self.follow)
        self._caption = QLabel("Training")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._caption)
        layout.addWidget(self._slider, stretch=1)
        layout.addWidget(self._label)
        layout.addWidget(self._live)
        self._keep_room()
        view.changed.connect(self._show)
        self._show()

    def show_timeline(self, timeline: Timeline) -> None:
        """Show the moments that can be chosen."""
        self._timeline = timeline
        self._show()

    def step(self, moments: int) -> None:
        """Go on or back by a number of moments, as far as they go."""
        self._slider.setValue(self._slider.value() + moments)

    def follow(self) -> None:
        """Show the present and follow the training."""
        self._view.update(moment=None)
        self._show()  # a click on a checked button unchecks it

    def _show(self) -> None:
        moments, chosen = self._timeline.moments, self._view.seen.moment
        number = self._timeline.nearest(chosen)
        self.setEnabled(len(moments) > 1)
        self._is_showing = True
        self._slider.setMaximum(max(len(moments) - 1, 1))  # the handle of a single moment is at the end
        self._slider.setValue(max(number, 1) if len(moments) == 1 else max(number, 0))
        self._is_showing = False
        self._live.setChecked(chosen is None)
        self._label.setText(f"step {moments[number].step:,}" if moments else "not trained yet")

    def _request(self, number: int) -> None:
        if not self._is_showing:
            is_present = number >= len(self._timeline.moments) - 1
            self._view.update(moment=None if is_present else self._timeline.moments[number].step)

    def _keep_room(self) -> None:
        """Keep room for the longest step, so that the slider does not move during a training."""
        self._label.setMinimumWidth(self.fontMetrics().horizontalAdvance(LONGEST_STEP))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._caption.setVisible(self.width() > CAPTION_FROM * self.fontMetrics().averageCharWidth())
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._keep_room()

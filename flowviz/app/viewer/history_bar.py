"""The second timeline: the same picture back through the training."""

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from flowviz.app.style.icons import icon
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.records import Timeline

CAPTION_FROM = 60  # characters of width
LONGEST_STEP = "step 100,000,000"


class HistoryBar(QWidget):
    """Announces the moment that is chosen, by its number; or that the latest one shall be followed."""

    moment_chosen = pyqtSignal(int)
    live_chosen = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._slider = JumpSlider()
        self._slider.setObjectName("historyScrubber")
        self._slider.setAccessibleName("Moment of the training")
        self._slider.setAccessibleDescription("Moments of the training that were kept: the last one is the present")
        self._slider.setToolTip("Back through the training (Alt+Down, Alt+Up)")
        self._slider.valueChanged.connect(self._choose)
        self._label = QLabel()
        self._label.setObjectName("momentLabel")
        self._label.setAccessibleName("Step of the training that is shown")
        self._live = QToolButton()
        self._live.setObjectName("liveButton")
        self._live.setText("Live")
        self._live.setIcon(icon("live"))
        self._live.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._live.setAccessibleName("Follow the training")
        self._live.setToolTip("Show the present, and follow the training (Alt+PgUp)")
        self._live.setCheckable(True)
        self._live.clicked.connect(self.follow)
        self._caption = QLabel("Training")
        self._steps: list[int] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._caption)
        layout.addWidget(self._slider, stretch=1)
        layout.addWidget(self._label)
        layout.addWidget(self._live)
        self._keep_room()
        self.show_timeline(Timeline(), None)

    def show_timeline(self, timeline: Timeline, moment: int | None) -> None:
        """Show how many moments there are, and which one is seen; None for the latest, which is followed."""
        self._steps = [kept.step for kept in timeline.moments]
        self.setEnabled(len(self._steps) > 1)
        self._slider.blockSignals(True)
        self._slider.setMaximum(max(len(self._steps) - 1, 0))
        self._slider.setValue(self._slider.maximum() if moment is None else moment)
        self._slider.blockSignals(False)
        self._live.setChecked(moment is None)
        self._show_step()

    def step(self, moments: int) -> None:
        """Go so many snapshots on, or back, as far as they go."""
        self._slider.setValue(self._slider.value() + moments)

    def follow(self) -> None:
        """Show the present from now on."""
        self._live.setChecked(True)
        self.live_chosen.emit()

    def _keep_room(self) -> None:
        """The slider does not move while the steps run."""
        self._label.setMinimumWidth(self.fontMetrics().horizontalAdvance(LONGEST_STEP))

    def _choose(self, moment: int) -> None:
        self._live.setChecked(False)
        self._show_step()
        self.moment_chosen.emit(moment)

    def _show_step(self) -> None:
        self._label.setText(f"step {self._steps[self._slider.value()]:,}" if self._steps else "not trained yet")

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._caption.setVisible(self.width() > CAPTION_FROM * self.fontMetrics().averageCharWidth())
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._keep_room()
